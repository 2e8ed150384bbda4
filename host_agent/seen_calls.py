"""The calls that the PBX saw, as they concern notes: who was not spoken to, and who was called back."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from host_agent.config import Config
from host_agent.core.events import CallerAbandoned, CallerUnanswered, PbxEvent
from host_agent.core.missed import Missed, Talk, due_by, follow_talks, is_in_break, missed
from host_agent.core.notes import CallbackNote
from host_agent.core.office_hours import OfficeHours
from host_agent.core.phone_plan import e164
from host_agent.core.proposals import (
    CallMade,
    OpenNote,
    OutgoingCall,
    Proposal,
    better,
    follow,
    lines_by_name,
    outside,
    proposals,
)
from host_agent.directory.book import Directory
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.ports_directory import SeenCallStore
from host_agent.store.thread import StoreThread

log = logging.getLogger(__name__)

KEPT_S = 7 * 86_400.0
"""So long a caller who hung up is offered; then nobody will call back any more."""
WITHOUT_BREAK = OfficeHours()
AGAIN_S = 5.0
LOOK_S = 3600.0
MOST_WAITING = 2_000
_ENDING = 7
"""Digits that two notations of one number have in common."""


@dataclass(frozen=True)
class SpokenTo:
    """A caller got through, and the talk is over."""

    number: str


Fact = CallerAbandoned | CallerUnanswered | CallMade | SpokenTo


@dataclass(frozen=True)
class Seen:
    """Something that the PBX saw and that may concern a note. `began`: Unix seconds at which the call began."""

    fact: "Fact"
    began: float


class SeenCalls:
    """What is offered and proposed now, from memory; and what people do with it, which raises StoreFault.

    `clock` below is the host's monotonic clock, by which events are dated; the inbox has the other one.
    """

    def __init__(
        self,
        inbox: Inbox,
        directory: Directory,
        store: SeenCallStore,
        thread: StoreThread,
        hours: OfficeHours = WITHOUT_BREAK,
    ) -> None:
        self._inbox = inbox
        self._directory = directory
        self._store = store
        self._thread = thread
        self._hours = hours
        self._calls: Mapping[str, OutgoingCall] = {}
        self._talks: Mapping[str, Talk] = {}
        self._seen: deque[Seen] = deque(maxlen=MOST_WAITING)
        self._came = asyncio.Event()
        self._looked_at = 0.0
        self.offers: tuple[Missed, ...] = ()
        self.proposals: Mapping[str, Proposal] = {}

    def take_over(self, config: Config) -> None:
        """Reckon with these hours from now on."""
        self._hours = config.promise.hours

    def deliver(self, events: Sequence[PbxEvent], now: float) -> None:
        """Take in what the PBX told; never waits. `now`: the monotonic seconds by which `events` are dated."""
        for event in events:
            self._calls, made = follow(self._calls, event)
            self._talks, spoken = follow_talks(self._talks, event)
            if made is not None:
                self._note(made, made.began_at, now)
            if spoken is not None:
                self._note(SpokenTo(spoken), event.at, now)
            if isinstance(event, CallerAbandoned | CallerUnanswered):
                self._note(event, event.at, now)

    async def load(self) -> None:
        """Read what was offered and proposed before."""
        await self._thread.run(lambda: self._store.prune(self._inbox.clock() - KEPT_S))
        await self._read()

    async def _read(self) -> None:
        self.offers = tuple(await self._thread.run(self._store.offered))
        self.proposals = {each.note_id: each for each in await self._thread.run(self._store.proposals)}

    async def run(self) -> None:
        """Bring calls and notes together, until cancelled. While the store fails, calls wait here."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._take_calls(), name="seen calls")
            tasks.create_task(self._follow_inbox(), name="notes for seen calls")

    async def make_note(self, missed_id: str, *, who: str) -> str | None:
        """The id of the note that an offer became or belongs to; None when there is no such offer.

        The note has the id of the offer, so that a second press, or one after a power cut, makes no second note.
        """
        call = await self._thread.run(lambda: self._store.missed(missed_id))
        if call is None or call.fate in ("dismissed", "spoken"):
            return None
        if call.note_id is not None:
            return call.note_id
        found = self._directory.whose(call.number)
        note = CallbackNote(
            id=call.id,
            pressed_at=call.last_at,
            arrived_at=self._inbox.clock(),
            caller_name=call.name or (found.name if found else None),
            caller_number=call.number,
            organisation=found.organisation if found else None,
            queue=call.queue or None,
            promised_by=(due := due_by(call, self._hours)),
            promised_at=None if due is None else self._inbox.clock(),
        )
        await self._inbox.keep(note, who=who)
        await self._thread.run(lambda: self._store.settle(call.id, "noted", note.id))
        await self._refresh()
        return note.id

    async def dismiss(self, missed_id: str) -> bool:
        """Nobody needs to call back; False when it is not offered any more."""
        settled = await self._thread.run(lambda: self._store.settle(missed_id, "dismissed", None))
        await self._refresh()
        return settled

    async def calls_of(self, note_id: str) -> list[Missed]:
        """The calls that are part of a note, oldest first."""
        return await self._thread.run(lambda: self._store.joined(note_id))

    def _note(self, fact: Fact, at: float, now: float) -> None:
        self._seen.append(Seen(fact, self._inbox.clock() - max(0.0, now - at)))
        self._came.set()

    async def _take_calls(self) -> None:
        while True:
            await self._came.wait()
            while self._seen:
                try:
                    await self._take(self._seen[0])
                except StoreFault as fault:
                    log.warning("a call waits to be taken in: %s", fault)
                    await asyncio.sleep(AGAIN_S)
                    continue
                self._seen.popleft()
            self._came.clear()

    async def _take(self, seen: Seen) -> None:
        match seen.fact:
            case CallerAbandoned():
                await self._take_unanswered(seen.fact, seen.began)
            case CallerUnanswered():
                # In hours it is one of many: they may have hung up while it rang, and call again.
                if is_in_break(seen.fact, seen.began, self._hours, self._directory.rules.country):
                    await self._take_unanswered(seen.fact, seen.began)
            case CallMade():
                await self._take_made(seen.fact, seen.began)
            case SpokenTo():
                await self._take_spoken(seen.fact.number)

    async def _take_unanswered(self, call: CallerAbandoned | CallerUnanswered, at: float) -> None:
        rules, offered = self._directory.rules, {each.key: each for each in self.offers}

        def keep() -> bool:
            if self._store.knows(call.call):
                return False
            note = next(iter(self._notes_of(call.party.number)), None)
            came_to = missed(
                call, at, new_id=secrets.token_hex(16), offered=offered,
                open_note=None if note is None else note.id, country=rules.country,
            )  # fmt: skip
            if came_to is not None:
                self._store.keep(came_to, call=call.call)
            return came_to is not None

        if await self._thread.run(keep):
            await self._refresh()

    async def _take_made(self, call: CallMade, began: float) -> None:
        rules = self._directory.rules
        number = outside(call.dialled, rules.outside_line)
        if call.talked_s is not None:
            await self._take_spoken(number)
        found = proposals(
            call,
            began,
            await self._thread.run(lambda: self._notes_of(number)),
            lines_of=lines_by_name(self._directory.everyone()),
            prefix=rules.outside_line,
            country=rules.country,
        )
        new = [each for each in found if better(self.proposals.get(each.note_id), each)]
        if new:
            await self._thread.run(lambda: self._store.propose(new))
            await self._refresh()

    async def _take_spoken(self, number: str) -> None:
        key = e164(number, self._directory.rules.country)
        ids = [each.id for each in self.offers if each.key == key]
        for missed_id in ids:
            await self._thread.run(lambda missed_id=missed_id: self._store.settle(missed_id, "spoken", None))  # type: ignore[misc]  # bound now
        if ids:
            await self._refresh()

    async def _follow_inbox(self) -> None:
        """A note that comes in takes the offers for its number; one that is closed needs no proposal."""
        seen, pruned_at = 0, self._inbox.clock()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    seen = await self._inbox.changes.after(seen)
            try:
                await self._join()
                if self._inbox.clock() - pruned_at >= LOOK_S:
                    pruned_at = self._inbox.clock()
                    await self._thread.run(lambda: self._store.prune(self._inbox.clock() - KEPT_S))
                    await self._refresh()
            except StoreFault as fault:
                log.debug("calls and notes not brought together: %s", fault)

    async def _join(self) -> None:
        now = self._inbox.clock()
        since, offers = self._looked_at, self.offers
        joins: dict[str, str] = {}
        if offers:
            for note in await self._thread.run(lambda: self._store.open_notes("", since)):
                key = e164(note.number, self._directory.rules.country)
                joins |= {each.id: note.id for each in offers if each.key == key}
        for missed_id, note_id in joins.items():
            await self._thread.run(lambda a=missed_id, b=note_id: self._store.settle(a, "joined", b))  # type: ignore[misc]  # bound now
        self._looked_at = now - AGAIN_S
        if joins or self.proposals:
            await self._refresh()

    async def _refresh(self) -> None:
        before = (self.offers, self.proposals)
        await self._read()
        if before != (self.offers, self.proposals):
            self._inbox.changes.mark()

    def _notes_of(self, number: str | None) -> list[OpenNote]:
        """The open notes for a number, newest first. In the store's thread."""
        country = self._directory.rules.country
        key = e164(number, country)
        if key is None:
            return []
        digits = "".join(char for char in key if char.isdigit())
        return [note for note in self._store.open_notes(digits[-_ENDING:], 0.0) if e164(note.number, country) == key]
