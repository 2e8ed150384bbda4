"""A directory and the calls seen, on a real store, beside an inbox whose time is a value."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Protocol

import pytest

from host_agent.core.office_hours import OfficeHours, Span
from host_agent.directory.book import Directory
from host_agent.directory.rules import DirectoryRules
from host_agent.inbox import Inbox
from host_agent.seen_calls import SeenCalls
from host_agent.store.directory import SqlDirectory
from host_agent.store.notes import opened
from host_agent.store.seen_calls import SqlSeenCalls
from host_agent.store.thread import StoreThread

NOW = 1_800_000_000.0
HOURS = OfficeHours(week=((Span(510, 720), Span(780, 1020)),) * 7, zone=UTC)
"""Every day with a break from twelve to one. NOW is 8:00."""


@dataclass
class Rooms:
    """The living parts, and `now`, the inbox's Unix seconds."""

    inbox: Inbox
    directory: Directory
    seen_calls: SeenCalls
    now: float = NOW


class Opens(Protocol):
    def __call__(self) -> "Open": ...


class Open(Protocol):
    async def __aenter__(self) -> Rooms: ...
    async def __aexit__(self, *_: object) -> bool | None: ...


@pytest.fixture
def rooms(tmp_path: Path) -> Opens:
    """Opens the rooms; again, it is the same store after a restart."""

    @asynccontextmanager
    async def entered() -> AsyncIterator[Rooms]:
        with opened(tmp_path / "host.sqlite3") as store, StoreThread(store) as thread:
            inbox = Inbox(thread, clock=lambda: made.now)
            directory = Directory(DirectoryRules(), SqlDirectory(store.engine), thread)
            seen_calls = SeenCalls(inbox, directory, SqlSeenCalls(store.engine), thread, HOURS)
            inbox.describe = directory.described
            made = Rooms(inbox, directory, seen_calls)
            await directory.load()
            await seen_calls.load()
            running = asyncio.create_task(seen_calls.run())
            try:
                yield made
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

    return entered  # type: ignore[return-value]  # an async context manager
