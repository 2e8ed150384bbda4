"""Finding one telephone number among numbers and in texts that people typed, pure.

A number can stand in the reason of somebody else's note as well as in a field of its own.
"""

import re

from host_agent.core.phone_plan import e164

SHORTEST = 7
"""Digits. A shorter number is an extension or a piece of another, and would match by chance."""
_IN_TEXT = re.compile(r"\+?\(?\d(?:[\s().\-/]{0,3}\d){5,}")


def number_key(number: str, country: str) -> str | None:
    """What all notations of a number have in common; None for what is too short to be anybody's."""
    key = e164(number, country)
    return key if key is not None and sum(char.isdigit() for char in key) >= SHORTEST else None


def mentions(text: str, key: str, country: str) -> bool:
    """Whether the number of `key` stands in a text, in whatever notation."""
    return number_key(text, country) == key or any(e164(found, country) == key for found in _IN_TEXT.findall(text))
