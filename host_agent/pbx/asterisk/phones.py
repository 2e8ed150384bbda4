"""The phones of the office: which devices are lines, what channels they have, and what that makes of each line.

Pure: a value that changes only by what it is told, with the time in each telling. Sources in Asterisk: hints
(ExtensionStatus), queue members (StateInterface), devices (DeviceStateChange) and channels.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from broker.messages import LineState
from broker.names import EXTENSION_PATTERN
from host_agent.core.callers import Party
from host_agent.core.events import LineChanged, LineRemoved, PbxEvent
from host_agent.core.lines import LineFacts
from host_agent.pbx.asterisk.legs import NOBODY, Call, Leg, device_of, line_facts

_EXTENSION: Final = re.compile(EXTENSION_PATTERN)
_OWN_NUMBER: Final = re.compile(r"[0-9]{1,6}")
"""A device with such a name is a phone without a hint; a longer number is a trunk's account."""
NOT_PHONES: Final = frozenset({"Local", "Agent", "Bridge", "Message", "Surrogate", "Null"})

MOST_DEVICES: Final = 5_000
"""Devices whose state is remembered. A trunk can have a device for each number it calls (DAHDI/i1/0612345678)."""

BY_HINT: Final = 1
BY_MEMBER: Final = 2
BY_DEVICE: Final = 3


