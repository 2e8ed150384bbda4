"""The working copy of one step: the office as it becomes, and what the PBX says meanwhile, in order."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from host_agent.pbx.simulated import packets as say
from host_agent.pbx.simulated.facts import DOWN, RING, RINGING, UP, Channel, Member, Office, Phone
from host_agent.pbx.simulated.people import Person


@dataclass
class Draft:
    """Lives as long as one call of `office.step`."""

    office: Office
    now: float
    told: list[say.Live] = field(default_factory=list)

    def tell(self, *events: say.Live) -> None:
        self.told.extend(events)

    def change(self, **fields: Any) -> None:
        self.office = replace(self.office, **fields)

    def channel(self, uniqueid: str) -> Channel:
        return self.office.channels[uniqueid]

    def set_channel(self, uniqueid: str, **fields: Any) -> Channel:
        changed = replace(self.channel(uniqueid), **fields)
        self.change(channels={**self.office.channels, uniqueid: changed})
        return changed

    def set_member(self, member: Member, **fields: Any) -> Member:
        changed = replace(member, **fields)
        self.change(members=tuple(changed if each == member else each for each in self.office.members))
        return changed

    def new_trunk_channel(self, person: Person, did: str) -> Channel:
        """A caller at the door."""
        made = self._make("trunk", None, person.number, person.name, "from-trunk", did, RING)
        self.tell(say.call_event("Newchannel", made))
        return made

    def new_phone_channel(self, phone: Phone, linkedid: str) -> Channel:
        """A leg to a phone, not ringing yet."""
        made = self._make(phone.extension, linkedid, phone.extension, phone.name, "intern", "s", DOWN)
        self.tell(say.call_event("Newchannel", made))
        return made

    def rings(self, leg: Channel, caller: Channel) -> Channel:
        """The phone of `leg` begins to ring and shows `caller`."""
        ringing = self.set_channel(
            leg.uniqueid, state=RINGING, connected=(caller.number, caller.person), exten=caller.exten
        )
        self.tell(say.call_event("Newstate", ringing), say.call_event("NewConnectedLine", ringing))
        self.tell(say.dial_event("DialState", caller, ringing, ("DialStatus", "RINGING")))
        return ringing

    def picks_up(self, leg: str) -> Channel:
        up = self.set_channel(leg, state=UP)
        self.tell(say.call_event("Newstate", up))
        return up

    def connect(self, call: str, leg: Channel) -> Channel:
        """The caller's side learns who answers."""
        caller = self.set_channel(call, connected=(leg.number, leg.person))
        self.tell(say.call_event("NewConnectedLine", caller))
        return caller

    def hang_up(self, uniqueid: str, cause: str, words: str) -> None:
        gone = self.channel(uniqueid)
        self.tell(say.call_event("Hangup", gone, ("Cause", cause), ("Cause-txt", words)))
        left = {key: channel for key, channel in self.office.channels.items() if key != uniqueid}
        tempers = {key: temper for key, temper in self.office.tempers.items() if key != uniqueid}
        silent = {key: until for key, until in self.office.silent_until.items() if key != uniqueid}
        self.change(channels=left, tempers=tempers, silent_until=silent)

    def new_bridge(self) -> str:
        """A bridge's id: as random as Asterisk's looks, yet the same in every run."""
        return str(UUID(int=(self.office.made_channels * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128, version=4))

    def enter_bridge(self, bridge: str, *uniqueids: str) -> None:
        self.tell(say.Live("BridgeCreate", "call", say.bridge_fields(bridge, 0)))
        for count, uniqueid in enumerate(uniqueids, 1):
            entered = self.set_channel(uniqueid, bridge=bridge)
            self._tell_bridge("BridgeEnter", bridge, count, entered)

    def leave_bridge(self, bridge: str, *uniqueids: str) -> None:
        for count, uniqueid in zip(range(len(uniqueids) - 1, -1, -1), uniqueids, strict=True):
            self._tell_bridge("BridgeLeave", bridge, count, self.set_channel(uniqueid, bridge=""))
        self.tell(say.Live("BridgeDestroy", "call", say.bridge_fields(bridge, 0)))

    def _tell_bridge(self, event: str, bridge: str, count: int, channel: Channel) -> None:
        fields = (*say.bridge_fields(bridge, count), *say.channel_fields(channel))
        self.tell(say.Live(event, "call", fields))

    def _make(
        self, stem: str, linkedid: str | None, number: str, person: str, context: str, exten: str, state: str
    ) -> Channel:
        serial = self.office.made_channels + 1
        uniqueid = f"{self.office.unix(self.now)}.{serial}"
        made = Channel(
            f"PJSIP/{stem}-{serial:08x}", uniqueid, linkedid or uniqueid, number, person, context, exten, "1", state,
            self.now,
        )  # fmt: skip
        self.change(channels={**self.office.channels, uniqueid: made}, made_channels=serial)
        return made
