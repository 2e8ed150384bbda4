"""The shorthand of telephonists in a reason, pure: `->`, `!!`, `??` and `nvt`."""

import re
from dataclasses import dataclass
from typing import Literal

Meaning = Literal["text", "passed_to", "urgent", "unclear", "none"]
_SIGNS: dict[str, Meaning] = {"->": "passed_to", "!!": "urgent", "??": "unclear", "nvt": "none", "n.v.t.": "none"}
_SIGN = re.compile(r"(->|!!+|\?\?+|(?<!\w)(?:nvt(?!\w)|n\.v\.t\.))", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """A piece of a reason and what it means."""

    meaning: Meaning
    text: str


def parts(reason: str) -> tuple[Part, ...]:
    """`reason` in pieces; together they are the whole text."""
    return tuple(Part(_meaning(piece), piece) for piece in _SIGN.split(reason) if piece)


def says_urgent(reason: str | None) -> bool:
    """Whether the reason itself says that it is urgent."""
    return any(part.meaning == "urgent" for part in parts(reason or ""))


def _meaning(piece: str) -> Meaning:
    if not _SIGN.fullmatch(piece):
        return "text"
    return _SIGNS[piece[:2] if piece[0] in "!?" else piece.lower()]
