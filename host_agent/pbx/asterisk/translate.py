"""AMI packets to events: what they mean, and which of them to believe. No socket, clock or log.

Believed are live events (`Privilege` on their second line) and items of a list that was answered with Success under
its ActionID. Everything else in the stream may come out of a caller's name: names with a line break stand raw in
QueueEntry, and split it. Then all up to the rest of that item, which carries the ActionID, is ignored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from host_agent.core import events as e
from host_agent.pbx.asterisk import calls, waiting
from host_agent.pbx.asterisk.calls import Calls
from host_agent.pbx.asterisk.fields import Malformed, get, needle
from host_agent.pbx.asterisk.phones import Phones
from host_agent.pbx.asterisk.protocol import Packet, text
from host_agent.pbx.asterisk.transfers import Transfers
from host_agent.pbx.asterisk.waiting import ListedQueue, Queues

_ACTION_ID: Final = needle("ActionID")
_EVENT_LIST: Final = needle("EventList")
_MESSAGE: Final = needle("Message")

_TORN_ENDS_WITHIN: Final = 200
"""Packets: so many may be forged in one name; then the rest of the item is given up on."""
_QUEUE_ITEMS: Final = frozenset({b"QueueParams", b"QueueMember", b"QueueEntry"})


@dataclass(slots=True)
class _List:
    """A list that is being answered."""

    queues: dict[str, ListedQueue] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Translator:
    """Feed it the packets of an Asterisk; it remembers what the next ones need, over reconnects too.

    `asks_for_all`: every QueueStatus list is of all queues and members, because the adapter asks for no other.
    When false (a recording), only the first of a connection is taken for that.
    `rejected` counts packets that could not be used; `last_reject` names the last one's fault.
    """

    asks_for_all: bool = True
    rejected: int = 0
    last_reject: str = ""
    booted: bool = False
    _out: list[e.PbxEvent] = field(default_factory=list)
    _lists: dict[bytes, _List] = field(default_factory=dict)
    _torn: int = 0
    _gone: bool = False
    _first_list: bool = True
    phones: Phones = field(init=False)
    queues: Queues = field(init=False)
    calls: Calls = field(init=False)
    _live: dict[bytes, Callable[[bytes, float], None]] = field(init=False)

    def __post_init__(self) -> None:
        queue_of: dict[str, str] = {}
        in_queue: dict[str, str] = {}
        self.phones = Phones(self._out, queue_of)
        self.queues = Queues(self._out, self.phones, in_queue, queue_of)
        self.calls = Calls(self.phones, self.queues, Transfers(self._out, self.phones, in_queue))
        self._live = {
            **{kind: partial(meaning, self.calls) for kind, meaning in calls.LIVE.items()},
            **{kind: partial(meaning, self.queues) for kind, meaning in waiting.LIVE.items()},
            b"FullyBooted": self._booted,
            b"Shutdown": self._shut_down,
        }

    @property
    def doubtful(self) -> bool:
        """Whether Asterisk's count and the callers it named disagree, so that a new snapshot is wanted."""
        return self.queues.doubtful

    def feed(self, packets: Iterable[Packet], at: float) -> list[e.PbxEvent]:
        """What `packets`, read at `at` (monotonic seconds), tell; never raises on what they hold."""
        live = self._live
        for packet in packets:
            kind = packet.kind
            raw = packet.raw
            meaning = live.get(kind)
            try:
                if meaning is not None and not self._torn and raw.startswith(b"Privilege: ", len(kind) + 9):
                    if not self._gone:
                        meaning(raw, at)
                else:
                    self._other(kind, raw, at)
            except Malformed as fault:
                self.rejected += 1
                self.last_reject = f"{text(kind[:40])}: {fault}"
        told = self._out[:]
        self._out.clear()
        return told

    def away(self, reason: str, at: float) -> list[e.PbxEvent]:
        """The connection is gone or silent."""
        self._forget()
        return [e.PbxAway(at, reason)]

    def assume_booted(self) -> None:
        """No FullyBooted came in all this time: the user has no class system; an empty list is an empty office."""
        self.booted = True

    def _forget(self) -> None:
        self.booted = False
        self._lists.clear()
        self._torn = 0
        self._gone = False
        self._first_list = True
        self.phones.reconnected()
        self.queues.reconnected()

    def _other(self, kind: bytes, raw: bytes, at: float) -> None:
        """What is no live event: banner, answers, items of lists, and forgeries."""
        if kind == b"banner":
            self._forget()
            return
        ours = self._list_of(raw)
        if self._torn:
            self._torn -= 1
            if ours is not None:
                self._torn = 0
            return
        if kind == b"response":
            self._answer(raw, at)
        elif ours is not None:
            self._item(kind, raw, ours, at)
        elif kind == b"QueueEntry" and self._lists and not _has_privilege(kind, raw):
            # Broken in two by a line break in the caller's name: the caller counts, what follows does not.
            self._torn = _TORN_ENDS_WITHIN
            self.queues.listed(kind, raw, self._newest().queues, at)

    def _list_of(self, raw: bytes) -> bytes | None:
        """The ActionID of the open list that `raw` belongs to, None when it belongs to none."""
        for action_id in self._lists:
            line = _ACTION_ID + action_id
            if line + b"\r\n" in raw or raw.endswith(line):
                return action_id
        return None

    def _newest(self) -> _List:
        return next(reversed(self._lists.values()))

    def _answer(self, raw: bytes, at: float) -> None:
        action_id = get(raw, _ACTION_ID)
        if not raw.startswith(b"Response: Success") or action_id is None:
            return
        message = get(raw, _MESSAGE) or b""
        if get(raw, _EVENT_LIST) == b"start" or message.endswith(b" will follow"):
            self._lists[action_id] = _List()
        elif message == b"Authentication accepted":
            self._out.append(e.PbxConnected(at))

    def _item(self, kind: bytes, raw: bytes, action_id: bytes, at: float) -> None:
        found = self._lists[action_id]
        if kind in _QUEUE_ITEMS:
            self.queues.listed(kind, raw, found.queues, at)
        elif kind == b"CoreShowChannel":
            found.channels.add(self.calls.listed(raw, at))
        elif kind == b"DeviceStateChange":
            self.calls.device_listed(raw, at)
        elif kind == b"ExtensionStatus":
            self.calls.hint(raw, at)
        elif kind.endswith(b"Complete"):
            del self._lists[action_id]
            if kind == b"QueueStatusComplete":
                self._queues_listed(found, at)
            elif kind == b"CoreShowChannelsComplete":
                self.calls.all_listed(found.channels, at)

    def _queues_listed(self, found: _List, at: float) -> None:
        """An empty list before the PBX is up says nothing: app_queue may not be loaded."""
        if not found.queues and not self.booted:
            return
        everything = self.asks_for_all or self._first_list
        self._first_list = False
        self.queues.snapshot(found.queues, at, all_of_them=everything)

    def _booted(self, _raw: bytes, _at: float) -> None:
        self.booted = True

    def _shut_down(self, _raw: bytes, at: float) -> None:
        """The PBX goes; whatever else this connection says is about calls that end with it."""
        self._out.append(e.PbxAway(at, "the PBX shuts down"))
        self._gone = True


def _has_privilege(kind: bytes, raw: bytes) -> bool:
    return raw.startswith(b"Privilege: ", len(kind) + 9)


_LISTED: Final = frozenset(
    {
        b"CoreShowChannel",
        b"CoreShowChannelsComplete",
        b"DeviceStateListComplete",
        b"ExtensionStateListComplete",
        b"QueueEntry",
        b"QueueMember",
        b"QueueParams",
        b"QueueStatusComplete",
        b"QueueSummaryComplete",
    }
)
WANTED: Final = frozenset(calls.LIVE) | frozenset(waiting.LIVE) | {b"FullyBooted", b"Shutdown"} | _LISTED
"""The kinds of packets that mean something here; the parser may drop all others."""
