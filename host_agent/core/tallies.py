"""Counting open notes for each desk, pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from broker.messages import InboxCounts

_MOST = 99_999


@dataclass(frozen=True)
class Tally:
    """How many notes are open for one unit and queue (None: by hand, or no queue), and how many of them overdue.

    `next_promise`: when the first of the others becomes overdue, Unix seconds; None when nothing is promised.
    """

    unit: str | None
    queue: str | None
    open: int
    overdue: int
    next_promise: float | None = None


def seconds_to_next_promise(tallies: Iterable[Tally], now: float) -> float:
    """In how many seconds these counts are no longer true though nobody does anything; infinity for never."""
    return min((each.next_promise - now for each in tallies if each.next_promise is not None), default=float("inf"))


def inbox_counts(tallies: Iterable[Tally], unit: str, queues: Collection[str]) -> InboxCounts:
    """The notes that concern a desk: its own, those of the queues it answers, and those of no desk or queue at all."""
    mine = [
        each
        for each in tallies
        if each.unit == unit or each.queue in queues or (each.unit is None and each.queue is None)
    ]
    return InboxCounts(
        open=min(_MOST, sum(each.open for each in mine)), overdue=min(_MOST, sum(each.overdue for each in mine))
    )
