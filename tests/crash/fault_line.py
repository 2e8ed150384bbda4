"""What a bad line does to bytes, as a pure function: when each piece of what was sent comes out at the other end."""

from dataclasses import dataclass, replace
from typing import Literal

Way = Literal["up", "down"]
"""Up: from who connected to who listens."""
BOTH: frozenset[Way] = frozenset(("up", "down"))
Pieces = tuple[tuple[float, bytes], ...]


@dataclass(frozen=True)
class Fault:
    """`cut`: every connection ends and none is made. `held`: ways on which nothing comes through until that ends."""

    cut: bool = False
    held: frozenset[Way] = frozenset()
    delay_s: float = 0.0
    piece: int | None = None
    bytes_per_s: float | None = None


WELL = Fault()


@dataclass(frozen=True)
class Line:
    """One way of one connection. `free_at`: when what was sent before is through."""

    free_at: float = float("-inf")


def sent(line: Line, fault: Fault, chunk: bytes, now: float) -> tuple[Line, Pieces]:
    """The pieces of `chunk` and when each arrives, never before what was sent earlier."""
    size = fault.piece or (64 if fault.bytes_per_s else max(1, len(chunk)))
    at = max(line.free_at, now + fault.delay_s)
    pieces = []
    for start in range(0, len(chunk), size):
        part = chunk[start : start + size]
        if fault.bytes_per_s:
            at += len(part) / fault.bytes_per_s
        pieces.append((at, part))
    return replace(line, free_at=at), tuple(pieces)
