"""What the documents say to type and to write: the fenced blocks and the code between words."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = tuple(
    sorted(
        path
        for pattern in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/*.md", "hardware/*.md",
                        "hardware/wiring/*.md")
        for path in ROOT.glob(pattern)
    )
)  # fmt: skip
_FENCE = re.compile(r"^[ ]*```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^[ ]*```[ ]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_INDENTED = re.compile(r"^\n((?: {4}|\t)\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document. `language`: the word behind its opening fence, "" where there is none."""

    page: str
    language: str
    text: str

    def commands(self) -> list[str]:
        """Its lines without comments and empty ones."""
        lines = (re.sub(r"\s+# .*", "", line).strip() for line in self.text.splitlines())
        return [line for line in lines if line and not line.startswith("#")]


def blocks() -> list[Block]:
    """Every fenced block of every document."""
    return [
        Block(page.relative_to(ROOT).as_posix(), found["language"], found["text"])
        for page in DOCUMENTS
        for found in _FENCE.finditer(page.read_text("utf-8"))
    ]


def documented_commands() -> list[str]:
    """Every command of a block of shell lines, once, in the order in which a reader meets them."""
    return list(dict.fromkeys(line for block in blocks() if block.language == "sh" for line in block.commands()))


def words_of_code() -> list[tuple[str, str]]:
    """(page, code) for everything between back-ticks in running text."""
    found = []
    for page in DOCUMENTS:
        text = _FENCE.sub("", page.read_text("utf-8"))
        name = page.relative_to(ROOT).as_posix()
        found += [(name, " ".join(code.split())) for code in _CODE.findall(text)]
    return found


def indented_code() -> list[tuple[str, str]]:
    """(page, line) for each line that Markdown takes for code because it is indented: no block says what it is."""
    return [
        (page.relative_to(ROOT).as_posix(), line)
        for page in DOCUMENTS
        for line in _INDENTED.findall(_FENCE.sub("", page.read_text("utf-8")))
    ]
