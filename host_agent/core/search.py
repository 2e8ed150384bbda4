"""Which notes somebody wants to see, pure: by shelf, by whom they concern, and by a name or number as typed."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from host_agent.core.notes import CallbackNote

Shelf = Literal["open", "overdue", "closed"]

FEWEST_DIGITS = 3
"""Fewer do not tell one number from another."""
_DASHES = re.compile("[‐-―−]")
_WRITTEN_IN_NUMBERS = frozenset("0123456789+()-./ ")


@dataclass(frozen=True)
class Wanted:
    """`names` (folded): for whom the note is or who calls back, None for everybody. `text`: as typed, "" for all.

    `calling_code`: that of the office's country, which numbers may be written with or without.
    """

    shelf: Shelf = "open"
    names: tuple[str, ...] | None = None
    text: str = ""
    calling_code: str = "31"


def searched(note: CallbackNote) -> str:
    """What a search for words looks in."""
    return fold(" ".join(said for said in (note.caller_name, note.organisation, note.for_whom, note.reason) if said))


def fold(text: str) -> str:
    """`text` without capitals and accents, so that `rene` finds René."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in bare if not unicodedata.combining(char))


def subscriber_digits(typed: str, calling_code: str = "31") -> str | None:
    """The digits that every notation of a typed number, or of its beginning or end, has in common.

    `06-12 34`, `+31 6 1234` and `0031(0)61234` are all `61234`. None for what is no number.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", typed)).strip()
    if not set(plain) <= _WRITTEN_IN_NUMBERS:
        return None
    digits = "".join(char for char in plain.replace("(0)", "") if char.isdigit()).lstrip("0")
    if plain.lstrip("(").startswith(("+", "00")):
        # An area's zero that stands between the country and the number: +31 020 123 45 67.
        digits = digits.removeprefix(calling_code).lstrip("0")
    return digits if len(digits) >= FEWEST_DIGITS else None
