"""The host's watchdog is fed while every part comes round, and only then."""

import asyncio
import threading

import pytest

from host_agent.readiness import PATIENCE_S, hung, keep_alive
from host_agent.store.thread import StoreThread
from tests.host_agent.host_parts import until


def test_a_part_that_hangs_stops_the_feeding_and_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    said: list[str] = []
    looked = 0

    def pulses() -> dict[str, float]:
        nonlocal looked
        looked += 1
        return {"store": 1000.0 if looked <= 2 else 1000.0 - PATIENCE_S - 1, "link": 1000.0}

    async def story() -> None:
        watch = asyncio.create_task(keep_alive(0.001, pulses, clock=lambda: 1000.0, say=said.append))
        await until(lambda: looked > 6)
        watch.cancel()

    asyncio.run(story())
    assert said == ["WATCHDOG=1"] * 2
    assert [record.message for record in caplog.records] == ["store hangs for more than 90 s: waiting for a restart"]


def test_a_store_thread_on_a_disk_that_never_answers_is_seen_to_hang() -> None:
    answers = threading.Event()

    async def story() -> None:
        with StoreThread(store=None) as thread:  # type: ignore[arg-type]  # no call reaches it
            pulse = asyncio.create_task(thread.keep_pulse(0.005))
            began = thread.alive_at
            await until(lambda: thread.alive_at > began + 0.02)
            stuck = asyncio.create_task(thread.run(lambda: answers.wait(30)))
            await until(lambda: thread._thread._work_queue.qsize() > 0)
            stood = thread.alive_at
            assert hung({"store": stood}, stood + PATIENCE_S - 1) == ()
            assert hung({"store": thread.alive_at}, stood + PATIENCE_S + 1) == ("store",)
            answers.set()
            await stuck
            await until(lambda: thread.alive_at > stood)
            pulse.cancel()

    asyncio.run(story())
