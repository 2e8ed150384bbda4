"""Values of AMI fields as Belbord understands them. What was seen is in the notes of each rule."""

import re
from collections.abc import Mapping
from typing import Final

from host_agent.core.callers import Party
from host_agent.pbx.asterisk.protocol import text

_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final[Mapping[str, str]] = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
_NOBODY: Final = frozenset({b"", b"<unknown>"})
_NOBODY_IN_A_LIST: Final = frozenset({b"", b"<unknown>", b"unknown"})
_WITHHELD: Final = frozenset({"anonymous", "private", "restricted", "withheld"})


class Malformed(ValueError):  # noqa: N818  # says what happened
    """A packet without a field it must have, or with something else in it. Names the field, never a caller."""


def needle(key: str) -> bytes:
    """What to look for in a packet to find `key`, at the beginning of a line that is not the first."""
    return f"\r\n{key}: ".encode()


def get(raw: bytes, where: bytes) -> bytes | None:
    """The value of the first line that `where` (a needle) finds in `raw`, None when there is none."""
    start = raw.find(where)
    if start < 0:
        return None
    start += len(where)
    end = raw.find(b"\r\n", start)
    return raw[start:] if end < 0 else raw[start:end]


def need(raw: bytes, where: bytes) -> bytes:
    """The value that `where` finds in `raw`. Raises Malformed when there is none."""
    value = get(raw, where)
    if value is None:
        raise Malformed(f"no {_key(where)}")
    return value


def whole(raw: bytes, where: bytes) -> int:
    """The number that `where` finds in `raw`. Raises Malformed when there is none."""
    value = need(raw, where)
    if not value.isdigit() or len(value) > 9:
        raise Malformed(f"{_key(where)} is not a number")
    return int(value)


def _key(where: bytes) -> str:
    return where.strip(b": \r\n").decode()


def unescaped(value: bytes) -> str:
    """The text of a live event, in which Asterisk writes names as C would (`ast_escape_c`)."""
    decoded = text(value)
    if "\\" not in decoded:
        return decoded
    return _ESCAPE.sub(lambda pair: _ESCAPED.get(pair[1], pair[0]), decoded)


def live_party(number: bytes | None, name: bytes | None) -> Party:
    """Who a live event or a channel list names: `<unknown>` is nobody, names are escaped."""
    return _party(
        None if number is None or number in _NOBODY else unescaped(number),
        None if name is None or name in _NOBODY else unescaped(name),
    )


def listed_party(number: bytes | None, name: bytes | None) -> Party:
    """Who a QueueEntry names: `unknown` is nobody, names are as they are."""
    return _party(
        None if number is None or number in _NOBODY_IN_A_LIST else text(number),
        None if name is None or name in _NOBODY_IN_A_LIST else text(name),
    )


def _party(number: str | None, name: str | None) -> Party:
    """Nothing in AMI carries the presentation; a hidden number shows as `anonymous` in one of the two."""
    if (number is not None and number.lower() in _WITHHELD) or (name is not None and name.lower() == "anonymous"):
        return Party(withheld=True)
    return Party(number, name)
