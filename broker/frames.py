"""Bytes on a serial line to frames and back, sans-IO. Noise, what was cut, another version: refused, never a crash.

A frame stands between two zero bytes and holds none itself: COBS (Cheshire and Baker, "Consistent Overhead Byte
Stuffing", 1999) takes them out for one byte in 254. So whatever was lost, at the next zero byte all is well again.
Under the stuffing: version, kind, speaker, echo, content, and the CRC-32 of all that (zlib's, little-endian).

Each frame repeats, as its `echo`, the newest mark heard from the other end: `broker/cable.py` says what that proves.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from broker.codec import MAX_PAYLOAD
from broker.names import UnitName, unit_name

FRAME_VERSION = 1
MARK_SIZE = 4
NO_MARK = bytes(MARK_SIZE)
"""The echo of an end that has heard nothing yet."""
MAX_TOPIC = 512
_HEAD = struct.Struct(f"<BBB{MARK_SIZE}s")
_CHECK = struct.Struct("<I")
_TOPIC_SIZE = struct.Struct("<H")
MAX_BODY = _HEAD.size + _TOPIC_SIZE.size + MAX_TOPIC + MAX_PAYLOAD + _CHECK.size
MAX_FRAME = MAX_BODY + MAX_BODY // 254 + 1
"""Bytes between two zeros; so much is kept of what has no end, and no more."""
_LONGEST_RUN = 254


class Speaker(IntEnum):
    """Which end made a frame: one that hears itself has an echo or a login on its line."""

    UNIT = 1
    HOST = 2


class _Kind(IntEnum):
    GREETING = 1
    CARRIED = 2


@dataclass(frozen=True, slots=True)
class Greeting:
    """Handshake and heart-beat: who speaks for which unit, and a new `mark` for the other end to repeat."""

    speaker: Speaker
    echo: bytes
    unit: UnitName
    mark: bytes


@dataclass(frozen=True, slots=True)
class Carried:
    """One message: topic and payload as on MQTT."""

    speaker: Speaker
    echo: bytes
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """What came that is no frame of ours. The reason holds nothing of what it said."""

    reason: str


Frame = Greeting | Carried


def framed(frame: Frame) -> bytes:
    """The bytes for the line. Raises ValueError: a topic or payload that is longer than fits."""
    match frame:
        case Greeting(speaker, echo, unit, mark):
            body = _HEAD.pack(FRAME_VERSION, _Kind.GREETING, speaker, echo) + mark + unit.encode()
        case Carried(speaker, echo, topic, payload):
            named = topic.encode()
            if len(named) > MAX_TOPIC or len(payload) > MAX_PAYLOAD:
                raise ValueError(f"a message of {len(payload)} bytes on a topic of {len(named)}; too long for a frame")
            head = _HEAD.pack(FRAME_VERSION, _Kind.CARRIED, speaker, echo)
            body = head + _TOPIC_SIZE.pack(len(named)) + named + payload
        case _:
            assert_never(frame)
    # The zero in front ends whatever noise came before.
    return b"\0" + stuffed(body + _CHECK.pack(zlib.crc32(body))) + b"\0"


class Receiver:
    """Frames out of pieces of any size. Keeps at most `MAX_FRAME` bytes, whatever comes."""

    def __init__(self) -> None:
        self._begun = b""
        self._is_too_long = False

    def receive(self, piece: bytes) -> Iterator[Frame | Refused]:
        """What `piece` completes, in order; must be exhausted before the next piece."""
        *ended, begun = piece.split(b"\0")
        for part in ended:
            whole, too_long = self._begun + part, self._is_too_long
            self._begun, self._is_too_long = b"", False
            if too_long or len(whole) > MAX_FRAME:
                yield Refused(f"more than {MAX_FRAME} bytes without an end")
            elif whole:
                yield _frame(whole)
        self._is_too_long = self._is_too_long or len(self._begun) + len(begun) > MAX_FRAME
        self._begun = b"" if self._is_too_long else self._begun + begun


def stuffed(plain: bytes) -> bytes:
    """`plain` without a zero byte in it."""
    out = bytearray()
    for run in plain.split(b"\0"):
        start = 0
        while len(run) - start >= _LONGEST_RUN:
            out.append(_LONGEST_RUN + 1)
            out += run[start : start + _LONGEST_RUN]
            start += _LONGEST_RUN
        out.append(len(run) - start + 1)
        out += run[start:]
    return bytes(out)


def unstuffed(line: bytes) -> bytes | None:
    """What `stuffed` was given; None when `line`, which holds no zero, is not what it makes."""
    out = bytearray()
    place, size = 0, len(line)
    while place < size:
        code = line[place]
        if place + code > size:
            return None
        out += line[place + 1 : place + code]
        place += code
        if code <= _LONGEST_RUN and place < size:
            out.append(0)
    return bytes(out)


def _frame(whole: bytes) -> Frame | Refused:
    plain = unstuffed(whole)
    if plain is None or len(plain) < _HEAD.size + _CHECK.size:
        return Refused("noise, or a frame that was cut")
    body, check = plain[: -_CHECK.size], _CHECK.unpack(plain[-_CHECK.size :])[0]
    if zlib.crc32(body) != check:
        return Refused("a frame that was damaged on the way")
    version, kind, speaker, echo = _HEAD.unpack_from(body)
    if version != FRAME_VERSION:
        return Refused(f"frames of version {version}, this program speaks {FRAME_VERSION}: update the older end")
    content = body[_HEAD.size :]
    try:
        if kind == _Kind.GREETING:
            return _greeting(Speaker(speaker), echo, content)
        if kind == _Kind.CARRIED:
            return _carried(Speaker(speaker), echo, content)
    except (ValueError, struct.error):
        pass
    return Refused("a frame that says nothing we know")


def _greeting(speaker: Speaker, echo: bytes, content: bytes) -> Greeting:
    mark, unit = content[:MARK_SIZE], content[MARK_SIZE:]
    if len(mark) != MARK_SIZE:
        raise ValueError("not a greeting")
    return Greeting(speaker, echo, unit_name(unit.decode("ascii")), mark)


def _carried(speaker: Speaker, echo: bytes, content: bytes) -> Carried:
    size = _TOPIC_SIZE.unpack_from(content)[0]
    topic, payload = content[_TOPIC_SIZE.size :][:size], content[_TOPIC_SIZE.size + size :]
    if len(topic) != size or size > MAX_TOPIC:
        raise ValueError("not a message")
    return Carried(speaker, echo, topic.decode(), payload)
