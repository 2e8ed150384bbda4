from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from broker.messages import Caller, OverrideSign
from device.core import effects as do
from device.core import events as was
from device.core import pages
from device.core.rules import Rules, SignRules
from tests.device.core.made_up_time import Desk

ZOE = Caller(number="0612345678", name="Zoë")


@pytest.fixture
def desk() -> Desk:
    desk = Desk(Rules(SignRules(minimum_lit_s=0, minimum_dark_s=0, waiting=3)))
    desk.unit = replace(desk.unit, has_counter=True)
    return desk.start()


def counter(desk: Desk) -> Any:
    return [effect.page for _, effect in desk.did if isinstance(effect, do.ShowCounter)][-1]


def test_the_second_glass_follows_the_sign(desk: Desk) -> None:
    assert counter(desk) == pages.CounterUnsure()
    desk.board(100.5)
    assert counter(desk) == pages.CounterFree()
    desk.board(101.0, waiting=4, longest=70.0)
    assert counter(desk) == pages.CounterBusy(4, 1)
    desk.take(was.LinkDown(102.0))
    desk.pass_to(117.0)
    assert counter(desk) == pages.CounterUnsure()


def test_by_hand_it_says_busy_without_figures_that_are_not_known(desk: Desk) -> None:
    desk.take(was.CommandArrived(101.0, OverrideSign(wish="lit", minutes=5)))
    assert counter(desk) == pages.CounterBusy(None, None)


@pytest.mark.parametrize(
    ("waiting", "longest", "shown"), [(3, 59.0, (3, 0)), (12, 61.0, (10, 1)), (9, 1019.0, (9, 15))]
)
def test_what_it_says_is_rounded(desk: Desk, waiting: int, longest: float, shown: tuple[int, int]) -> None:
    desk.board(100.5, waiting=waiting, longest=longest)
    assert counter(desk) == pages.CounterBusy(*shown)


def test_it_changes_with_the_minute_and_not_each_second(desk: Desk) -> None:
    for turn in range(24):
        desk.board(100.5 + turn * 5, waiting=4, longest=70.0 + turn * 5)
    busy = [effect.page for _, effect in desk.did if isinstance(effect, do.ShowCounter)][1:]
    assert busy == [pages.CounterBusy(4, minute) for minute in (1, 2, 3)]


def test_never_a_caller_on_the_counters_side(desk: Desk) -> None:
    desk.board(100.5, waiting=4, longest=5.0, state="ringing", caller=ZOE)
    assert isinstance(desk.page, pages.Ringing)
    for page in (effect.page for _, effect in desk.did if isinstance(effect, do.ShowCounter)):
        assert is_dataclass(page)
        assert not {field.name for field in fields(page)} & {"caller", "colleague", "text", "margin"}


def test_out_of_hours_it_says_until_when(desk: Desk) -> None:
    desk.unit = replace(desk.unit, rules=replace(desk.unit.rules, week=(((510, 1020),),) * 5 + ((), ())))
    desk.board(100.5)
    desk.take(was.ClockRead(101.0, known=True, weekday=5, second=3600.0))
    assert counter(desk) == pages.CounterClosed("08:30", 0)


def test_a_unit_without_a_second_glass_thinks_of_none(make_desk: Any) -> None:
    desk = make_desk().start()
    desk.board(100.5, waiting=4, longest=70.0)
    assert not [effect for _, effect in desk.did if isinstance(effect, do.ShowCounter)]
