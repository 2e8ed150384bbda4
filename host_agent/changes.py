"""Telling those who show something that it changed."""

import asyncio


class Changes:
    """Counts changes; each watcher waits for the next one it has not seen. Many changes at once wake it once."""

    def __init__(self) -> None:
        self._count = 0
        self._next: asyncio.Event | None = None

    @property
    def count(self) -> int:
        """How many changes there were."""
        return self._count

    def mark(self) -> None:
        """Something changed."""
        self._count += 1
        if self._next is not None:
            self._next.set()
            self._next = None

    async def after(self, seen: int) -> int:
        """The count, as soon as it is beyond `seen`."""
        while self._count <= seen:
            if self._next is None:
                self._next = asyncio.Event()
            await self._next.wait()
        return self._count
