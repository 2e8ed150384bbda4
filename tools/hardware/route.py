"""Wires through a channel: from the header's edge over a vertical lane to a part's terminal, without crossing.

Both ends are in the same order from top to bottom. A wire that goes down takes a lane nearer to the header than those
above it, one that goes up a lane nearer than those below it; then no wire cuts another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.hardware.drawing import Point


@dataclass(frozen=True, slots=True)
class End:
    """A wire's two ends: `path` from the pin to the channel, its last point the entry; `terminal` beyond."""

    path: tuple[Point, ...]
    terminal: Point


def routes(ends: Sequence[End], near: float, far: float) -> list[tuple[Point, ...]]:
    """The corner points of each wire, in the order given. `near` and `far` are the x of the channel's two sides,
    `near` at the header.
    """
    down = [i for i in _by_entry(ends) if ends[i].terminal[1] > ends[i].path[-1][1]]
    up = [i for i in _by_entry(ends) if ends[i].terminal[1] <= ends[i].path[-1][1]]
    order = _merged(ends, down[::-1], up)
    step = (far - near) / (max(order.values(), default=0) + 2)
    found = []
    for index, end in enumerate(ends):
        (_, entry_y), (_, terminal_y) = end.path[-1], end.terminal
        x = near + step * (order[index] + 1)
        bends: tuple[Point, ...] = ((x, entry_y), (x, terminal_y)) if abs(entry_y - terminal_y) > 0.01 else ()
        found.append((*end.path, *bends, end.terminal))
    return found


def _by_entry(ends: Sequence[End]) -> list[int]:
    return sorted(range(len(ends)), key=lambda i: ends[i].path[-1][1])


def _merged(ends: Sequence[End], down: list[int], up: list[int]) -> dict[int, int]:
    """A lane for each wire: the lowest number that no wire it runs beside has, after those that must be nearer."""
    lanes: dict[int, int] = {}
    for group in (down, up):
        for index in group:
            beside = [lanes[other] for other in group if other in lanes and _overlap(ends[index], ends[other])]
            lanes[index] = max(beside, default=-1) + 1
    # Wires of the two groups never run beside each other: their ends are in the same order.
    return lanes


def _overlap(a: End, b: End) -> bool:
    a_low, a_high = sorted((a.path[-1][1], a.terminal[1]))
    b_low, b_high = sorted((b.path[-1][1], b.terminal[1]))
    return a_low - 8 < b_high and b_low - 8 < a_high
