"""Calls that were passed on and ring unanswered at a colleague.

One rule serves every way to pass a call on (blind or attended by the phone, feature code, AMI, redirect): a phone
rings in a call in which another phone has talked, or for a phone that has another caller waiting, and no queue rings
it. Events name the ways differently and some not at all, but channels, Linkedid and DialBegin are always there.
"""

from dataclasses import dataclass, field
from typing import Final

from host_agent.core.callers import Party, RingingTransfer
from host_agent.core.events import PbxEvent, TransferRang, TransferSettled
from host_agent.pbx.asterisk.legs import RINGING, UP, Leg
from host_agent.pbx.asterisk.phones import Phones

_REMEMBERED: Final = 2_000
"""Calls of which is remembered who talked; a guard for when hang-ups are missed."""


@dataclass(slots=True)
class Transfers:
    """Who talked in which call (Linkedid), and which legs were told as ringing transfers."""

    out: list[PbxEvent]
    phones: Phones
    in_queue: dict[str, str]
    _talked: dict[str, dict[str, None]] = field(default_factory=dict)
    _passed_by: dict[str, str] = field(default_factory=dict)

    def talked(self, leg: Leg) -> None:
        """A phone came into the conversation of `leg`."""
        lines = self.phones.lines_of(leg.device)
        if not lines or leg.state != UP:
            return
        if len(self._talked) > _REMEMBERED:
            self._talked.clear()
            self._passed_by.clear()
        talkers = self._talked.setdefault(leg.linked, {})
        talkers.pop(lines[0], None)
        talkers[lines[0]] = None

    def passed_on(self, linked: str, by: Leg) -> None:
        """Asterisk says in so many words that `by` passed on the call `linked`."""
        lines = self.phones.lines_of(by.device)
        if lines:
            self._passed_by[linked] = lines[0]

    def forget(self, linked: str) -> None:
        """The call is over."""
        self._talked.pop(linked, None)
        self._passed_by.pop(linked, None)

    def look(self, leg: Leg, at: float) -> None:
        """Something about a phone's leg changed: does it ring now for a call that was passed on, or no longer?"""
        if leg.state != RINGING or leg.closing:
            self.settle(leg, at)
            return
        if leg.rings_since is None:
            leg.rings_since = at
        if leg.passed_on or leg.dialled_by is None:
            return
        lines = self.phones.lines_of(leg.device)
        found = self._passer(leg, lines) if lines else None
        if found is None:
            return
        by, party = found
        leg.passed_on = True
        colleague = leg.calling.name or lines[0]
        self.out.append(
            TransferRang(at, RingingTransfer(leg.uid, by, colleague, lines[0], party, since=leg.rings_since))
        )

    def settle(self, leg: Leg, at: float) -> None:
        """The leg rings no longer."""
        leg.rings_since = None
        if leg.passed_on:
            leg.passed_on = False
            self.out.append(TransferSettled(at, leg.uid))

    def _passer(self, leg: Leg, lines: tuple[str, ...]) -> tuple[str, Party] | None:
        """The line that passed the call on, and the caller."""
        dialler = self.phones.legs.get(leg.dialled_by or "")
        if leg.linked in self.in_queue or leg.dialled_by in self.in_queue:
            return None
        own = () if dialler is None else self.phones.lines_of(dialler.device)
        if dialler is not None and own:
            waiting = [other for other in self.phones.other_legs(dialler) if other.state == UP and not other.closing]
            if waiting:
                caller = max(waiting, key=lambda other: other.held)
                return own[0], self.phones.party_of(caller)
        talkers = [line for line in self._talked.get(leg.linked, ()) if line not in lines and line not in own]
        said = self._passed_by.get(leg.linked)
        by = said if said is not None and said not in lines else talkers[-1] if talkers else None
        return None if by is None else (by, self._outside(leg))

    def _outside(self, leg: Leg) -> Party:
        """Who began the call, unless a phone of ours did: then who is on the other end."""
        first = self.phones.legs.get(leg.linked)
        if first is None or self.phones.lines_of(first.device):
            return leg.other
        return first.calling
