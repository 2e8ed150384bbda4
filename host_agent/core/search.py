"""Which notes somebody wants to see, pure: by shelf, by whom they concern, and by a name or number as typed."""

import unicodedata
from dataclasses import dataclass
from typing import Literal

Shelf = Literal["open", "overdue", "closed"]

FEWEST_DIGITS = 3
"""Fewer do not tell one number from another."""
_WRITTEN_IN_NUMBERS = frozenset("0123456789+()-./ ")


@dataclass(frozen=True)
class Wanted:
    """`names` (folded): for whom the note is or who calls back, None for everybody. `text`: as typed, "" for all."""

    shelf: Shelf = "open"
    names: tuple[str, ...] | None = None
    text: str = ""


def fold(text: str) -> str:
    """`text` without capitals and accents, so that `rene` finds René."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))


def subscriber_digits(typed: str, country_code: str = "31") -> str | None:
    """The digits that every notation of a typed number, or of its beginning or end, has in common.

    `06-12 34`, `+31 6 1234` and `0031(0)61234` are all `61234`. None for what is no number.
    """
    if not set(typed) <= _WRITTEN_IN_NUMBERS:
        return None
    international = typed.strip().startswith(("+", "00"))
    digits = "".join(char for char in typed.replace("(0)", "") if char.isdigit())
    digits = digits.lstrip("0")
    if international:
        digits = digits.removeprefix(country_code)
    return digits if len(digits) >= FEWEST_DIGITS else None
