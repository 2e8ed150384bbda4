"""AMI bytes to packets, without sockets or clocks. Source: Asterisk's `manager.c`; facts seen on 16.28 and 22.10.

A packet is a block of `Key: value` lines that ends in an empty line; the stream begins with a banner line.
Most of a busy stream is noise (VarSet, Newexten, RTCPSent), so the kind is looked at first, in bytes, and only the
wanted kinds become packets; nothing is decoded before somebody asks for a field.
"""

import re
from dataclasses import dataclass, field

BANNER = b"Asterisk Call Manager"
MAX_LINE = 16_384
"""Bytes in one line; the longest seen is under 250, a channel variable may be some thousands."""
MAX_LINES = 2_048
"""Lines in one packet; the answer to ListCommands has some hundreds."""
MAX_PACKET = 262_144
"""Bytes in one packet, and so of what waits for the rest of one."""

_EVENT = b"Event: "
_RESPONSE = b"Response: "
_LIST_BEGINS = b"\r\nEventList: start"
_LIST_ENDS = b"\r\nEventList: Complete"
_LINE_OF_A_KEY = re.compile(rb"[A-Za-z][A-Za-z0-9_() -]*:")
_SURROGATE = re.compile("[\udc80-\udcff]")


class StreamRefused(ValueError):  # noqa: N818  # says what happened
    """The stream passes a bound, so this is no AMI or no friend: drop the connection. `packets`: those before it."""

    def __init__(self, reason: str, packets: "list[Packet]") -> None:
        super().__init__(reason)
        self.packets = packets


@dataclass(frozen=True, slots=True)
class Packet:
    """One message: `raw` is its lines, joined by CR LF; `kind` the event's name, or response, banner or strange."""

    kind: bytes
    raw: bytes

    def first(self, key: bytes) -> bytes | None:
        """The value of the first line with `key`, None when there is none."""
        raw = self.raw
        start = raw.find(b"\r\n" + key + b": ")
        if start < 0:
            return self._at_the_top(key)
        start += len(key) + 4
        end = raw.find(b"\r\n", start)
        return raw[start:] if end < 0 else raw[start:end]

    def last(self, key: bytes) -> bytes | None:
        """The value of the last line with `key`, None when there is none."""
        values = self.every(key)
        return values[-1] if values else None

    def every(self, key: bytes) -> list[bytes]:
        """The values of all lines with `key`, in order: a key may be repeated."""
        start = key + b": "
        return [line[len(start) :] for line in self.raw.split(b"\r\n") if line.startswith(start)]

    def is_live(self) -> bool:
        """Whether Asterisk sent this as an event of the moment: then `Privilege` is its second line.

        Items of a list have none, nor has a message forged by a line break in a caller's name.
        """
        return self.raw.startswith(b"Privilege: ", self.raw.find(b"\r\n") + 2)

    def pairs(self) -> list[tuple[str, str]]:
        """All lines as decoded pairs, in order; a line without a colon is left out."""
        split = (line.partition(b":") for line in self.raw.split(b"\r\n"))
        return [(text(key), text(value.removeprefix(b" "))) for key, colon, value in split if colon]

    def _at_the_top(self, key: bytes) -> bytes | None:
        if not self.raw.startswith(key + b": "):
            return None
        return self.raw[len(key) + 2 :].split(b"\r\n", 1)[0]


@dataclass(slots=True)
class Tally:
    """What went by since the connection began."""

    packets: int = 0
    strange: int = 0
    """Blocks that begin with neither `Event:` nor `Response:`, such as what follows an empty line in a name."""
    bad_lines: int = 0
    """Lines without a key in wanted packets; the rest of the packet is used."""


