"""What is to be said over a connection, from any thread to the link's own, which sleeps in poll(2).

Nothing outlives the connection it was given for: a note says how long ago the button was pressed, so one that waited
for the next connection would be dated wrongly.
"""

import os
import threading
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Self

from broker.messages import Hello, Note


class ToSay:
    """Messages that wait, and an eventfd that wakes who is to take them. Usable while in its `with`."""

    def __init__(self) -> None:
        self._waiting: deque[Hello | Note] = deque()
        self._lock = threading.Lock()
        self._is_open = False
        self._wake = -1

    def __enter__(self) -> Self:
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._wake)

    def fileno(self) -> int:
        """For poll(2)."""
        return self._wake

    @property
    def is_open(self) -> bool:
        """Whether there is a connection to speak over."""
        return self._is_open

    def put(self, message: Hello | Note) -> None:
        """Have it said, or drop it when there is no connection."""
        with self._lock:
            if not self._is_open:
                return
            self._waiting.append(message)
        self.wake()

    def wake(self) -> None:
        """End the sleep of who takes."""
        os.eventfd_write(self._wake, 1)

    def calm(self) -> None:
        """The sleeper is awake: do not wake it again for the same."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._wake)

    def take(self) -> Hello | Note | None:
        """The next message, in order; None when there is none."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def open(self) -> None:
        """From now on there is a connection."""
        with self._lock:
            self._is_open = True

    def shut(self) -> bool:
        """There is none any more, and what waited for it is dropped; whether there was one."""
        with self._lock:
            was_open, self._is_open = self._is_open, False
            self._waiting.clear()
        return was_open
