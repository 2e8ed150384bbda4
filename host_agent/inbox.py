"""The inbox as it lives: notes in the store, the counts each desk shows, and who must hear of a change."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from broker.messages import Caller, InboxCounts
from host_agent.changes import Changes
from host_agent.config import Unit
from host_agent.core.intake import Arrival
from host_agent.core.notes import Action, CallbackNote, Changed, Entry, FillIn, Outcome, made
from host_agent.core.search import Wanted
from host_agent.core.tallies import Tally, inbox_counts, seconds_to_next_promise
from host_agent.errors import StoreFault
from host_agent.ports import Kept, NoteStore
from host_agent.store.thread import StoreThread

log = logging.getLogger(__name__)

Clock = Callable[[], float]

RECOUNT_S = 20.0
"""The longest between two counts, for a clock that was set: a promise that passes is counted when it does."""
AGAIN_S = 2.0
"""After a count that failed."""
SETTLE_S = 0.1
"""A burst of notes is counted once."""
CLOSED_SHOWN = 20
EVERYTHING = Wanted()


@dataclass(frozen=True)
class Shelves:
    """What the inbox page shows: notes as asked for, those closed last, and how many are open and overdue in all.

    `found`: how many there are of what was asked for, on all pages.
    """

    open: list[CallbackNote]
    closed: list[CallbackNote]
    counts: InboxCounts
    found: int = 0


class Inbox:
    """Everything that happens to notes goes through here. `clock` gives Unix seconds. Each call raises StoreFault."""

    def __init__(self, store: StoreThread, clock: Clock = time.time) -> None:
        self._store = store
        self.clock = clock
        self.changes = Changes()
        self._dirty = asyncio.Event()
        self._tallies: list[Tally] = []
        self.is_failing = False
        self.describe: Callable[[Caller], tuple[str | None, str | None]] = lambda _caller: (None, None)

    async def run(self) -> None:
        """Count the notes after each change and as promises pass, until cancelled."""
        while True:
            true_for_s = await self.count()
            await asyncio.sleep(SETTLE_S)
            # Not wait_for: in Python 3.11 it loses a cancelling in the moment that a note comes in.
            with suppress(TimeoutError):
                async with asyncio.timeout(true_for_s):
                    await self._dirty.wait()

    async def count(self) -> float:
        """Count the notes; in how many seconds to count again at the latest. To be done before any desk is told."""
        # Before the count, so that what comes in meanwhile is counted next.
        self._dirty.clear()
        now = self.clock()
        try:
            self._tallies = await self._store.ask(lambda store: store.tally(now))
            self.is_failing = False
            true_for_s = min(RECOUNT_S, max(0.0, seconds_to_next_promise(self._tallies, now)))
        except StoreFault as fault:
            if not self.is_failing:
                log.error("%s", fault)  # noqa: TRY400  # the trace would say no more
            self.is_failing = True
            true_for_s = AGAIN_S
        self.changes.mark()
        return true_for_s

    async def take_in(self, arrivals: Sequence[Arrival]) -> list[Kept]:
        """Commit what units sent, together; those that are returned are on the disk."""
        described = [self._described(arrival) for arrival in arrivals]
        kept = await self._store.ask(lambda store: store.take_in(described))
        if any(each.written for each in kept):
            self._dirty.set()
        return kept

    async def make(self, wanted: FillIn, *, who: str) -> CallbackNote:
        """Keep a note made by hand."""
        now = self.clock()
        note = made(wanted, note_id=secrets.token_hex(16), at=now)
        await self._store.ask(lambda store: store.make(note, who=who))
        self._dirty.set()
        return note

    async def keep(self, note: CallbackNote, *, who: str) -> None:
        """Keep a note that has an id, unless it is there."""

        def once(store: NoteStore) -> None:
            if store.find(note.id) is None:
                store.make(note, who=who)

        await self._store.ask(once)
        self._dirty.set()

    async def change(self, note_id: str, seen_version: int, action: Action, *, who: str) -> Outcome | None:
        """Change a note as a person saw it; None when it does not exist."""
        now = self.clock()
        outcome = await self._store.ask(lambda store: store.change(note_id, seen_version, action, who=who, at=now))
        if isinstance(outcome, Changed) and outcome.entry is not None:
            self._dirty.set()
        return outcome

    async def find(self, note_id: str) -> tuple[CallbackNote, list[Entry]] | None:
        """A note and its history."""
        return await self._store.ask(lambda store: store.find(note_id))

    async def shelves(self, wanted: Wanted = EVERYTHING, *, limit: int, offset: int = 0) -> Shelves:
        """What the inbox page shows: at most `limit` of the notes that are wanted, from `offset` on."""
        now = self.clock()

        def look(store: NoteStore) -> Shelves:
            tallies = store.tally(now)
            counts = InboxCounts(open=sum(each.open for each in tallies), overdue=sum(each.overdue for each in tallies))
            found, count = store.look(wanted, now=now, offset=offset, limit=limit)
            closed = store.shelf("closed", now=now, limit=CLOSED_SHOWN) if wanted == EVERYTHING else []
            return Shelves(found, closed, counts, count)

        return await self._store.ask(look)

    def counts(self, unit: Unit) -> InboxCounts:
        """The notes that concern a desk, as last counted."""
        return inbox_counts(self._tallies, unit.name, [queue.name for queue in unit.queues])

    def _described(self, arrival: Arrival) -> Arrival:
        """The arrival with what the directory knows of its caller."""
        if arrival.note.caller is None:
            return arrival
        name, organisation = self.describe(arrival.note.caller)
        return replace(arrival, known_name=name, known_organisation=organisation)
