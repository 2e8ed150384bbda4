r"""`belbord-host replay FILE`: what the board made of a recording, one JSON line for each change of a queue or a line.

Two kinds of recordings: `events.jsonl`, one message a line as `{"t": seconds, "event": {key: value or values}}`, in
which bytes that are not UTF-8 stand as `\xfc`; and `ami.raw`, the bytes as they came, which has no times.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final, TextIO

from broker.messages import Caller
from host_agent.core import events as e
from host_agent.core.agents import Agent
from host_agent.core.board import OfficeBoard, apply, line_state
from host_agent.core.callers import Party, to_wire
from host_agent.core.queues import QueueState, longest_wait
from host_agent.pbx.asterisk.protocol import BANNER, Packet, Parser, too_big
from host_agent.pbx.asterisk.translate import WANTED, Translator

_RAW_BYTE: Final = re.compile(rb"\\x([89a-f][0-9a-f])")
_EMPTY_LINE: Final = re.compile(rb"\n\r?\n")
_TOP: Final = 65_536


@dataclass(frozen=True, slots=True)
class Moment:
    """Packets of one moment. `t` is None in a recording without times; `where` names the place for a complaint."""

    t: float | None
    packets: tuple[Packet, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A piece of a recording that cannot be used."""

    where: str
    what: str


def replay(path: Path, out: TextIO, err: TextIO) -> int:
    """Replay the recording at `path`: changes go to `out`, one line for each thing that is wrong to `err`.

    Returns 0; 1 when the file held no message at all, 2 when it cannot be read.
    """
    if isinstance(out, TextIOWrapper):
        # JSON is UTF-8 whatever the terminal speaks (RFC 8259, 8.1).
        out.reconfigure(encoding="utf-8")
    try:
        recording = path.read_bytes()
    except OSError as error:
        err.write(f"{path}: cannot be read: {error.strerror}\n")
        return 2
    # A recording that begins in the middle has no banner; a line of JSON holds no line break.
    is_raw = path.suffix == ".raw" or recording.startswith(BANNER) or b"\nEvent: " in recording[:_TOP]
    moments = raw_moments(recording) if is_raw else moments_of(recording)
    telling = Telling()
    faults = packets = 0
    for moment in moments:
        if isinstance(moment, Fault):
            faults += 1
            err.write(f"{path.name}, {moment.where}: {moment.what}\n")
            continue
        for packet in moment.packets:
            packets += 1
            rejected = telling.translator.rejected
            out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in telling.tell(packet, moment.t))
            if telling.translator.rejected > rejected:
                faults += 1
                err.write(f"{path.name}, {moment.where}: {telling.translator.last_reject}\n")
    if not packets:
        err.write(f"{path.name}: no message of an Asterisk in it\n")
    if faults:
        err.write(f"{path.name}: {faults} faults, the rest was replayed\n")
    return 0 if packets else 1


def moments_of(recording: bytes) -> Iterator[Moment | Fault]:
    """The messages of an `events.jsonl`, and what is wrong with it, in order."""
    before = 0.0
    for number, line in enumerate(recording.split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            t, event = _entry(json.loads(line))
            packet = _packet(event)
        except (ValueError, RecursionError) as error:
            what = "not JSON" if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) else str(error)
            yield Fault(where, what)
            continue
        before = max(before, t)
        yield Moment(before, (packet,), where)


def raw_moments(recording: bytes) -> Iterator[Moment | Fault]:
    """The messages of an `ami.raw`, and what is wrong with it, in order."""
    parser = Parser(wanted=WANTED)
    complaints = 0
    for start, block in _blocks(recording):
        where = f"bytes from {start}"
        reason = too_big(block)
        if reason is not None:
            yield Fault(where, f"{reason}; it is left out")
            continue
        yield Moment(None, tuple(parser.feed(block)), where)
        if parser.tally.bad_lines > complaints:
            yield Fault(where, f"{parser.tally.bad_lines - complaints} lines without a key")
            complaints = parser.tally.bad_lines


def _blocks(recording: bytes) -> Iterator[tuple[int, bytes]]:
    """Each packet with the empty line that ends it, and where it begins; the last may have been cut off."""
    start = 0
    for end in _EMPTY_LINE.finditer(recording):
        yield start, recording[start : end.end()]
        start = end.end()
    if start < len(recording):
        yield start, recording[start:]


def _entry(entry: Any) -> tuple[float, dict[str, Any]]:
    event = entry.get("event") if isinstance(entry, dict) else None
    if not isinstance(event, dict):
        raise ValueError("not an entry with an event")  # noqa: TRY004  # wrong input, not a wrong call
    t = entry.get("t")
    if isinstance(t, bool) or not isinstance(t, int | float) or not 0 <= t < 1e9:
        raise ValueError("t is not a time in seconds")
    return float(t), event


