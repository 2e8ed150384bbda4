"""AMI packets to events: what they mean, and which of them to believe. No socket, clock or log.

Believed are live events (`Privilege` on their second line) and items of a list that was answered with Success under
its ActionID. Everything else in the stream may come out of a caller's name: names with a line break stand raw in
QueueEntry, and split it. Then all up to the rest of that item, which carries the ActionID, is ignored.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from broker.messages import LineState
from host_agent.core import events as e
from host_agent.pbx.asterisk.fields import Malformed, get, live_party, need, needle, unescaped
from host_agent.pbx.asterisk.legs import DEVICE_STATES, HINT_STATES, RING, UP, Leg
from host_agent.pbx.asterisk.phones import BY_DEVICE, Phones, is_phone
from host_agent.pbx.asterisk.protocol import Packet, text
from host_agent.pbx.asterisk.transfers import Transfers
from host_agent.pbx.asterisk.waiting import ListedQueue, Queues

_ACTION_ID: Final = needle("ActionID")
_APPLICATION_ARGUMENTS: Final = needle("ApplicationData")
_CHANNEL: Final = needle("Channel")
_CONNECTED_NAME: Final = needle("ConnectedLineName")
_CONNECTED_NUMBER: Final = needle("ConnectedLineNum")
_CONTEXT_EXTEN: Final = needle("Exten")
_DESTINATION: Final = needle("DestUniqueid")
_DEVICE: Final = needle("Device")
_DURATION: Final = needle("Duration")
_EVENT_LIST: Final = needle("EventList")
_HINT: Final = needle("Hint")
_LINKED: Final = needle("Linkedid")
_MESSAGE: Final = needle("Message")
_NAME: Final = needle("CallerIDName")
_NEW_NAME: Final = needle("Newname")
_NUMBER: Final = needle("CallerIDNum")
_STATE: Final = needle("State")
_CHANNEL_STATE: Final = needle("ChannelState")
_STATUS: Final = needle("Status")
_TRANSFEREE: Final = needle("TransfereeLinkedid")
_TRANSFERER: Final = needle("TransfererUniqueid")
_ORIGINAL_TRANSFERER: Final = needle("OrigTransfererUniqueid")
_UID: Final = needle("Uniqueid")

_TORN_ENDS_WITHIN: Final = 200
"""Packets: so many may be forged in one name; then the rest of the item is given up on."""
_QUEUE_ITEMS: Final = frozenset({b"QueueParams", b"QueueMember", b"QueueEntry"})
_CONTINUES: Final = frozenset({b"DialBegin", b"BridgeEnter"})


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
    transfers: Transfers = field(init=False)

    def __post_init__(self) -> None:
        queue_of: dict[str, str] = {}
        in_queue: dict[str, str] = {}
        self.phones = Phones(self._out, queue_of)
        self.queues = Queues(self._out, self.phones, in_queue, queue_of)
        self.transfers = Transfers(self._out, self.phones, in_queue)

    @property
    def doubtful(self) -> bool:
        """Whether Asterisk's count and the callers it named disagree, so that a new snapshot is wanted."""
        return self.queues.doubtful

    def feed(self, packets: Iterable[Packet], at: float) -> list[e.PbxEvent]:
        """What `packets`, read at `at` (monotonic seconds), tell; never raises on what they hold."""
        live = _LIVE
        for packet in packets:
            kind = packet.kind
            raw = packet.raw
            meaning = live.get(kind)
            try:
                if meaning is not None and not self._torn and raw.startswith(b"Privilege: ", len(kind) + 9):
                    if not self._gone:
                        meaning(self, raw, at)
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
            self._channel_listed(raw, found, at)
        elif kind == b"DeviceStateChange":
            self._device(raw, at)
        elif kind == b"ExtensionStatus":
            self._hint(raw, at)
        elif kind.endswith(b"Complete"):
            del self._lists[action_id]
            if kind == b"QueueStatusComplete":
                self._queues_listed(found, at)
            elif kind == b"CoreShowChannelsComplete":
                for leg in self.phones.only(found.channels, at):
                    self._hang_up(leg, at)
                self.queues.channels_listed(at)

    def _queues_listed(self, found: _List, at: float) -> None:
        """An empty list before the PBX is up says nothing: app_queue may not be loaded."""
        if not found.queues and not self.booted:
            return
        everything = self.asks_for_all or self._first_list
        self._first_list = False
        self.queues.snapshot(found.queues, at, all_of_them=everything)

    def _channel_listed(self, raw: bytes, found: _List, at: float) -> None:
        leg = self._leg(raw)
        found.channels.add(leg.uid)
        if leg.incoming is None:
            leg.incoming = get(raw, _APPLICATION_ARGUMENTS) == b"(Outgoing Line)" or leg.linked != leg.uid
        lived = _seconds(get(raw, _DURATION))
        if lived is not None:
            self.queues.lived(leg.uid, lived, at)
        self.phones.changed(leg.device, at)

    # Live events. Each takes the packet's bytes and the time.

    def _booted(self, _raw: bytes, _at: float) -> None:
        self.booted = True

    def _shut_down(self, _raw: bytes, at: float) -> None:
        """The PBX goes; whatever else this connection says is about calls that end with it."""
        self._out.append(e.PbxAway(at, "the PBX shuts down"))
        self._gone = True

    def _new_channel(self, raw: bytes, at: float) -> None:
        leg = self._leg(raw)
        leg.incoming = leg.state != RING
        if not leg.incoming:
            leg.exten = unescaped(get(raw, _CONTEXT_EXTEN) or b"") or None
        self._look(leg, at)

    def _channel(self, raw: bytes, at: float) -> None:
        """Newstate, NewConnectedLine, NewCallerid: the channel as it is now."""
        self._look(self._leg(raw), at)

    def _rename(self, raw: bytes, _at: float) -> None:
        leg = self.phones.legs.get(text(need(raw, _UID)))
        name = get(raw, _NEW_NAME)
        if leg is not None and name is not None:
            leg.channel = text(name)

    def _hold(self, raw: bytes, at: float) -> None:
        leg = self._leg(raw)
        leg.held = True
        self._look(leg, at)

    def _unhold(self, raw: bytes, at: float) -> None:
        leg = self._leg(raw)
        leg.held = False
        self._look(leg, at)

    def _bridge_enter(self, raw: bytes, at: float) -> None:
        leg = self._leg(raw)
        self.queues.went_on(leg.uid)
        self.transfers.talked(leg)
        self._look(leg, at)

    def _hangup_request(self, raw: bytes, at: float) -> None:
        """The far end of the channel hung up. Asterisk may keep the channel for a while; the phone is free."""
        leg = self.phones.legs.get(text(need(raw, _UID)))
        if leg is not None:
            leg.closing = True
            self._look(leg, at)

    def _hangup(self, raw: bytes, at: float) -> None:
        uid = text(need(raw, _UID))
        leg = self.phones.gone(uid, at)
        if leg is not None:
            self._hang_up(leg, at)
        else:
            self.queues.hung_up(uid, at)

    def _hang_up(self, leg: Leg, at: float) -> None:
        self.transfers.settle(leg, at)
        self.queues.hung_up(leg.uid, at)
        if leg.linked == leg.uid:
            self.transfers.forget(leg.uid)

    def _dial_begin(self, raw: bytes, at: float) -> None:
        dialler = get(raw, _UID)
        leg = self.phones.legs.get(text(need(raw, _DESTINATION)))
        if dialler is not None:
            uid = text(dialler)
            self.queues.went_on(uid)
            by = self.phones.legs.get(uid)
            if by is not None and by.state == UP and by.incoming and self.phones.lines_of(by.device):
                self._dials_now(by, raw, at)
        if leg is not None:
            leg.dialled_by = "" if dialler is None else text(dialler)
            self._look(leg, at)

    def _dials_now(self, leg: Leg, raw: bytes, at: float) -> None:
        """Click-to-dial: the phone was rung first and now calls out."""
        if leg.linked == leg.uid:
            leg.incoming = False
            leg.exten = unescaped(get(raw, _CONTEXT_EXTEN) or b"") or None
            self._look(leg, at)

    def _dial_end(self, raw: bytes, at: float) -> None:
        leg = self.phones.legs.get(text(need(raw, _DESTINATION)))
        if leg is not None:
            self.transfers.settle(leg, at)

    def _blind_transfer(self, raw: bytes, _at: float) -> None:
        by = self.phones.legs.get(text(get(raw, _TRANSFERER) or b""))
        linked = get(raw, _TRANSFEREE)
        if by is not None and linked is not None:
            self.transfers.passed_on(text(linked), by)

    def _attended_transfer(self, raw: bytes, _at: float) -> None:
        by = self.phones.legs.get(text(get(raw, _ORIGINAL_TRANSFERER) or b""))
        linked = get(raw, _TRANSFEREE)
        if by is not None and linked is not None:
            self.transfers.passed_on(text(linked), by)

    def _device(self, raw: bytes, at: float) -> None:
        device = text(need(raw, _DEVICE))
        if is_phone(device):
            self.phones.device(device, _state(DEVICE_STATES, need(raw, _STATE)) or "unknown", BY_DEVICE, at)

    def _hint(self, raw: bytes, at: float) -> None:
        state = _state(HINT_STATES, need(raw, _STATUS))
        self.phones.hint(text(need(raw, _CONTEXT_EXTEN)), get(raw, _HINT) or b"", state, at)

    def _joined(self, raw: bytes, at: float) -> None:
        self.queues.joined(raw, at)

    def _left(self, raw: bytes, at: float) -> None:
        self.queues.left(raw, at)

    def _abandoned(self, raw: bytes, at: float) -> None:
        self.queues.abandoned(raw, at)

    def _member(self, raw: bytes, at: float) -> None:
        self.queues.member(raw, at)

    def _member_removed(self, raw: bytes, at: float) -> None:
        self.queues.member_removed(raw, at)

    def _completed(self, raw: bytes, at: float) -> None:
        self.queues.completed(raw, at)

    def _look(self, leg: Leg, at: float) -> None:
        """A channel changed: what does that make of its line, and of a call passed on?"""
        if self.phones.lines_of(leg.device):
            self.transfers.look(leg, at)
            self.phones.changed(leg.device, at)

    def _leg(self, raw: bytes) -> Leg:
        """The channel an event or a list item is about, as it is told there."""
        uid = text(need(raw, _UID))
        leg = self.phones.legs.get(uid)
        if leg is None:
            leg = self.phones.new_leg(uid, text(need(raw, _CHANNEL)), text(get(raw, _LINKED) or b"") or uid)
        calling = (get(raw, _NUMBER), get(raw, _NAME))
        if calling != leg.calling_raw:
            leg.calling_raw = calling
            leg.calling = live_party(*calling)
        if not self.phones.lines_of(leg.device):
            return leg
        leg.linked = text(get(raw, _LINKED) or b"") or leg.linked
        state = get(raw, _CHANNEL_STATE) or b""
        if state.isdigit():
            leg.state = int(state)
        other = (get(raw, _CONNECTED_NUMBER), get(raw, _CONNECTED_NAME))
        if other != leg.other_raw:
            leg.other_raw = other
            leg.other = live_party(*other)
        return leg


