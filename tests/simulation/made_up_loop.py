"""An asyncio event loop in made-up time, so that the host's own tasks, events and timers run inside the simulation."""

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any

from tests.simulation.world import World


class MadeUpLoop(asyncio.AbstractEventLoop):
    """Only what tasks, futures, events, timeouts and `call_later` need; sockets and threads do not exist here."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.ready: deque[asyncio.Handle] = deque()
        """What runs at the next turn."""
        self._closed = False
        self._ending = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self.faults: list[dict[str, Any]] = []

    def turn(self) -> None:
        """Run all that is ready, and what becomes ready by it."""
        ready = self.ready
        if not ready:
            return
        before = events._get_running_loop()
        events._set_running_loop(self)
        try:
            while ready:
                handle = ready.popleft()
                if not handle._cancelled:
                    handle._run()
        finally:
            events._set_running_loop(before)

    def end(self) -> None:
        """The process is gone: everything is cancelled, and nothing of it happens any more."""
        self._ending = True
        for task in list(self._tasks):
            task.cancel()
        self.turn()
        self._closed = True

    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        if not self._closed:
            self.ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._world.now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        handle._scheduled = True  # type: ignore[attr-defined]
        self._world.at(when, self._due, handle)
        return handle

    def _due(self, handle: asyncio.TimerHandle) -> None:
        if not self._closed and not handle.cancelled():
            self.ready.append(handle)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """The heap drops it when its time comes."""

    def time(self) -> float:
        return self._world.now

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def must_last(self, coro: Coroutine[Any, Any, Any]) -> None:
        """A task of the program's own: that it ends while the process lives is a fault."""
        self.create_task(coro).add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not (task.cancelled() or self._ending):
            self.faults.append({"message": "a task ended", "exception": task.exception()})

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return self._closed

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not self._ending:
            self.faults.append(context)
