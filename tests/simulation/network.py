"""Connections as TCP gives them: bytes in order or not at all, late, stuck in one direction, or half open.

A frame that is under way when a path is cut waits and arrives after it is mended, as a retransmission would; a reset
ends a connection at both ends; a machine that lost its power ends nothing at the other end.
"""

from collections.abc import Callable
from typing import Any

from tests.simulation.world import World

Frame = tuple[Any, ...]
CLOSED: Frame = ("closed",)


class Path:
    """The way between one machine and the broker. `cut`: directions that carry nothing now ("up", "down")."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.cut: set[str] = set()
        self.slow_s = 0.0
        self.lossy = 0.0
        self.connections: list[Connection] = []
        self._world = world
        self._dice = world.chance(f"network {name}")

    def delay(self) -> float:
        """Seconds a frame takes now: a lost packet is sent again by TCP after a fifth of a second or more."""
        dice = self._dice
        delay = 0.0005 + 0.004 * dice.random() + self.slow_s * dice.random()
        while self.lossy and dice.random() < self.lossy:
            self._world.counted["packet lost"] += 1
            delay += 0.2 + dice.random()
        return delay

    def mend(self, direction: str) -> None:
        self.cut.discard(direction)
        for connection in list(self.connections):
            connection.flush(direction)

    def reset(self) -> None:
        """Every connection on this path breaks, and both ends hear of it."""
        for connection in list(self.connections):
            connection.reset()


class Connection:
    """One TCP connection from a client ("up" is to the broker). Each end sets its receiver; CLOSED comes last."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self.path = path
        self.receivers: dict[str, Callable[[Frame], None] | None] = {"up": None, "down": None}
        self.open = {"up": True, "down": True}
        """Whether the end that sends in this direction still has its socket."""
        self._held: dict[str, list[Frame]] = {"up": [], "down": []}
        self._caught = {"up": 0, "down": 0}
        self._last = {"up": 0.0, "down": 0.0}
        path.connections.append(self)

    def send(self, direction: str, frame: Frame) -> None:
        if self.open[direction]:
            self._carry(direction, frame)

    def close(self, direction: str) -> None:
        """The end that sends in `direction` closes its socket; what it sent before still arrives."""
        if self.open[direction]:
            self._carry(direction, CLOSED)
            self.vanish(direction)

    def vanish(self, direction: str) -> None:
        """The end that sends in `direction` is gone without a word: power cut, or frozen for good."""
        self.open[direction] = False
        self.receivers["down" if direction == "up" else "up"] = None
        if not (self.open["up"] or self.open["down"]) and self in self.path.connections:
            self.path.connections.remove(self)

    def reset(self) -> None:
        for direction in ("up", "down"):
            receiver = self.receivers[direction]
            if receiver is not None:
                self._world.after(0.0, self._arrive, direction, CLOSED)
            self.open["down" if direction == "up" else "up"] = False
        if self in self.path.connections:
            self.path.connections.remove(self)

    def flush(self, direction: str) -> None:
        held, self._held[direction] = self._held[direction], []
        self._caught[direction] = 0
        for frame in held:
            self._carry(direction, frame)

    def _carry(self, direction: str, frame: Frame) -> None:
        if direction in self.path.cut or self._held[direction]:
            self._held[direction].append(frame)
            return
        at = max(self._last[direction], self._world.now + self.path.delay())
        self._last[direction] = at
        self._world.at(at, self._arrive, direction, frame)

    def _arrive(self, direction: str, frame: Frame) -> None:
        if direction in self.path.cut and frame is not CLOSED:
            # It was sent before all that waits already, but for those that were caught on the way like it.
            self._held[direction].insert(self._caught[direction], frame)
            self._caught[direction] += 1
            return
        receiver = self.receivers[direction]
        if receiver is None:
            return
        if frame is CLOSED:
            self.receivers[direction] = None
        receiver(frame)