def _has_privilege(kind: bytes, raw: bytes) -> bool:
    return raw.startswith(b"Privilege: ", len(kind) + 9)


def _state(table: dict[bytes, LineState], value: bytes) -> LineState | None:
    return table.get(value)


def _seconds(duration: bytes | None) -> int | None:
    """The seconds of HH:MM:SS."""
    parts = (duration or b"").split(b":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    return int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])


_Meaning = Callable[[Translator, bytes, float], None]
# The type of a private method table; Translator's own, so it may look inside.
_LIVE: Final[dict[bytes, _Meaning]] = {
    b"AgentComplete": Translator._completed,
    b"AttendedTransfer": Translator._attended_transfer,
    b"BlindTransfer": Translator._blind_transfer,
    b"BridgeEnter": Translator._bridge_enter,
    b"DeviceStateChange": Translator._device,
    b"DialBegin": Translator._dial_begin,
    b"DialEnd": Translator._dial_end,
    b"ExtensionStatus": Translator._hint,
    b"FullyBooted": Translator._booted,
    b"Hangup": Translator._hangup,
    b"HangupRequest": Translator._hangup_request,
    b"Hold": Translator._hold,
    b"NewCallerid": Translator._channel,
    b"NewConnectedLine": Translator._channel,
    b"Newchannel": Translator._new_channel,
    b"Newstate": Translator._channel,
    b"QueueCallerAbandon": Translator._abandoned,
    b"QueueCallerJoin": Translator._joined,
    b"QueueCallerLeave": Translator._left,
    b"QueueMemberAdded": Translator._member,
    b"QueueMemberPause": Translator._member,
    b"QueueMemberPenalty": Translator._member,
    b"QueueMemberRemoved": Translator._member_removed,
    b"QueueMemberRinginuse": Translator._member,
    b"QueueMemberStatus": Translator._member,
    b"Rename": Translator._rename,
    b"Shutdown": Translator._shut_down,
    b"Unhold": Translator._unhold,
}
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
WANTED: Final = frozenset(_LIVE) | _LISTED
"""The kinds of packets that mean something here; the parser may drop all others."""
