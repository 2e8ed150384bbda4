"""The office as it truly was of late, and whether a page agrees with it."""

from collections import deque
from typing import Any

from device.core import pages
from tests.simulation.watched import OLD_AFTER_S, Judge, Truth, Watched
from tests.simulation.world import World

SLACK_S = 0.5
"""The way from PBX to host, which no echo measures; what is held back there for longer is allowed for as well."""
HISTORY_S = 40.0
LISTED_AGAIN_S = 75.0
FACTS = (pages.Quiet, pages.CallersWait, pages.Ringing, pages.Talking)
"""Pages that say how many wait."""


class Past:
    """What each page that vouches for itself is held against."""

    def __init__(self, world: World, judge: Judge) -> None:
        self._world = world
        self._broken = judge.broken
        self._truths: deque[Truth] = deque()
        self._open_counts: dict[str, deque[tuple[float, int]]] = {}
        self._late: deque[tuple[float, float]] = deque()
        self.uncounted_until = float("-inf")
        """Until then the host's disk does not answer, and nobody can count notes."""

    def truth_changed(self, truth: Truth) -> None:
        self._truths.append(truth)
        while len(self._truths) > 1 and self._truths[1].at < self._world.now - HISTORY_S:
            self._truths.popleft()

    def agrees(self, watched: Watched, page: Any, margin: pages.Margin) -> None:
        now = self._world.now
        since = now - OLD_AFTER_S - self.slack_s()
        window = [truth for truth, after in zip(self._truths, [*list(self._truths)[1:], None], strict=True)
                  if after is None or after.at >= since]  # fmt: skip
        if margin.line != "unknown" and all(truth.lines.get(watched.line) != margin.line for truth in window):
            self._broken("I4", f"{watched.name} shows its line {margin.line}, it was not for 15 s")
        counts = self._open_counts.get(watched.name)
        # No number is drawn for none or unknown; and a disk that does not answer cannot be counted.
        counted = margin.open > 0 and now > self.uncounted_until
        if counts and counted and margin.open not in self._counts_since(counts, since):
            self._broken("I2", f"{watched.name} shows {margin.open} open notes, they are {counts[-1][1]}")
        if not isinstance(page, FACTS) or page.tally.waiting is None:
            return
        many, longest = page.tally.waiting, page.tally.longest_wait_s
        sums = [(sum(truth.queues[name][0] for name in watched.queues), truth) for truth in window]
        fitting = [truth for count, truth in sums if count == many]
        if not fitting:
            self._broken("I4", f"{watched.name} shows {many} waiting, truly {[count for count, _ in sums]}")
        if many and longest is not None:
            began = self._world.now - longest
            late = max((late for _, late in watched.transit_s), default=0.0) + self._pbx_was_late(now)
            firsts = [min(at for at in (truth.queues[name][1] for name in watched.queues) if at is not None)
                      for truth in fitting]  # fmt: skip
            if not any(-2.0 <= began - first <= 2.5 + late for first in firsts):
                off = [round(began - first, 1) for first in firsts]
                self._broken("I4", f"{watched.name} shows a longest wait of {longest} s, off by {off}")

    def pbx_word_came(self, late_s: float) -> None:
        """The host dates a caller when it reads of it: what TCP held back makes waits too short until the next list."""
        if late_s > 0.1:
            self._late.append((self._world.now, late_s))

    def _pbx_was_late(self, now: float) -> float:
        while self._late and self._late[0][0] < now - LISTED_AGAIN_S:
            self._late.popleft()
        return max((late for _, late in self._late), default=0.0)

    def slack_s(self) -> float:
        """How much older than it seems the PBX's word may be: what its connection held back counts from the reading."""
        if not self._late:
            return SLACK_S
        since = self._world.now - 2 * OLD_AFTER_S
        return SLACK_S + max((late for at, late in self._late if at >= since), default=0.0)

    @staticmethod
    def _counts_since(counts: deque[tuple[float, int]], since: float) -> set[int]:
        found = {count for at, count in counts if at >= since}
        before = [count for at, count in counts if at < since]
        return found | set(before[-1:])

    def open_notes(self, desk: str, count: int) -> None:
        counts = self._open_counts.setdefault(desk, deque([(0.0, 0)]))
        if counts[-1][1] != count:
            counts.append((self._world.now, count))
            while len(counts) > 2 and counts[1][0] < self._world.now - 2 * HISTORY_S:
                counts.popleft()
