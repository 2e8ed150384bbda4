"""Runs the schedule of `core/chase`: looks when something changed or comes due, and keeps what is to be told.

What was told and the notices that come of it are committed together: a restart neither repeats nor loses one. The desk
itself is told at once, on the glass, and without any caller.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from host_agent.config import Config
from host_agent.core.chase import Due, Reminder, due, next_look
from host_agent.core.colleagues import Colleague, Colleagues, recipients
from host_agent.core.notes import CallbackNote
from host_agent.core.notices import Notice, notices_for, nowhere
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.promises import Promises

TellDesk = Callable[[str | None, int], None]
"""Tells a desk (None: every desk) how many of its notes nobody was asked about."""

LOOK_S = 10.0
CHUNK = 50
"""Notes that are looked at before anything else gets a turn: some ten milliseconds of work."""


@dataclass
class _Wake:
    """When a note of this version is to be looked at next."""

    version: int
    at: float


@dataclass
class _Found:
    """What one look came to."""

    keys: list[tuple[str, str]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    desks: Counter[str | None] = field(default_factory=Counter)


class Chaser:
    """Chases until cancelled."""

    def __init__(self, promises: Promises, inbox: Inbox, colleagues: Colleagues, tell_desk: TellDesk) -> None:
        self._promises = promises
        self._inbox = inbox
        self._colleagues = colleagues
        self._tell_desk = tell_desk
        self._wakes: dict[str, _Wake] = {}

    async def run(self) -> None:
        """Look after each change, and every few seconds for what comes due."""
        seen = -1
        while True:
            with suppress(StoreFault):
                await self.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    seen = await self._inbox.changes.after(seen)

    def take_over(self, _config: Config) -> None:
        """When a note is looked at next was reckoned by rules that may have changed: look at all of them again."""
        self._wakes = {}

    async def look(self) -> int:
        """Keep what is to be told now; how many reminders that were."""
        now = self._inbox.clock()
        versions = dict(await self._promises.ask(lambda store: store.live_versions()))
        self._wakes = {note_id: wake for note_id, wake in self._wakes.items() if note_id in versions}
        ripe = [note_id for note_id, version in versions.items() if self._is_ripe(note_id, version, now)]
        told = 0
        for start in range(0, len(ripe), CHUNK):
            told += await self._chase(ripe[start : start + CHUNK], now)
        return told

    def _is_ripe(self, note_id: str, version: int, now: float) -> bool:
        wake = self._wakes.get(note_id)
        return wake is None or wake.version != version or wake.at <= now

    async def _chase(self, note_ids: list[str], now: float) -> int:
        chased = await self._promises.ask(lambda store: store.chased(note_ids))
        hours, rules = self._promises.rules.hours, self._promises.rules.chase
        everyone = tuple(self._colleagues.everyone())
        found = _Found()
        wakes: dict[str, _Wake] = {}
        for each in chased:
            now_due = due(each.note, each.told, now, hours, rules)
            self._gather(found, each.note, now_due, everyone, now)
            told = each.told | set(now_due.keys)
            wakes[each.note.id] = _Wake(each.note.version, next_look(each.note, told, now, hours, rules))
        if found.keys:
            await self._promises.ask(lambda store: store.tell(found.keys, found.notices, now))
        self._wakes |= wakes
        for unit, count in found.desks.items():
            self._tell_desk(unit, count)
        if found.notices:
            self._promises.news.mark()
        return len(found.keys)

    def _gather(
        self, found: _Found, note: CallbackNote, now_due: Due, everyone: tuple[Colleague, ...], now: float
    ) -> None:
        found.keys += [(note.id, key) for key in now_due.keys]
        for reminder in now_due.tell:
            if reminder.audience == "desk":
                found.desks[note.unit] += 1
            else:
                found.notices += _notices(reminder, note, everyone, now)


def _notices(reminder: Reminder, note: CallbackNote, everyone: tuple[Colleague, ...], now: float) -> list[Notice]:
    if reminder.audience == "leads":
        asked: tuple[Colleague, ...] = tuple(one for one in everyone if one.lead)
    else:
        asked = recipients(everyone, note.assigned_to, now)
        if not asked and reminder.kind == "assigned":
            return [nowhere(note.assigned_to or "", note.id, reminder.kind, now)]
    return [notice for one in asked for notice in notices_for(one, note.id, reminder.kind, now)]
