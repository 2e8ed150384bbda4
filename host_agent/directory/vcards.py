"""A vCard file (2.1, 3.0: RFC 2426, 4.0: RFC 6350) to rows, pure. The one file that knows vobject.

The file is cut into cards here, so that a card that cannot be read costs itself alone, and its line is known.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import vobject

from host_agent.core.contacts import Row
from host_agent.directory.texts import text_of

_HEAVY = ("PHOTO", "LOGO", "SOUND", "KEY")
_MOST_LINES = 400
_MOST_LINE = 4096


def vcard_rows(content: bytes) -> Iterator[Row | tuple[int, str]]:
    """Each card of the file in order, or the number of the line where one begins that cannot be read."""
    card: list[str] = []
    began = 0
    found = False
    for number, line in enumerate(text_of(content).splitlines(), 1):
        upper = line.strip().upper()
        if upper == "BEGIN:VCARD":
            if card:
                yield began, "a card that does not end"
            card, began, found = [line], number, True
        elif card:
            card.append(line)
            if upper == "END:VCARD":
                yield _row(card, began)
                card = []
    if card:
        yield began, "a card that does not end"
    if not found:
        yield 1, "no card in it: a card begins with BEGIN:VCARD"


def _row(card: list[str], began: int) -> Row | tuple[int, str]:
    lines = list(_light(card))
    if len(lines) > _MOST_LINES or any(len(line) > _MOST_LINE for line in lines):
        return began, "a card that is too long"
    try:
        read = vobject.readOne("\r\n".join(lines) + "\r\n")
        return Row(began, tuple(_said(read)))
    except Exception:  # the library raises whatever a strange card makes it stumble over
        return began, "a card that cannot be read"


def _light(card: Iterable[str]) -> Iterator[str]:
    """The card without its pictures, which are most of it."""
    skipping = False
    for line in card:
        if line[:1] in (" ", "\t"):
            if not skipping:
                yield line
            continue
        name = line.partition(":")[0].partition(";")[0].rpartition(".")[2].upper()
        skipping = name in _HEAVY
        # The pictures of version 2.1 end in an empty line.
        if not skipping and line.strip():
            yield line


def _said(card: Any) -> Iterator[tuple[str, str]]:
    for word, key in (("name", "fn"), ("email", "email"), ("number", "tel"), ("department", "role")):
        for each in card.contents.get(key, ()):
            yield word, str(each.value)
    for each in card.contents.get("n", ()):
        yield "given", _words(each.value.given)
        yield "family", " ".join(filter(None, (_words(each.value.additional), _words(each.value.family))))
    for each in card.contents.get("org", ()):
        parts = [each.value] if isinstance(each.value, str) else [str(part) for part in each.value]
        yield "organisation", parts[0] if parts else ""
        yield "department", parts[1] if len(parts) > 1 else ""
    for each in card.contents.get("lang", ()):
        yield "language", str(each.value)[:2]


def _words(value: str | list[str]) -> str:
    return value if isinstance(value, str) else " ".join(value)
