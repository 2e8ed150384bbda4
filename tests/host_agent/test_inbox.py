"""The counts that each desk shows: true before anybody is told, at the moment a promise passes, and after a fault."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from broker.messages import InboxCounts
from host_agent.config import Config
from host_agent.core.notes import FillIn
from host_agent.core.tallies import Tally
from host_agent.errors import StoreFault
from host_agent.inbox import AGAIN_S, RECOUNT_S, Inbox
from host_agent.store.notes import opened
from host_agent.store.thread import StoreThread

NOW = datetime(2026, 11, 23, 14, 14).timestamp()
NOTHING: dict[str, Any] = {"caller_name": "M. de Vries", "caller_number": None, "for_whom": None, "reason": None}


class MovedClock:
    """Time as a value."""

    now = NOW

    def __call__(self) -> float:
        return self.now


def _play(path: Path, clock: MovedClock, story: Callable[[Inbox], Awaitable[None]]) -> None:
    async def run() -> None:
        with opened(path) as store, StoreThread(store) as thread:
            await story(Inbox(thread, clock))

    asyncio.run(run())


def test_what_is_in_the_store_is_counted_before_a_desk_is_told(office: Config) -> None:
    async def before(inbox: Inbox) -> None:
        await inbox.make(FillIn(**NOTHING, promised_by=NOW - 60), who="Anja")

    async def after(inbox: Inbox) -> None:
        await inbox.count()
        assert inbox.counts(office.units[0]) == InboxCounts(open=1, overdue=1)

    _play(office.store, MovedClock(), before)
    _play(office.store, MovedClock(), after)


def test_the_next_count_comes_when_the_next_promise_passes(office: Config) -> None:
    clock = MovedClock()

    async def story(inbox: Inbox) -> None:
        assert await inbox.count() == RECOUNT_S
        for wait_s in (7.0, 3.0, 900.0):
            await inbox.make(FillIn(**NOTHING, promised_by=NOW + wait_s), who="Anja")
        assert await inbox.count() == 3.0
        clock.now += 3.1
        assert await inbox.count() == pytest.approx(3.9)
        assert inbox.counts(office.units[0]) == InboxCounts(open=3, overdue=1)
        clock.now += 60
        assert await inbox.count() == RECOUNT_S

    _play(office.store, clock, story)


class FailingStore:
    """Counts when it can."""

    def __init__(self, answers: Iterable[list[Tally] | StoreFault]) -> None:
        self._answers = iter(answers)

    async def ask(self, _call: Callable[[Any], Any]) -> list[Tally]:
        answer = next(self._answers)
        if isinstance(answer, StoreFault):
            raise answer
        return answer


def test_a_count_that_fails_is_soon_done_again_and_the_last_one_stands(office: Config) -> None:
    one = [Tally(None, None, 1, 0)]
    store = FailingStore([one, StoreFault("store: full"), StoreFault("store: full"), []])
    inbox, unit = Inbox(cast("StoreThread", store), MovedClock()), office.units[0]

    async def story() -> None:
        assert await inbox.count() == RECOUNT_S
        for _ in range(2):
            assert await inbox.count() == AGAIN_S
            assert inbox.is_failing
            assert inbox.counts(unit) == InboxCounts(open=1)
        assert await inbox.count() == RECOUNT_S
        assert not inbox.is_failing
        assert inbox.counts(unit) == InboxCounts()

    asyncio.run(story())
