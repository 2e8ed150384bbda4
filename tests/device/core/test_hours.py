from typing import Any

import pytest

from device.core import effects as do
from device.core import events as was
from device.core import pages
from device.core.hours import DAY_S, office_at, within
from device.core.rules import Rules, SignRules, SoundRules

LUNCH = ((510, 750), (795, 1020))  # 08:30-12:30, 13:15-17:00
WEEK = (LUNCH, LUNCH, LUNCH, LUNCH, ((510, 1020),), (), ())
H = 3600


@pytest.mark.parametrize(
    ("weekday", "second", "is_open", "opens", "in_days"),
    [
        (0, 8.5 * H, True, None, 0),
        (0, 8.5 * H - 1, False, 510, 0),
        (0, 12.5 * H, False, 795, 0),
        (0, 17 * H - 1, True, None, 0),
        (0, 17 * H, False, 510, 1),
        (4, 17 * H, False, 510, 3),
        (6, 12 * H, False, 510, 1),
    ],
)
def test_the_office_is_open_and_closed_to_the_second(
    weekday: int, second: float, is_open: bool, opens: int | None, in_days: int
) -> None:
    office = office_at(WEEK, weekday, second)
    assert (office.is_open, office.opens, office.opens_in_days) == (is_open, opens, in_days)


def test_each_change_is_announced_where_it_is() -> None:
    at, seen = 0.0, []
    while at < 7 * DAY_S:
        office = office_at(WEEK, int(at // DAY_S), at % DAY_S)
        seen.append(office.is_open)
        assert office.changes_in_s is not None
        assert office.changes_in_s > 0
        at += office.changes_in_s
    assert seen == [False, True] * 9 + [False]


def test_a_week_without_hours_never_opens() -> None:
    assert office_at(((),) * 7, 2, 100.0) == office_at(((),) * 7, 5, 80_000.0)
    assert not office_at(((),) * 7, 2, 100.0).is_open


def test_a_span_may_run_past_midnight() -> None:
    assert [within((1080, 480), hour * H) for hour in (17, 18, 23, 0, 7, 8)] == [False, True, True, True, True, False]


def at_the_desk(make_desk: Any, **sign: Any) -> Any:
    return make_desk(Rules(sign=SignRules(minimum_dark_s=0, **sign), week=WEEK)).start()


def test_closed_is_said_until_when_and_the_sign_is_dark_while_calls_that_come_still_show(make_desk: Any) -> None:
    desk = at_the_desk(make_desk)
    desk.board(100.5, waiting=5, longest=3.0)
    assert desk.sign == "lit"
    desk.take(was.ClockRead(101.0, known=True, weekday=4, second=17.0 * H))
    desk.pass_to(112.0)
    assert desk.sign == "dark"
    assert isinstance(desk.page, pages.CallersWait)
    desk.board(112.5)
    assert desk.page == pages.OutOfHours(desk.page.margin, "08:30", 0)
    desk.board(113.0, state="ringing")
    assert isinstance(desk.page, pages.Ringing)


def test_a_clock_that_may_be_wrong_closes_nothing(make_desk: Any) -> None:
    desk = at_the_desk(make_desk)
    desk.take(was.ClockRead(100.1, known=False, weekday=6, second=3.0 * H))
    desk.board(100.5)
    assert isinstance(desk.page, pages.Quiet)
    desk.take(was.ClockRead(101.0, known=True, weekday=6, second=3.0 * H))
    assert isinstance(desk.page, pages.OutOfHours)
    desk.take(was.ClockRead(102.0, known=False, weekday=6, second=3.0 * H))
    assert isinstance(desk.page, pages.Quiet)


def test_out_of_hours_the_sign_keeps_to_its_rules_when_asked(make_desk: Any) -> None:
    desk = at_the_desk(make_desk, out_of_hours="rules")
    desk.take(was.ClockRead(100.1, known=True, weekday=6, second=3.0 * H))
    desk.board(100.5, waiting=5, longest=3.0)
    assert desk.sign == "lit"


def test_the_clock_is_asked_at_the_start_each_minute_and_at_each_boundary(make_desk: Any) -> None:
    desk = at_the_desk(make_desk)
    desk.take(was.ClockRead(100.0, known=True, weekday=0, second=17.0 * H - 20))
    desk.pass_to(250.0)
    asked = [at for at, effect in desk.did if isinstance(effect, do.ReadClock)]
    assert asked == pytest.approx([100.0, 120.0, 180.0, 240.0])


@pytest.mark.parametrize("rules", [Rules(), Rules(sound=SoundRules(on=True))])
def test_a_unit_without_hours_never_asks(make_desk: Any, rules: Rules) -> None:
    desk = make_desk(rules).start()
    desk.pass_to(400.0)
    assert not [effect for _, effect in desk.did if isinstance(effect, do.ReadClock)]


def test_the_wall_clock_says_nothing_of_how_old_news_is(make_desk: Any) -> None:
    desk = at_the_desk(make_desk)
    desk.board(100.5)
    desk.take(was.LinkDown(101.0))
    for second in (9.0 * H, 12.0 * H, 16.0 * H):
        desk.take(was.ClockRead(desk.now + 0.1, known=True, weekday=0, second=second))
    assert isinstance(desk.page, pages.Quiet)
    desk.pass_to(115.1)
    assert isinstance(desk.page, pages.DataOld)
