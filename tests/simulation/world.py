"""Made-up time: one heap of what will happen, one source of chance for each part, and a digest of all that happened."""

import random
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from heapq import heappop, heappush
from typing import Any

MOST_AT_ONCE = 20_000
"""Things that happen in one moment; more is a loop that does not sleep."""


class Violation(AssertionError):  # noqa: N818  # says what happened
    """A promise was broken. The text names the invariant, the moment and the culprit."""


class Timer:
    """Something that will happen, unless it is cancelled before."""

    __slots__ = ("act", "arguments", "at")

    def __init__(self, at: float, act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        self.at = at
        self.act: Callable[..., None] | None = act
        self.arguments = arguments

    def cancel(self) -> None:
        self.act = None


class World:
    """The one clock. `now`: true seconds since the beginning, which no part inside may read as its own."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.now = 0.0
        self.counted: Counter[str] = Counter()
        self.after_each: Callable[[], None] = lambda: None
        self.broken: Violation | None = None
        """The first broken promise: what is raised inside a host's task would stay there."""
        self._heap: list[tuple[float, int, Timer]] = []
        self._serial = 0
        self._trace = blake2b(digest_size=16)

    def chance(self, part: str) -> random.Random:
        """The dice of one part: drawing more in one shifts nothing in another. (A str seed does not use hash().)"""
        return random.Random(f"{self.seed} {part}")

    def at(self, when: float, act: Callable[..., None], *arguments: Any) -> Timer:
        """Let `act(*arguments)` happen at `when`, now when that has passed; in the order of asking within a moment."""
        timer = Timer(max(when, self.now), act, arguments)
        self._serial += 1
        heappush(self._heap, (timer.at, self._serial, timer))
        return timer

    def after(self, seconds: float, act: Callable[..., None], *arguments: Any) -> Timer:
        return self.at(self.now + seconds, act, *arguments)

    def run_until(self, end: float) -> None:
        """Let all happen that is due before or at `end`."""
        heap, turns = self._heap, 0
        while heap and heap[0][0] <= end:
            at, _, timer = heappop(heap)
            act = timer.act
            if act is not None:
                turns = 0 if at > self.now else turns + 1
                if turns > MOST_AT_ONCE:
                    raise Violation(f"I12: {act} spins at {at:.3f} s")
                self.now = at
                timer.act = None
                act(*timer.arguments)
                self.after_each()
                if self.broken is not None:
                    raise self.broken
        self.now = end

    def note(self, what: str) -> None:
        """Something happened that must happen again with the same seed."""
        self._trace.update(f"{self.now!r} {what}\n".encode())

    def note_bytes(self, where: str, payload: bytes) -> None:
        self._trace.update(b"%r %b " % (self.now, where.encode()) + payload)

    @property
    def trace(self) -> str:
        """The digest of all that was noted so far."""
        return self._trace.hexdigest()
