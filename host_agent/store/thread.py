"""The store's own thread: the event loop never waits for a disk."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from host_agent.ports import NoteStore

Answer = TypeVar("Answer")


@dataclass
class Work:
    """What the thread did: how many calls, how many seconds in all, and the longest of them."""

    calls: int = 0
    seconds: float = 0.0
    longest_s: float = 0.0


class StoreThread:
    """Calls a NoteStore from the event loop, one call at a time, in order.

    `alive_at`: when the thread last came round (monotonic seconds); `work`: what its calls took.
    """

    def __init__(self, store: NoteStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self.alive_at = clock()
        self.work = Work()

    def __enter__(self) -> "StoreThread":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True)

    async def ask(self, call: Callable[[NoteStore], Answer]) -> Answer:
        """The answer of `call`, made in the store's thread; raises what it raises (StoreFault)."""
        return await self.run(lambda: call(self._store))

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """The answer of `work`, done in the store's thread in its turn; raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, work)

    async def keep_pulse(self, period_s: float) -> None:
        """Have `alive_at` follow the time as long as the thread comes round, until cancelled."""
        while True:
            await self.run(lambda: None)
            await asyncio.sleep(period_s)

    def _timed(self, work: Callable[[], Answer]) -> Answer:
        began = self._clock()
        try:
            return work()
        finally:
            self.alive_at = self._clock()
            took = self.alive_at - began
            self.work = Work(self.work.calls + 1, self.work.seconds + took, max(self.work.longest_s, took))
