"""The office and its units as they are this moment."""

import time
from collections.abc import Callable, Mapping, Sequence

from broker.messages import Capability, Hello
from host_agent.changes import Changes
from host_agent.core.board import OfficeBoard, apply
from host_agent.core.events import PbxEvent
from host_agent.core.presence import Presence, heard

Clock = Callable[[], float]
MOST_STRANGERS = 200
"""Units that host.toml does not name and that are still heard; more are not remembered."""


class LiveOffice:
    """The newest truth in one place. `clock` gives monotonic seconds.

    At each delivery `on_office` is called, and then `on_events` with what was delivered and the time now.
    """

    def __init__(self, units: Sequence[str], capabilities: tuple[Capability, ...], clock: Clock = time.monotonic):
        self.clock = clock
        self.capabilities = capabilities
        self.office = OfficeBoard()
        self.presences: Mapping[str, Presence] = {name: Presence() for name in units}
        self.changes = Changes()
        self.on_office: Callable[[], None] | None = None
        self.on_events: Callable[[Sequence[PbxEvent], float], None] | None = None

    def deliver(self, events: Sequence[PbxEvent]) -> None:
        """Take in what the PBX told (the adapter's Deliver)."""
        office = self.office
        for event in events:
            office = apply(office, event)
        self.office = office
        if self.on_office is not None:
            self.on_office()
        if self.on_events is not None:
            self.on_events(events, self.clock())
        self.changes.mark()

    def expect(self, units: Sequence[str]) -> None:
        """Remember these units too, heard or not."""
        self.presences = {**{name: Presence() for name in units}, **self.presences}
        self.changes.mark()

    def forget(self, unit: str) -> None:
        """Remember nothing of this unit."""
        self.presences = {name: each for name, each in self.presences.items() if name != unit}
        self.changes.mark()

    def has_heard_since(self, unit: str, moment: float) -> bool:
        """Whether this unit said hello after a moment of `clock`."""
        presence = self.presences.get(unit)
        return presence is not None and presence.heard_at is not None and presence.heard_at > moment

    def heard(self, unit: str, hello: Hello) -> bool:
        """Take in a hello; False when `unit` is one stranger too many."""
        known = self.presences.get(unit)
        if known is None and len(self.presences) > MOST_STRANGERS:
            return False
        self.presences = {**self.presences, unit: heard(known or Presence(), hello, self.clock())}
        self.changes.mark()
        return True
