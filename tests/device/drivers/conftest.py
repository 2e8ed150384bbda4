import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

import pytest


class Heard:
    """An inbox that can be waited on."""

    def __init__(self) -> None:
        self.inbox: SimpleQueue[Any] = SimpleQueue()
        self.events: list[Any] = []

    def until(self, fits: Callable[[Any], bool], within_s: float = 10.0) -> Any:
        """The next event that fits; the ones before it are kept in `events`."""
        deadline = time.monotonic() + within_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                event = self.inbox.get(timeout=left)
            except Empty:
                break
            self.events.append(event)
            if fits(event):
                return event
        raise AssertionError(f"not heard within {within_s} s; heard {[type(e).__name__ for e in self.events]}")

    def a(self, kind: type, within_s: float = 10.0) -> Any:
        return self.until(lambda event: isinstance(event, kind), within_s)


@pytest.fixture
def heard() -> Heard:
    return Heard()
