"""When the office works, pure: opening hours by weekday, days that differ, and what can be promised.

Clocks are those of `zone`; None is the zone of this machine. A day that changes to or from summer time is as long as it
is: all arithmetic between moments is in Unix seconds. A moment at which the office closes still counts as open, so that
"today 17:00" can be promised by an office that closes at five.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

MINUTES_A_DAY = 24 * 60
FURTHEST_DAYS = 400
"""An office that does not open within this time is not open at all."""
LEAST_AHEAD_S = 20 * 60.0
"""Nobody is promised a call within less."""


@dataclass(frozen=True, order=True)
class Span:
    """Part of a day, in minutes after midnight."""

    start: int
    end: int


NINE_TO_FIVE = (Span(8 * 60 + 30, 17 * 60),)
OFFICE_WEEK = (*(NINE_TO_FIVE,) * 5, (), ())


@dataclass(frozen=True)
class OfficeHours:
    """`week`: Monday first. `exceptions`: days that differ, holidays among them; no spans is closed all day."""

    week: tuple[tuple[Span, ...], ...] = OFFICE_WEEK
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    zone: tzinfo | None = None


def is_open(hours: OfficeHours, at: float) -> bool:
    """Whether `at` (Unix seconds) is in hours."""
    # Yesterday may have closed at midnight, which is today's first moment.
    return any(start <= at <= end for start, end in _spans_from(hours, _day(hours, at) - timedelta(days=1), 2))


def break_ends(hours: OfficeHours, at: float) -> float | None:
    """When the office opens again, if `at` lies between two parts of one day's hours; else None."""
    if is_open(hours, at):
        return None
    spans = list(_spans_from(hours, _day(hours, at), 1))
    after = [start for start, _ in spans if start > at]
    return min(after) if after and any(end < at for _, end in spans) else None


def next_moment(hours: OfficeHours, at: float) -> float | None:
    """`at` itself when the office is open, else when it opens next; None when it does not."""
    for start, end in _spans_from(hours, _day(hours, at), FURTHEST_DAYS):
        if at <= end:
            return max(at, start)
    return None


def latest_moment(hours: OfficeHours, at: float) -> float | None:
    """`at` itself when the office is open, else when it last closed; None when it did not."""
    day = _day(hours, at)
    for back in range(FURTHEST_DAYS):
        spans = _spans_from(hours, day - timedelta(days=back), 1)
        for start, end in sorted(spans, reverse=True):
            if start <= at:
                return min(at, end)
    return None


def worked_s(hours: OfficeHours, begin: float, end: float) -> float:
    """How many seconds of office time lie between two moments; 0 when `end` is not after `begin`."""
    total = 0.0
    for opens, closes in _spans_from(hours, _day(hours, begin), FURTHEST_DAYS):
        if opens >= end:
            break
        total += max(0.0, min(closes, end) - max(opens, begin))
    return total


def after_work(hours: OfficeHours, begin: float, seconds: float) -> float | None:
    """The moment at which `seconds` of office time have passed since `begin`; None when that does not come."""
    left = seconds
    for opens, closes in _spans_from(hours, _day(hours, begin), FURTHEST_DAYS):
        here = closes - max(opens, begin)
        if here < 0:
            continue
        if left <= here:
            return max(opens, begin) + left
        left -= here
    return None


def next_midnight(hours: OfficeHours, at: float) -> float:
    """When the day after that of `at` begins."""
    return _moment(hours, _day(hours, at) + timedelta(days=1), 0)


def clocks_on(hours: OfficeHours, at: float, clocks: tuple[int, ...]) -> tuple[float, ...]:
    """The fixed clocks (minutes after midnight) of the day of `at` that are in hours, as moments."""
    day = _day(hours, at)
    moments = (_moment(hours, day, minutes) for minutes in clocks)
    return tuple(moment for moment in moments if is_open(hours, moment))


def proposals(hours: OfficeHours, now: float, clocks: tuple[int, ...] = (12 * 60, 17 * 60)) -> tuple[float, ...]:
    """What can be promised with one click: today's clocks while they are ahead, and the next day's first.

    A clock after closing time becomes closing time; a clock in a break, or before opening, is not proposed.
    """
    today = _day(hours, now)
    offered = [at for at in _promisable(hours, today, clocks) if at >= now + LEAST_AHEAD_S]
    for ahead in range(1, FURTHEST_DAYS):
        following = _promisable(hours, today + timedelta(days=ahead), clocks)
        if following:
            return (*offered, following[0])
    return tuple(offered)


def _promisable(hours: OfficeHours, day: date, clocks: tuple[int, ...]) -> list[float]:
    spans = _spans_on(hours, day)
    if not spans:
        return []
    closing = max(span.end for span in spans)
    wanted = sorted({min(clock, closing) for clock in clocks})
    fitting = [minutes for minutes in wanted if any(span.start < minutes <= span.end for span in spans)]
    return [_moment(hours, day, minutes) for minutes in fitting or [closing]]


def _spans_on(hours: OfficeHours, day: date) -> tuple[Span, ...]:
    return hours.exceptions[day] if day in hours.exceptions else hours.week[day.weekday()]


def _spans_from(hours: OfficeHours, first: date, days: int) -> Iterator[tuple[float, float]]:
    for ahead in range(days):
        day = first + timedelta(days=ahead)
        for span in sorted(_spans_on(hours, day)):
            yield _moment(hours, day, span.start), _moment(hours, day, span.end)


def _day(hours: OfficeHours, at: float) -> date:
    return datetime.fromtimestamp(at, hours.zone).date()


def _moment(hours: OfficeHours, day: date, minutes: int) -> float:
    if minutes >= MINUTES_A_DAY:
        return _moment(hours, day + timedelta(days=1), minutes - MINUTES_A_DAY)
    return datetime.combine(day, time(minutes // 60, minutes % 60), hours.zone).timestamp()
