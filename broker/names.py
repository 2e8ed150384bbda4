"""Names and texts that cross the wire: parsed once at the edge, trusted afterwards.

A unit's name fills one topic level and is the unit's user name at the broker, so it may hold none of the
characters that mean something in an MQTT topic filter (MQTT 5, section 4.7).
"""

import re
import unicodedata
from typing import NewType

DEFAULT_ROOT = "belbord"
"""The first level of every topic, if nothing else is said."""

UnitName = NewType("UnitName", str)
QueueName = NewType("QueueName", str)
Extension = NewType("Extension", str)
PhoneNumber = NewType("PhoneNumber", str)

MAX_COMBINING_MARKS = 2
NAME_LIMIT = 80
TEXT_LIMIT = 200
# In Python `$` also matches before a last line break, which would let "100\n" on to a line-based protocol.
END = r"(?!\n)$"
NUMBER_PATTERN = r"^[0-9+*#]{1,32}" + END
UNIT_PATTERN = r"^[a-z0-9][a-z0-9-]{0,31}" + END
# One level of a topic: anything printable but the separator, the wildcards and a leading $.
QUEUE_PATTERN = r"^[^/+#$\x00-\x1f\x7f][^/+#\x00-\x1f\x7f]{0,63}" + END
EXTENSION_PATTERN = r"^[A-Za-z0-9*#_.-]{1,32}" + END

_NUMBER = re.compile(NUMBER_PATTERN)
_UNIT = re.compile(UNIT_PATTERN)
_QUEUE = re.compile(QUEUE_PATTERN)
_EXTENSION = re.compile(EXTENSION_PATTERN)


def unit_name(text: str) -> UnitName:
    """Return `text` as a unit's name; raise ValueError naming it and the rule."""
    if not _UNIT.fullmatch(text):
        raise ValueError(f"unit name {text!r}: use 1-32 of a-z, 0-9 and -, beginning with a letter or digit")
    return UnitName(text)


def queue_name(text: str) -> QueueName:
    """Return `text` as a queue's name; raise ValueError naming it and the rule."""
    if not _QUEUE.fullmatch(text):
        raise ValueError(f"queue name {text!r}: use 1-64 printable characters without / + # and no leading $")
    return QueueName(text)


def extension(text: str) -> Extension:
    """Return `text` as a line's extension; raise ValueError naming it and the rule."""
    if not _EXTENSION.fullmatch(text):
        raise ValueError(f"extension {text!r}: use 1-32 of letters, digits and * # _ . -")
    return Extension(text)


def phone_number(text: str | None) -> PhoneNumber | None:
    """Return a number that can be dialled, without separators people write in it; else None (unknown)."""
    if text is None:
        return None
    bare = re.sub(r"[\s().\-/]", "", text)
    return PhoneNumber(bare) if _NUMBER.fullmatch(bare) else None


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """Make a text from outside safe to show anywhere: NFC, one line, no control, format or bidi characters.

    Surrogates, private and unassigned code points go too, stacked accents are capped, and what is longer than
    `limit` ends in an ellipsis. Clean text comes back unchanged, so cleaning twice is cleaning once.
    """
    if text.isascii() and text.isprintable():
        out = text
    else:
        kept: list[str] = []
        marks = 0
        for char in unicodedata.normalize("NFC", text):
            category = unicodedata.category(char)
            if category[0] == "M":
                marks += 1
                if marks <= MAX_COMBINING_MARKS:
                    kept.append(char)
                continue
            if category[0] == "Z" or char in "\t\r\n":
                kept.append(" ")
                marks = 0
            elif category[0] != "C":
                kept.append(char)
                # What is left out does not begin the count anew, or it would let any number of marks through.
                marks = 0
        out = unicodedata.normalize("NFC", "".join(kept))
    out = " ".join(out.split())
    return out if len(out) <= limit else out[: limit - 1].rstrip() + "…"
