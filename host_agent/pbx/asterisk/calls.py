"""Channels, devices and hints as Asterisk tells them, brought to the phones, queues and transfers they touch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from host_agent.core.events import CallerUnanswered
from host_agent.pbx.asterisk.fields import get, live_party, need, needle, unescaped
from host_agent.pbx.asterisk.legs import DEVICE_STATES, HINT_STATES, RING, UP, Leg
from host_agent.pbx.asterisk.phones import BY_DEVICE, BY_MEMBER, Phones, is_phone
from host_agent.pbx.asterisk.protocol import text
from host_agent.pbx.asterisk.transfers import Transfers
from host_agent.pbx.asterisk.waiting import Queues

_APPLICATION_ARGUMENTS: Final = needle("ApplicationData")
_BRIDGE: Final = needle("BridgeId")
_CHANNEL: Final = needle("Channel")
_CONNECTED_NAME: Final = needle("ConnectedLineName")
_CONNECTED_NUMBER: Final = needle("ConnectedLineNum")
_CONTEXT_EXTEN: Final = needle("Exten")
_DESTINATION: Final = needle("DestUniqueid")
_DEVICE: Final = needle("Device")
_DURATION: Final = needle("Duration")
_HINT: Final = needle("Hint")
_LINKED: Final = needle("Linkedid")
_NAME: Final = needle("CallerIDName")
_NEW_NAME: Final = needle("Newname")
_NUMBER: Final = needle("CallerIDNum")
_STATE: Final = needle("State")
_CHANNEL_STATE: Final = needle("ChannelState")
_STATUS: Final = needle("Status")
_PARKED: Final = needle("ParkeeLinkedid")
_RETRIEVER: Final = needle("RetrieverUniqueid")
_TARGET: Final = needle("TargetUniqueid")
_TARGET_LINKED: Final = needle("TargetLinkedid")
_TRANSFEREE: Final = needle("TransfereeLinkedid")
_TRANSFERER: Final = needle("TransfererUniqueid")
_ORIGINAL_TRANSFERER: Final = needle("OrigTransfererUniqueid")
_UID: Final = needle("Uniqueid")


@dataclass(slots=True)
class Calls:
    """Each method takes the bytes of one kind of packet and the time it was read."""

    phones: Phones
    queues: Queues
    transfers: Transfers

    def listed(self, raw: bytes, at: float) -> str:
        """CoreShowChannel: an item of the list of channels. Returns its Uniqueid."""
        leg = self._leg(raw)
        if leg.incoming is None:
            leg.incoming = get(raw, _APPLICATION_ARGUMENTS) == b"(Outgoing Line)" or leg.linked != leg.uid
        leg.bridged = leg.bridged or bool(get(raw, _BRIDGE))
        lived = _seconds(get(raw, _DURATION))
        if lived is not None:
            self.queues.lived(leg.uid, lived, at)
        self.phones.changed(leg.device, at)
        return leg.uid

    def all_listed(self, uids: set[str], at: float) -> None:
        """CoreShowChannelsComplete: these are all channels there are."""
        for leg in self.phones.only(uids, at):
            self._hang_up(leg, at)
        self.queues.channels_listed({leg.linked for leg in self.phones.legs.values()} | uids, at)

    def new_channel(self, raw: bytes, at: float) -> None:
        """Newchannel."""
        leg = self._leg(raw)
        leg.incoming = leg.state != RING
        if not leg.incoming:
            leg.exten = unescaped(get(raw, _CONTEXT_EXTEN) or b"") or None
        self._look(leg, at)

    def channel(self, raw: bytes, at: float) -> None:
        """Newstate, NewConnectedLine, NewCallerid: the channel as it is now."""
        self._look(self._leg(raw), at)

    def rename(self, raw: bytes, _at: float) -> None:
        """Rename."""
        leg = self.phones.legs.get(text(need(raw, _UID)))
        name = get(raw, _NEW_NAME)
        if leg is not None and name is not None:
            leg.channel = text(name)

    def hold(self, raw: bytes, at: float) -> None:
        """Hold: the channel is that of the phone that holds."""
        leg = self._leg(raw)
        leg.held = True
        self._look(leg, at)

    def unhold(self, raw: bytes, at: float) -> None:
        """Unhold."""
        leg = self._leg(raw)
        leg.held = False
        self._look(leg, at)

    def bridge_enter(self, raw: bytes, at: float) -> None:
        """BridgeEnter."""
        leg = self._leg(raw)
        self.queues.went_on(leg.uid)
        self.transfers.talked(leg)
        leg.bridged = True
        self._look(leg, at)

    def hangup_request(self, raw: bytes, at: float) -> None:
        """The far end of the channel hung up. Asterisk may keep the channel for a while; the phone is free."""
        leg = self.phones.legs.get(text(need(raw, _UID)))
        if leg is not None:
            leg.closing = True
            self._look(leg, at)

    def hangup(self, raw: bytes, at: float) -> None:
        """Hangup."""
        uid = text(need(raw, _UID))
        leg = self.phones.hung_up(uid, at)
        if leg is not None:
            self._hang_up(leg, at)
            # The first channel of a call that is no phone's of ours is a trunk's, by which somebody called in.
            if leg.linked == uid and not leg.bridged and is_phone(leg.device) and not self.phones.lines_of(leg.device):
                self.queues.out.append(CallerUnanswered(at, uid, leg.calling))
        else:
            self.queues.hung_up(uid, at)

    def _hang_up(self, leg: Leg, at: float) -> None:
        self.transfers.settle(leg, at)
        self.queues.hung_up(leg.uid, at)
        if leg.linked == leg.uid:
            self.transfers.forget(leg.uid)

    def dial_begin(self, raw: bytes, at: float) -> None:
        """DialBegin: without a channel that dials when Asterisk itself does (a recall, click-to-dial)."""
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

    def dial_end(self, raw: bytes, at: float) -> None:
        """DialEnd."""
        leg = self.phones.legs.get(text(need(raw, _DESTINATION)))
        if leg is not None:
            self.transfers.settle(leg, at)

    def blind_transfer(self, raw: bytes, _at: float) -> None:
        """BlindTransfer."""
        by = self.phones.legs.get(text(get(raw, _TRANSFERER) or b""))
        linked = get(raw, _TRANSFEREE)
        if by is not None and linked is not None:
            self.transfers.passed_on(text(linked), by)

    def attended_transfer(self, raw: bytes, _at: float) -> None:
        """AttendedTransfer: may come before anybody answered."""
        by = self.phones.legs.get(text(get(raw, _ORIGINAL_TRANSFERER) or b""))
        linked = get(raw, _TRANSFEREE)
        if by is not None and linked is not None:
            self.transfers.passed_on(text(linked), by)

    def picked_up(self, raw: bytes, at: float) -> None:
        """Pickup: a phone took the call that rang at another, which may be told much later that it rings no more."""
        self._takes_over(text(need(raw, _UID)), text(get(raw, _TARGET_LINKED) or b""), at)
        rang = self.phones.legs.get(text(get(raw, _TARGET) or b""))
        if rang is not None:
            rang.closing = True
            self._look(rang, at)

    def unparked(self, raw: bytes, at: float) -> None:
        """UnParkedCall: a phone fetched a parked call."""
        self._takes_over(text(get(raw, _RETRIEVER) or b""), text(get(raw, _PARKED) or b""), at)

    def _takes_over(self, uid: str, linked: str, at: float) -> None:
        """The phone dialled a code and got the call `linked`: it has a caller as if it had been called."""
        leg = self.phones.legs.get(uid)
        if leg is None:
            return
        leg.incoming = True
        leg.exten = None
        queue = self.queues.queue_of.get(linked)
        if queue is not None:
            self.queues.queue_of[leg.linked] = queue
        self._look(leg, at)

    def device(self, raw: bytes, at: float) -> None:
        """DeviceStateChange as it happens."""
        self._device(raw, BY_DEVICE, at)

    def device_listed(self, raw: bytes, at: float) -> None:
        """DeviceStateChange in a list: a user without class call hears of later changes from queue members alone."""
        self._device(raw, BY_MEMBER, at)

    def _device(self, raw: bytes, source: int, at: float) -> None:
        device = text(need(raw, _DEVICE))
        if is_phone(device):
            self.phones.device(device, DEVICE_STATES.get(need(raw, _STATE), "unknown"), source, at)

    def hint(self, raw: bytes, at: float) -> None:
        """ExtensionStatus, live or in a list."""
        state = HINT_STATES.get(need(raw, _STATUS))
        self.phones.hint(text(need(raw, _CONTEXT_EXTEN)), get(raw, _HINT) or b"", state, at)

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
        if state.isdigit() and len(state) <= 2:
            leg.state = int(state)
        other = (get(raw, _CONNECTED_NUMBER), get(raw, _CONNECTED_NAME))
        if other != leg.other_raw:
            leg.other_raw = other
            leg.other = live_party(*other)
        return leg


def _seconds(duration: bytes | None) -> int | None:
    """The seconds of HH:MM:SS."""
    parts = (duration or b"").split(b":")
    if len(parts) != 3 or not all(part.isdigit() and len(part) <= 6 for part in parts):
        return None
    return int(parts[0]) * 3600 + int(parts[1]) * 60 + int(parts[2])


LIVE: Final[dict[bytes, Callable[[Calls, bytes, float], None]]] = {
    b"AttendedTransfer": Calls.attended_transfer,
    b"BlindTransfer": Calls.blind_transfer,
    b"BridgeEnter": Calls.bridge_enter,
    b"DeviceStateChange": Calls.device,
    b"DialBegin": Calls.dial_begin,
    b"DialEnd": Calls.dial_end,
    b"ExtensionStatus": Calls.hint,
    b"Hangup": Calls.hangup,
    b"HangupRequest": Calls.hangup_request,
    b"Hold": Calls.hold,
    b"NewCallerid": Calls.channel,
    b"NewConnectedLine": Calls.channel,
    b"Newchannel": Calls.new_channel,
    b"Newstate": Calls.channel,
    b"Pickup": Calls.picked_up,
    b"Rename": Calls.rename,
    b"UnParkedCall": Calls.unparked,
    b"Unhold": Calls.unhold,
}
"""What to do with the live events about calls and phones."""