@dataclass(slots=True)
class Parser:
    """Feed it the bytes of one connection as they come. `wanted`: the names of events to keep, None for all.

    While a list is being answered every block is kept, whatever it says it is: an item that is broken in two by a line
    break in a caller's name can only be told by what follows it.
    """

    wanted: frozenset[bytes] | None = None
    tally: Tally = field(default_factory=Tally)
    _tail: bytes = b""
    _begun: bool = False
    _lists: int = 0

    def feed(self, received: bytes) -> list[Packet]:
        """The packets that `received` completes; any split of a stream gives the same. Raises StreamRefused."""
        stream = self._tail + received if self._tail else received
        if stream.count(b"\n") != stream.count(b"\r\n"):
            stream = re.sub(rb"(?<!\r)\n", b"\r\n", stream)
        packets: list[Packet] = []
        if not self._begun:
            stream = self._greeting(stream, packets)
        blocks = stream.split(b"\r\n\r\n")
        self._tail = blocks.pop()
        self._read(blocks, packets)
        self._check(self._tail, packets)
        return packets

    def _greeting(self, stream: bytes, packets: list[Packet]) -> bytes:
        """Take the banner off: one line, with no empty line after it."""
        banner, end, rest = stream.partition(b"\r\n")
        if not end:
            return stream
        self._begun = True
        if not banner.startswith(BANNER):
            return stream
        packets.append(Packet(b"banner", banner))
        return rest

    def _read(self, blocks: list[bytes], packets: list[Packet]) -> None:
        wanted = self.wanted
        self.tally.packets += len(blocks)
        for block in blocks:
            if len(block) > MAX_LINES:
                self._check(block, packets)
            if block.startswith(_EVENT):
                end = block.find(b"\r\n")
                kind = block[7:] if end < 0 else block[7:end]
                if wanted is None or kind in wanted or self._lists:
                    self._keep(Packet(kind, block), packets)
                    if self._lists and _LIST_ENDS in block:
                        self._lists -= 1
            elif block.startswith(_RESPONSE):
                self._keep(Packet(b"response", block), packets)
                if _LIST_BEGINS in block:
                    self._lists += 1
            else:
                self._read_odd(block, packets)

    def _read_odd(self, block: bytes, packets: list[Packet]) -> None:
        """A block after more empty lines than one, or no message at all."""
        self.tally.packets -= 1
        message = block.lstrip(b"\r\n")
        if message.startswith((_EVENT, _RESPONSE)):
            self._read([message], packets)
        elif message:
            self.tally.packets += 1
            self.tally.strange += 1
            packets.append(Packet(b"strange", message))

    def _keep(self, packet: Packet, packets: list[Packet]) -> None:
        raw = packet.raw
        if raw.count(b": ") <= raw.count(b"\r\n"):
            self.tally.bad_lines += sum(not _LINE_OF_A_KEY.match(line) for line in raw.split(b"\r\n"))
        packets.append(packet)

    def _check(self, block: bytes, packets: list[Packet]) -> None:
        reason = too_big(block)
        if reason is not None:
            raise StreamRefused(reason, packets)


def too_big(block: bytes) -> str | None:
    """Which bound a packet passes, None when it passes none."""
    size = len(block)
    if size <= MAX_LINES:
        return None
    if size > MAX_PACKET:
        return f"a packet of more than {MAX_PACKET} bytes"
    if size > MAX_LINE and max(map(len, block.split(b"\n"))) > MAX_LINE:
        return f"a line of more than {MAX_LINE} bytes"
    return f"a packet of more than {MAX_LINES} lines" if block.count(b"\n") >= MAX_LINES else None


def text(value: bytes) -> str:
    """The text of a value. AMI names no encoding: UTF-8, and each byte that is not is taken as Latin-1.

    A character cut off at the end of a text that is UTF-8 otherwise is left out (Asterisk cuts names at 79 bytes).
    """
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not value[: error.start].isascii():
            return value[: error.start].decode()
    return _SURROGATE.sub(lambda lone: chr(ord(lone[0]) - 0xDC00), value.decode("utf-8", "surrogateescape"))
