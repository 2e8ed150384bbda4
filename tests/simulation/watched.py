"""What the oracle knows of each desk, and of the office behind it."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from device.core import pages
from device.core.notes import KeptNote
from tests.simulation.outbox_model import Card
from tests.simulation.world import Violation, World

OLD_AFTER_S = 15.0


class Stamped(bytes):
    """A payload that knows, for the oracle alone, when it was made and how old the PBX's word in it was."""

    born: float
    true_at: float


@dataclass
class Watched:
    """One desk as seen from its chair."""

    name: str
    card: Card
    queues: tuple[str, ...]
    line: str
    outbox_limit: int
    most_entries: int = 0
    page: pages.Page | None = None
    sign: str | None = None
    sign_since: float = float("-inf")
    by_hand_until: float = float("-inf")
    true_at: float = float("-inf")
    told_at: float = float("-inf")
    transit_s: deque[tuple[float, float]] = field(default_factory=deque)
    unmarked: bool = False
    excused: bool = False
    must_refuse: bool = False
    newest: KeptNote | None = None
    before: KeptNote | None = None
    hellos: deque[float] = field(default_factory=lambda: deque(maxlen=4))


@dataclass(frozen=True)
class Truth:
    """The office from `at` on: by queue how many wait and since when the first does; by line its state."""

    at: float
    queues: Mapping[str, tuple[int, float | None]]
    lines: Mapping[str, str]


class Judge:
    """Says what was broken, once: the first broken promise ends the run."""

    def __init__(self, world: World) -> None:
        self._world = world

    def broken(self, invariant: str, what: str) -> None:
        """Raises Violation."""
        if self._world.broken is None:
            self._world.broken = Violation(f"{invariant}: {what} (at {self._world.now:.3f} s)")
        raise self._world.broken
