"""A name spelled out over the telephone, pure: each letter with its word in a telephone alphabet."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Spelled:
    """A letter as written and the word for it; None where people say the sign itself."""

    letter: str
    word: str | None


def spell(text: str, table: Mapping[str, str]) -> tuple[Spelled, ...]:
    """`text` letter by letter. `table` maps capitals, or groups such as `IJ` and `SCH`, to words.

    The longest group that fits is taken. A letter with an accent that the table lacks has the word of its bare letter.
    """
    longest = max(map(len, table), default=1)
    capitals = "".join(char if len(char.upper()) > 1 else char.upper() for char in text)
    spelled: list[Spelled] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        groups = (n for n in range(min(longest, len(text) - at), 1, -1) if capitals[at : at + n] in table)
        size = next(groups, 1)
        letter = text[at : at + size]
        word = table.get(capitals[at : at + size]) or table.get(_bare(capitals[at : at + size]))
        spelled.append(Spelled(letter, word))
        at += size
    return tuple(spelled)


def _bare(letter: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(char))