def _packet(event: dict[str, Any]) -> Packet:
    """The packet that the recorder wrote as `event`, byte for byte as far as its notation tells."""
    banner = event.get("_banner")
    if isinstance(banner, str):
        return Packet(b"banner", _bytes(banner))
    pairs: list[tuple[str, str]] = []
    again: list[tuple[str, str]] = []
    for key, value in event.items():
        values = value if isinstance(value, list) else [value]
        if not values or not all(isinstance(one, str) for one in values):
            raise ValueError(f"the value of {key[:40]!r} is not a text")
        pairs.append((key, values[0]))
        again += [(key, one) for one in values[1:]]
    if not pairs:
        raise ValueError("an event without fields")
    raw = b"\r\n".join(_bytes(key) + b": " + _bytes(value) for key, value in (*pairs, *again))
    first, value = pairs[0]
    kind = _bytes(value) if first == "Event" else b"response" if first == "Response" else b"strange"
    return Packet(kind, raw)


def _bytes(value: str) -> bytes:
    r"""The bytes of a value. A live name doubles its backslashes, so a lone `\xfc` is the recorder's."""
    encoded = value.encode("utf-8", "replace").replace(b"\r", b" ").replace(b"\n", b" ")
    if b"\\x" not in encoded:
        return encoded
    return b"\\\\".join(
        _RAW_BYTE.sub(lambda hexed: bytes.fromhex(hexed[1].decode()), part) for part in encoded.split(b"\\\\")
    )


@dataclass(slots=True)
class Telling:
    """Follows a recording and says what changed."""

    translator: Translator = field(default_factory=lambda: Translator(asks_for_all=False))
    board: OfficeBoard = field(default_factory=OfficeBoard)
    _told: dict[tuple[str, str], object] = field(default_factory=dict)

    def tell(self, packet: Packet, t: float | None) -> list[dict[str, object]]:
        """The lines to print after `packet`, which came at `t` seconds."""
        events = self.translator.feed((packet,), 0.0 if t is None else t)
        for event in events:
            self.board = apply(self.board, event)
        queues, lines = _touched(self.board, events)
        told: list[dict[str, object]] = []
        for name in queues:
            queue = self.board.queues.get(name) or QueueState(name)
            if self._is_news("queue", name, queue):
                told.append(queue_line(queue, t))
        for name in lines:
            line = self.board.lines.get(name)
            state = line_state(self.board, name)
            party = None if line is None else line.facts.party
            queue_name = None if line is None else line.facts.queue
            if self._is_news("line", name, (state, party, queue_name)):
                told.append(line_line(name, t, state, party, queue_name))
        return told

    def _is_news(self, kind: str, name: str, value: object) -> bool:
        if self._told.get((kind, name)) == value:
            return False
        self._told[kind, name] = value
        return True


def _touched(board: OfficeBoard, events: Iterable[e.PbxEvent]) -> tuple[list[str], list[str]]:
    """The queues and the lines that `events` may have changed."""
    queues: dict[str, None] = {}
    lines: dict[str, None] = {}
    for event in events:
        match event:
            case e.CallerJoined() | e.CallerLeft() | e.CallerDated():
                queues[event.queue] = None
            case e.AgentChanged() | e.AgentRemoved():
                queues[event.queue] = None
                lines.update(dict.fromkeys(board.lines))
            case e.LineChanged():
                lines[event.line.extension] = None
            case e.LineRemoved():
                lines[event.extension] = None
            case e.SnapshotTaken() | e.PbxAway() | e.PbxConnected():
                queues.update(dict.fromkeys(board.queues))
                lines.update(dict.fromkeys(board.lines))
            case _:
                pass
    return list(queues), list(lines)


def queue_line(queue: QueueState, t: float | None) -> dict[str, object]:
    """One queue at `t`: durations are None when there is no time."""
    now = 0.0 if t is None else t
    longest = None if t is None else longest_wait(queue, now)
    # Whoever was there before the recording began stands in front.
    unnamed = max(0, (queue.waiting or 0) - len(queue.callers))
    return {
        "t": t,
        "kind": "queue",
        "name": queue.name,
        "known": queue.known,
        "waiting": queue.waiting,
        "longest_wait_s": None if longest is None else round(longest, 3),
        "callers": [
            {
                **_caller(to_wire(caller.party)),
                "position": position,
                "wait_s": None if t is None or caller.joined_at is None else round(max(0.0, now - caller.joined_at), 3),
            }
            for position, caller in enumerate(queue.callers, unnamed + 1)
        ],
        "agents": [_agent(agent) for agent in queue.agents.values()],
    }


def line_line(name: str, t: float | None, state: str, party: Party | None, queue: str | None) -> dict[str, object]:
    """One line at `t`."""
    caller = None if party is None else {**_caller(to_wire(party)), "queue": queue}
    return {"t": t, "kind": "line", "name": name, "state": state, "caller": caller}


def _caller(caller: Caller | None) -> dict[str, object]:
    if caller is None:
        return {"number": None, "name": None}
    shown: dict[str, object] = {"number": caller.number, "name": caller.name}
    return {**shown, "withheld": True} if caller.withheld else shown


def _agent(agent: Agent) -> dict[str, object]:
    return {
        "name": agent.name,
        "line": agent.extension,
        "state": agent.state,
        "paused": agent.paused,
        "reason": agent.reason,
    }
