"""Bytes to messages and back. What does not fit the language is refused with a reason, never a crash."""

from functools import cache
from typing import Any

import msgspec

from broker.messages import VERSION, Message
from broker.topics import Row

MAX_PAYLOAD = 16_384
"""Bytes; Mosquitto's `max_packet_size` is set from it, so a larger one is refused twice."""

_encoder = msgspec.json.Encoder()


class RefusedPayload(ValueError):  # noqa: N818  # says what happened
    """A payload that is not version 1 of the language. The text names what and where, never a caller."""


class _Version(msgspec.Struct):
    v: Any = None


_version_decoder = msgspec.json.Decoder(_Version)


@cache
def _decoder(row: Row) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(row.payload)


def encode(message: Message) -> bytes:
    """The JSON of `message`, UTF-8, without spaces."""
    return _encoder.encode(message)


def decode(row: Row, payload: bytes) -> Any:
    """The message that `payload` holds on the topic of `row`; raises RefusedPayload with the reason."""
    if len(payload) > MAX_PAYLOAD:
        raise RefusedPayload(f"{row.key}: {len(payload)} bytes, at most {MAX_PAYLOAD} are taken")
    try:
        return _decoder(row).decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise RefusedPayload(f"{row.key}: {_reason(payload, error)}") from None


def _reason(payload: bytes, error: Exception) -> str:
    """Tell a message of another version apart from a broken one."""
    try:
        version = _version_decoder.decode(payload).v
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return f"not JSON of the expected shape: {error}"[:200]
    if version is not None and (version != VERSION or version is True):
        return f"version {str(version)[:20]!r}, this program speaks {VERSION}"
    return str(error)[:200]
