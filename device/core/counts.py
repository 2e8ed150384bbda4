"""The board in numbers: what sign and glass make of its queues and line. Unknown stays None, never zero."""

from dataclasses import dataclass

from broker.messages import Caller
from device.core.freshness import DatedBoard

BUSY_STATES = ("ringing", "in_use", "on_hold")


def waiting(dated: DatedBoard) -> int | None:
    """How many wait in all known queues together; None when no queue is known."""
    counts = [queue.waiting for queue in dated.board.queues if queue.known and queue.waiting is not None]
    return sum(counts) if counts else None


def longest_since(dated: DatedBoard) -> float | None:
    """Since when the longest-waiting caller waits, on this unit's clock; None when nobody does, or it is unknown."""
    waits = [
        queue.longest_wait_s
        for queue in dated.board.queues
        if queue.known and queue.waiting and queue.longest_wait_s is not None
    ]
    return dated.received_at - max(waits) if waits else None


def line_is_busy(dated: DatedBoard) -> bool | None:
    """Whether the own line rings or is in use; None when its state is not known."""
    line = dated.board.line
    if line is None or line.state == "unknown":
        return None
    return line.state in BUSY_STATES


@dataclass(frozen=True, slots=True)
class Silent:
    """A colleague who does not pick up, ringing since `since` on this unit's clock."""

    colleague: str
    extension: str | None
    caller: Caller | None
    since: float


def silent(dated: DatedBoard) -> Silent | None:
    """The call this line passed on that still rings, if there is one."""
    line = dated.board.line
    if line is None or line.unanswered is None:
        return None
    call = line.unanswered
    return Silent(call.colleague, call.extension, call.caller, dated.received_at - call.ringing_s)
