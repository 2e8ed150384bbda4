"""Keeps no note longer than was promised: looks a few times an hour whether a night has passed, and erases."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from host_agent.core.notes import CallbackNote
from host_agent.core.retention import DAY_S, NOTHING_SEEN, Keeping, Refuse, erase, is_due, plan, warn_before
from host_agent.errors import StoreFault
from host_agent.people import People
from host_agent.ports_people import KeepingStore, Run
from host_agent.store.before_change import KEPT_S

log = logging.getLogger(__name__)

LOOK_S = 300.0
EXPIRING_SHOWN = 300


def keep_retention(store: KeepingStore, keeping: Keeping, now: float, *, trust_clock: bool = False) -> Run:
    """Erase what is too old, or write down why not. Blocks; raises StoreFault."""
    seen = store.time_seen()
    if seen == NOTHING_SEEN:
        # There is nothing to erase, and a clock that nothing speaks for must not become the witness.
        return Run(now, 0)
    wanted = erase(keeping, now) if trust_clock else plan(keeping, seen, now)
    if isinstance(wanted, Refuse):
        why = f"the clock is {wanted.step_s / DAY_S:.0f} days from what the store last saw"
        store.refused(now, why)
        return Run(now, 0, why)
    erased = store.erase_old(wanted, now)
    # Also when nothing was erased: a run that was cut short before this line is made good by the next.
    store.scrub(copies_before=now - KEPT_S)
    return Run(now, erased)


class Keeper:
    """The nightly task. `keeping` may change while it runs.

    `expiring` is how many open notes are soon to be erased; `refused` why the last run was.
    """

    def __init__(self, people: People, keeping: Keeping, changed: Callable[[], None]) -> None:
        self._people = people
        self.keeping = keeping
        self._changed = changed
        self.expiring = 0
        self.refused: str | None = None

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreFault as fault:
                log.error("retention: %s", fault)  # noqa: TRY400  # the trace would say no more
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Erase when it is time, and count what is soon to be erased. Raises StoreFault."""
        now = self._people.clock()
        await self._people.thread.run(lambda: self._erase(now))
        _, self.expiring = await self.soon(limit=0)

    async def soon(self, limit: int = EXPIRING_SHOWN) -> tuple[list[CallbackNote], int]:
        """Open notes that are soon to be erased, and how many they are."""
        before = warn_before(self.keeping, self._people.clock())
        return await self._people.thread.run(lambda: self._people.keeping.expiring(before, limit))

    def _erase(self, now: float) -> None:
        store = self._people.keeping
        if not is_due(store.time_seen().last_run_at, datetime.fromtimestamp(now)):
            self.refused = None
            return
        before = self.refused
        run = keep_retention(store, self.keeping, now)
        self.refused = run.refused
        if run.refused is None:
            log.info("retention: erased %d notes", run.erased)
            if run.erased:
                self._changed()
        elif before is None:
            log.error(
                "retention: nothing erased: %s; if the clock is right: belbord-host retention --trust-clock",
                run.refused,
            )
