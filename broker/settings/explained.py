"""The list of keys for people: one key, a table of all, and the page of the documents."""

import textwrap
from collections.abc import Sequence

from broker.settings.example import default_said, toml
from broker.settings.faults import unknown
from broker.settings.keys import Key, Section, by_path

WIDTH = 100


def explained(path: str, sections: Sequence[Section]) -> str:
    """What there is to know of a key or of a table's keys. Raises KeyError with a line when there is no such key."""
    wanted = path.strip("[]").replace("[]", "")
    for section in sections:
        if section.name and section.name == wanted:
            return f"{_header(section)}\n{_wrapped(section.says)}\n{overview([section])}"
        for key in section.keys:
            if section.path(key) == wanted:
                return _one(section, key)
    names = [section.name for section in sections if section.name]
    says = unknown(wanted, [], [*by_path(sections), *names]).partition(". Did you mean")
    raise KeyError(f"{path}: no such key{says[1]}{says[2]}")


def overview(sections: Sequence[Section]) -> str:
    """A line for each key: its path, what it may be, and what holds when it is left out."""
    rows = [(section.path(key), default_said(key), key.kind.meant) for section in sections for key in section.keys]
    first = max(len(path) for path, _, _ in rows)
    second = min(max(len(default) for _, default, _ in rows), 28)
    return "".join(f"{path:{first}}  {default:{second}}  {meant}\n" for path, default, meant in rows)


def page(head: str, sections: Sequence[Section]) -> str:
    """The page of the documents for one program's file, in Markdown."""
    parts = [head]
    for section in sections:
        parts.append(f"### {_header(section) if section.name else 'At the top'}\n\n{section.says}".rstrip())
        rows = [
            "| key | what it may be | left out | a change needs | what it is for |",
            "| --- | --- | --- | --- | --- |",
        ]
        rows += [
            f"| `{key.name}` | {_cell(key.kind.meant)} | {_cell(_default(key))} | {_needs(key)} | {_cell(key.says)} |"
            for key in section.keys
        ]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _one(section: Section, key: Key) -> str:
    lines = [
        f"{section.path(key)}",
        _wrapped(key.says),
        "",
        f"    may be    {key.kind.meant}",
        f"    left out  {default_said(key)}",
        f"    a change  needs a {_needs(key)}",
    ]
    if key.shown is not None:
        lines.append(f"    example   {key.name} = {toml(key.shown)}")
    lines.append(f"    stands    {'at the top of the file' if not section.name else f'under {_header(section)}'}")
    return "\n".join(lines) + "\n"


def _header(section: Section) -> str:
    return f"[[{section.name}]]" if section.many else f"[{section.name}]"


def _needs(key: Key) -> str:
    return "reload" if key.reloads else "restart"


def _default(key: Key) -> str:
    said = default_said(key)
    return said if key.otherwise or said in ("none", "it must be there") else f"`{said}`"


def _cell(says: str) -> str:
    return says.replace("|", "\\|").replace("\n", " ")


def _wrapped(says: str) -> str:
    return "\n".join(line for part in says.splitlines() for line in textwrap.wrap(part, WIDTH, break_on_hyphens=False))