@dataclass(slots=True)
class Phones:
    """All lines. `out` takes the events; `queue_of` is the queue a call (Linkedid) came in by, kept by the queues."""

    out: list[PbxEvent]
    queue_of: dict[str, str]
    legs: dict[str, Leg] = field(default_factory=dict)
    _before: dict[str, Leg] = field(default_factory=dict)
    _of_device: dict[str, dict[str, Leg]] = field(default_factory=dict)
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _hinted: dict[str, bytes] = field(default_factory=dict)
    _line_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _device: dict[str, tuple[int, LineState]] = field(default_factory=dict)
    _told: dict[str, LineFacts] = field(default_factory=dict)
    _hung_up: set[str] = field(default_factory=set)

    def reconnected(self) -> None:
        """A new connection: what phones do is unknown; which they are, and who held whom, is remembered."""
        self._before = self.legs
        self.legs = {}
        self._of_device = {}
        self._device = {}
        self._told = {}
        self._hung_up = set()

    def lines_of(self, device: str) -> tuple[str, ...]:
        """The extensions under which `device` is a line, none for a trunk or a Local channel."""
        lines = self._line_of.get(device)
        return self._by_its_name(device) if lines is None else lines

    def hint(self, extension: str, hint: bytes, state: LineState | None, at: float) -> None:
        """A hint: `extension` shows the devices in `hint`, such as PJSIP/100&Custom:day. Repeats are cheap."""
        if self._hinted.get(extension) != hint:
            self._hinted[extension] = hint
            if extension.startswith("_") or not _EXTENSION.fullmatch(extension):
                return
            devices = tuple(d for d in hint.decode("utf-8", "replace").split(",")[0].split("&") if is_phone(d))
            for device in devices:
                self._name(device, extension, at)
        devices = self._lines.get(extension, ())
        if state is not None and len(devices) == 1:
            self.device(devices[0], state, BY_HINT, at)

    def member(self, device: str, state: LineState | None, at: float) -> str | None:
        """A queue member's phone; returns its extension."""
        if device.startswith("hint:"):
            extension = device.removeprefix("hint:").partition("@")[0]
            return extension if _EXTENSION.fullmatch(extension) else None
        if not is_phone(device):
            return None
        if device not in self._line_of:
            name = device.partition("/")[2].partition("@")[0]
            if _EXTENSION.fullmatch(name):
                self._name(device, name, at)
        if state is not None:
            self.device(device, state, BY_MEMBER, at)
        lines = self.lines_of(device)
        own = device.partition("/")[2]
        return own if own in lines else lines[0] if lines else None

    def device(self, device: str, state: LineState, source: int, at: float) -> None:
        """The state of a device. What says it directly (DeviceStateChange) goes before what follows from it."""
        known = self._device.get(device)
        if known is not None and known[0] > source:
            return
        if known is None and len(self._device) >= MOST_DEVICES:
            self._device = {name: said for name, said in self._device.items() if self.lines_of(name)}
        self._device[device] = (source, state)
        if known is None or known[1] != state:
            self.changed(device, at)

    def new_leg(self, uid: str, channel: str, linked: str) -> Leg:
        """The channel `uid`, new or as it was known before a lost connection."""
        leg = self.legs.get(uid) or self._before.pop(uid, None) or Leg(uid, channel, device_of(channel), linked)
        self.legs[uid] = leg
        if is_phone(leg.device):
            self._of_device.setdefault(leg.device, {})[uid] = leg
        return leg

    def hung_up(self, uid: str, at: float) -> Leg | None:
        """The channel hung up."""
        leg = self.legs.get(uid)
        if leg is not None and self.lines_of(leg.device):
            self._hung_up.add(leg.device)
        return self._gone(uid, at)

    def _gone(self, uid: str, at: float) -> Leg | None:
        leg = self.legs.pop(uid, None)
        if leg is not None:
            left = self._of_device.get(leg.device, {})
            left.pop(uid, None)
            if not left:
                self._of_device.pop(leg.device, None)
            self.changed(leg.device, at)
        return leg

    def only(self, uids: set[str], at: float) -> list[Leg]:
        """These are all channels there are; returns those that went without a word."""
        self._before = {}
        lost = [leg for uid, leg in self.legs.items() if uid not in uids]
        for leg in lost:
            self._gone(leg.uid, at)
        return lost

    def other_legs(self, leg: Leg) -> list[Leg]:
        """The other channels of the phone that `leg` belongs to."""
        return [other for other in self._of_device.get(leg.device, {}).values() if other is not leg]

    def party_of(self, leg: Leg) -> Party:
        """Who is on the other end of a phone's channel; when that is not told, who began the call."""
        if leg.other != NOBODY or leg.linked == leg.uid:
            return leg.other
        first = self.legs.get(leg.linked)
        return leg.other if first is None or first.device == leg.device else first.calling

    def changed(self, device: str, at: float) -> None:
        """Something about `device` changed: tell what that makes of its lines, if it makes anything."""
        for extension in self.lines_of(device):
            facts = self._facts(extension, device)
            if self._told.get(extension) != facts:
                self._told[extension] = facts
                self.out.append(LineChanged(at, facts))

    def _facts(self, extension: str, device: str) -> LineFacts:
        devices = self._lines.get(extension, (device,))
        calls = [
            Call(leg, self.party_of(leg), self.queue_of.get(leg.linked))
            for name in devices
            for leg in self._of_device.get(name, {}).values()
        ]
        return line_facts(extension, calls, _together([self._device_state(name) for name in devices]))

    def _device_state(self, device: str) -> LineState:
        """A device whose channels hung up is idle, whatever a slower event still says of its last call."""
        state = self._device.get(device, (0, "unknown"))[1]
        busy = state not in ("idle", "unavailable", "unknown")
        return "idle" if busy and self._is_quiet(device) else state

    def _is_quiet(self, device: str) -> bool:
        """Without news of channels (a user without class call) nothing is known of the last hang-up."""
        legs = self._of_device.get(device)
        return all(leg.closing for leg in legs.values()) if legs else device in self._hung_up

    def _name(self, device: str, extension: str, at: float) -> None:
        """`device` is the line `extension`; a name it had only after itself goes."""
        before = self.lines_of(device)
        hinted = tuple(line for line in before if line in self._hinted)
        lines = (*hinted, extension) if extension in self._hinted else (extension,)
        self._line_of[device] = tuple(dict.fromkeys(lines))
        self._lines[extension] = tuple(dict.fromkeys((*self._lines.get(extension, ()), device)))
        for line in before:
            if line not in self._line_of[device]:
                self._lines.pop(line, None)
                if self._told.pop(line, None) is not None:
                    self.out.append(LineRemoved(at, line))
        self.changed(device, at)

    def _by_its_name(self, device: str) -> tuple[str, ...]:
        name = device.partition("/")[2]
        if not is_phone(device) or not _OWN_NUMBER.fullmatch(name):
            return ()
        self._line_of[device] = (name,)
        self._lines.setdefault(name, (device,))
        return (name,)


def is_phone(device: str) -> bool:
    """Whether `device` may be a phone: TECH/name, not a pseudo-device such as MWI:, Queue: or Custom:."""
    technology, slash, name = device.partition("/")
    return bool(slash and name) and ":" not in technology and technology not in NOT_PHONES


_ORDER: Final[tuple[LineState, ...]] = ("in_use", "on_hold", "ringing", "idle", "unavailable", "unknown")


def _together(states: list[LineState]) -> LineState:
    """One state for a line with several devices: the busiest."""
    return min(states, key=_ORDER.index)
