"""Opening hours: whether the office is open at a moment of the week, until when not, and when that changes.

The wall clock comes in as an event and decides this alone; how old news is, it never decides.
"""

from dataclasses import dataclass

DAY_S = 86_400
WEEK_DAYS = 7

Span = tuple[int, int]
"""From and to, minutes of the day; `to` may be 1440."""


@dataclass(frozen=True, slots=True)
class Office:
    """How it stands. `opens`: minute of the day of the next opening, `opens_in_days` from today, None when never."""

    is_open: bool
    opens: int | None = None
    opens_in_days: int = 0
    weekday: int | None = None  # of the next opening, Monday 0
    changes_in_s: float | None = None


def office_at(week: tuple[tuple[Span, ...], ...], weekday: int, second: float) -> Office:
    """The office at `second` of the day on `weekday` (Monday 0), in a `week` of seven days' spans."""
    for begins, ends in week[weekday]:
        if begins * 60 <= second < ends * 60:
            return Office(True, changes_in_s=ends * 60 - second)
    for days in range(WEEK_DAYS + 1):
        day = (weekday + days) % WEEK_DAYS
        for begins, _ in sorted(week[day]):
            if days > 0 or begins * 60 > second:
                return Office(False, begins, days, day, days * DAY_S + begins * 60 - second)
    return Office(False)


def within(span: Span, second: float) -> bool:
    """Whether `second` of the day lies in `span`, which may run past midnight."""
    begins, ends = span
    minute = second / 60
    return begins <= minute < ends if begins <= ends else minute >= begins or minute < ends
