"""What runs until it is cancelled ends when it is, whatever happens in that very moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt
import pytest

from host_agent.bus import Bus
from host_agent.config import Mqtt
from host_agent.inbox import Inbox
from host_agent.store.notes import opened
from host_agent.store.thread import StoreThread
from tests.host_agent.host_parts import office_config, until

ENDS_WITHIN_S = 5.0


async def ends(task: "asyncio.Task[None]") -> bool:
    """Cancel `task` once, as the composition root does; whether that was enough."""
    task.cancel()
    await asyncio.wait({task}, timeout=ENDS_WITHIN_S)
    enough = task.done()
    task.cancel()
    return enough


@pytest.mark.parametrize("turns", range(5))
def test_the_counting_of_notes_ends_also_when_a_note_comes_in_at_that_moment(tmp_path: Path, turns: int) -> None:
    async def run() -> None:
        with opened(tmp_path / "host.sqlite3") as store, StoreThread(store) as thread:
            inbox = Inbox(thread)
            task = asyncio.create_task(inbox.run())
            await until(lambda: inbox._dirty._waiters)
            inbox._dirty.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            assert await ends(task)

    asyncio.run(run())


def test_the_connection_to_the_broker_ends_also_when_it_breaks_at_that_moment(tmp_path: Path) -> None:
    serving = asyncio.Event()

    class Breaking(Bus):
        """Its connection breaks while it is being closed, as aiomqtt tells when the broker goes at that moment."""

        @asynccontextmanager
        async def _connection(self) -> AsyncIterator[None]:  # type: ignore[override]
            try:
                yield
            finally:
                raise aiomqtt.MqttError("Disconnected during message iteration")

        async def _serve(self, connection: object) -> None:
            serving.set()
            await asyncio.Event().wait()

    async def run() -> None:
        settings: Mqtt = office_config(tmp_path).mqtt
        task = asyncio.create_task(Breaking(settings, [], lambda *_: None, lambda: None).run())
        await serving.wait()
        assert await ends(task)

    asyncio.run(run())
