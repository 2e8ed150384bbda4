"""The store's own thread: the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from host_agent.ports import NoteStore

Answer = TypeVar("Answer")


class StoreThread:
    """Calls a NoteStore from the event loop, one call at a time, in order."""

    def __init__(self, store: NoteStore) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    def __enter__(self) -> "StoreThread":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True)

    async def ask(self, call: Callable[[NoteStore], Answer]) -> Answer:
        """The answer of `call`, made in the store's thread; raises what it raises (StoreFault)."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, self._store)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """The answer of `work`, done in the store's thread in its turn; raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
