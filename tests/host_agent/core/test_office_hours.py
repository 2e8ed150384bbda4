"""Opening hours, days that differ, and what can be promised."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from host_agent.core.office_hours import (
    LEAST_AHEAD_S,
    OfficeHours,
    Span,
    after_work,
    break_ends,
    is_open,
    latest_moment,
    next_moment,
    proposals,
    worked_s,
)

ZONE = ZoneInfo("Europe/Amsterdam")
CHRISTMAS = {date(2026, 12, 25): (), date(2026, 12, 24): (Span(8 * 60 + 30, 12 * 60),)}
HOURS = OfficeHours(exceptions=CHRISTMAS, zone=ZONE)

_minute = st.integers(0, 24 * 60)
_spans = st.lists(st.tuples(_minute, _minute).filter(lambda pair: pair[0] < pair[1]), max_size=2).map(
    lambda pairs: tuple(Span(*pair) for pair in pairs)
)
any_hours = st.builds(
    OfficeHours,
    week=st.lists(_spans, min_size=7, max_size=7).map(tuple),
    exceptions=st.dictionaries(st.dates(date(2026, 3, 20), date(2026, 4, 10)), _spans, max_size=3),
    zone=st.just(ZONE),
)
# Around the change to summer time on 29 March 2026.
any_moment = st.floats(datetime(2026, 3, 20, tzinfo=ZONE).timestamp(), datetime(2026, 4, 10, tzinfo=ZONE).timestamp())


def _at(*clock: int) -> float:
    return datetime(*clock, tzinfo=ZONE).timestamp()  # type: ignore[arg-type, misc]


def _said(*moments: float | None) -> list[str]:
    return ["never" if at is None else f"{datetime.fromtimestamp(at, ZONE):%a %d %H:%M}" for at in moments]


def test_after_closing_time_the_next_moment_is_the_next_opening() -> None:
    assert _said(next_moment(HOURS, _at(2026, 11, 20, 17, 30))) == ["Mon 23 08:30"]
    assert _said(next_moment(HOURS, _at(2026, 11, 23, 11, 0))) == ["Mon 23 11:00"]


def test_a_break_lies_between_two_parts_of_one_day_and_the_night_is_none() -> None:
    lunch = OfficeHours(week=((Span(8 * 60, 12 * 60), Span(13 * 60, 17 * 60)),) * 5 + ((), ()), zone=ZONE)
    moments = (_at(2026, 11, 23, hour, 30) for hour in (7, 11, 12, 13, 17))
    ends = [break_ends(lunch, at) for at in moments]
    assert _said(*ends) == ["never", "never", "Mon 23 13:00", "never", "never"]
    assert break_ends(lunch, _at(2026, 11, 22, 12, 30)) is None
    assert break_ends(HOURS, _at(2026, 11, 23, 12, 30)) is None


def test_a_holiday_and_a_short_day_count() -> None:
    assert _said(next_moment(HOURS, _at(2026, 12, 24, 12, 1))) == ["Mon 28 08:30"]
    assert _said(latest_moment(HOURS, _at(2026, 12, 27, 12, 0))) == ["Thu 24 12:00"]


def test_an_office_that_never_opens_has_no_next_moment() -> None:
    shut = OfficeHours(week=((),) * 7, zone=ZONE)
    assert next_moment(shut, 0.0) is None
    assert latest_moment(shut, 1e9) is None
    assert after_work(shut, 0.0, 60.0) is None
    assert proposals(shut, 0.0) == ()


def test_at_closing_time_the_office_is_still_open() -> None:
    assert is_open(HOURS, _at(2026, 11, 23, 17, 0))
    assert not is_open(HOURS, _at(2026, 11, 23, 17, 1))


def test_office_time_passes_only_while_the_office_is_open() -> None:
    friday, monday = _at(2026, 11, 20, 16, 50), _at(2026, 11, 23, 8, 35)
    assert worked_s(HOURS, friday, monday) == 15 * 60.0
    assert _said(after_work(HOURS, friday, 15 * 60.0)) == ["Mon 23 08:35"]


def test_noon_five_o_clock_and_noon_tomorrow_are_proposed_while_they_are_ahead() -> None:
    assert _said(*proposals(HOURS, _at(2026, 11, 23, 9, 0))) == ["Mon 23 12:00", "Mon 23 17:00", "Tue 24 12:00"]
    assert _said(*proposals(HOURS, _at(2026, 11, 23, 12, 30))) == ["Mon 23 17:00", "Tue 24 12:00"]
    assert _said(*proposals(HOURS, _at(2026, 11, 23, 16, 50))) == ["Tue 24 12:00"]
    assert _said(*proposals(HOURS, _at(2026, 11, 20, 17, 30))) == ["Mon 23 12:00"]


def test_an_office_that_closes_early_proposes_closing_time() -> None:
    assert _said(*proposals(HOURS, _at(2026, 12, 24, 9, 0))) == ["Thu 24 12:00", "Mon 28 12:00"]
    early = OfficeHours(week=((Span(9 * 60, 16 * 60 + 30),),) * 7, zone=ZONE)
    assert _said(*proposals(early, _at(2026, 11, 23, 12, 0))) == ["Mon 23 16:30", "Tue 24 12:00"]


def test_nobody_is_promised_a_call_in_the_lunch_break() -> None:
    broken = OfficeHours(week=((Span(9 * 60, 11 * 60 + 30), Span(13 * 60, 17 * 60)),) * 7, zone=ZONE)
    assert _said(*proposals(broken, _at(2026, 11, 23, 9, 0))) == ["Mon 23 17:00", "Tue 24 17:00"]


@given(any_hours, any_moment)
def test_the_next_moment_is_in_hours_and_not_behind(hours: OfficeHours, at: float) -> None:
    following = next_moment(hours, at)
    if following is not None:
        assert following >= at
        assert is_open(hours, following)
        assert worked_s(hours, at, following) == 0 or following == at


@given(any_hours, any_moment)
def test_the_latest_moment_is_in_hours_and_not_ahead(hours: OfficeHours, at: float) -> None:
    before = latest_moment(hours, at)
    if before is not None:
        assert before <= at
        assert is_open(hours, before)


@given(any_hours, any_moment, st.floats(1, 40 * 3600))
def test_office_time_can_be_counted_out_and_in_again(hours: OfficeHours, at: float, seconds: float) -> None:
    # Spans that overlap would count twice.
    week = tuple(spans[:1] for spans in hours.week)
    plain = OfficeHours(week=week, exceptions={day: spans[:1] for day, spans in hours.exceptions.items()}, zone=ZONE)
    until = after_work(plain, at, seconds)
    if until is not None:
        assert abs(worked_s(plain, at, until) - seconds) < 0.001
        assert is_open(plain, until)


@given(any_hours, any_moment)
def test_what_is_proposed_is_ahead_in_order_and_can_be_kept_by_the_office(hours: OfficeHours, now: float) -> None:
    offered = proposals(hours, now)
    assert list(offered) == sorted(set(offered))
    assert len(offered) <= 3
    for at in offered:
        assert at > now
        assert is_open(hours, at)
        assert at >= now + LEAST_AHEAD_S or datetime.fromtimestamp(at, ZONE).date() > (
            datetime.fromtimestamp(now, ZONE).date()
        )
    tomorrow = datetime.fromtimestamp(now, ZONE).date() + timedelta(days=1)
    assert sum(datetime.fromtimestamp(at, ZONE).date() >= tomorrow for at in offered) <= 1
