"""The simulated PBX as it lives: one office on a real clock, and those who are told of its changes."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from host_agent.pbx.simulated.actions import Action, TimePasses
from host_agent.pbx.simulated.facts import Office
from host_agent.pbx.simulated.office import Step, restarted, step
from host_agent.pbx.simulated.packets import Live
from host_agent.pbx.simulated.session import Moment

TICK_S = 0.25
BOOT_S = 0.4
"""How long after it is up again a restarted PBX says FullyBooted; 0.25 to 0.5 s were seen."""

log = logging.getLogger(__name__)
Link = Literal["up", "away", "starting"]


@dataclass
class SimulatedPbx:
    """`listeners` are called with the live events of each step; `watchers` after every change. One event loop."""

    office: Office
    clock: Callable[[], float] = time.monotonic
    listeners: list[Callable[[tuple[Live, ...]], None]] = field(default_factory=list)
    watchers: list[Callable[[], None]] = field(default_factory=list)
    link: Link = "up"
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    def now(self) -> float:
        """Seconds on the office's clock."""
        return self.clock() - self.started

    def moment(self) -> Moment:
        return Moment(self.office, self.now(), self.link == "up")

    def perform(self, action: Action) -> bool:
        """Let `action` happen now; False when it does not fit the moment."""
        return self._take(step(self.office, action, self.now()))

    def restart(self) -> None:
        """End every call, as `core restart now` does. Connections are the server's."""
        self._take(restarted(self.office, self.now()))

    def set_link(self, link: Link) -> None:
        self.link = link
        self._changed()

    async def run(self) -> None:
        """Let time pass until cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            self.perform(TimePasses())

    def _take(self, taken: Step) -> bool:
        changed = taken.office != self.office
        self.office = taken.office
        if taken.told:
            for listener in self.listeners:
                listener(taken.told)
        if changed:
            self._changed()
        return taken.done

    def _changed(self) -> None:
        for watcher in self.watchers:
            watcher()
