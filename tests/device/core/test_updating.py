"""An update that the host asks for: once at a time, and never in the way of a call."""

from dataclasses import replace
from typing import Any

from broker.messages import Update
from device.core import events as was
from device.core import pages
from device.core.effects import InstallUpdate
from device.core.rules import UPDATING_AT_MOST_S
from device.core.speech import hello


def able(desk: Any) -> Any:
    desk.unit = replace(desk.unit, can_update=True)
    return desk


def asked(effects: Any) -> list[str | None]:
    return [each.version for each in effects if isinstance(each, InstallUpdate)]


def test_the_page_stands_until_the_update_has_ended(desk: Any) -> None:
    able(desk).board(100.5)
    assert asked(desk.take(was.CommandArrived(101.0, Update(version="1.2")))) == ["1.2"]
    assert desk.page == pages.Updating()
    desk.take(was.UpdateEnded(103.0))
    assert isinstance(desk.page, pages.Quiet)


def test_callers_and_calls_are_shown_while_it_is_fetched(desk: Any) -> None:
    able(desk).board(100.5)
    desk.take(was.CommandArrived(101.0, Update()))
    desk.board(102.0, waiting=2, longest=3.0)
    assert isinstance(desk.page, pages.CallersWait)
    desk.board(103.0, state="ringing")
    assert isinstance(desk.page, pages.Ringing)
    desk.board(104.0)
    assert desk.page == pages.Updating()


def test_where_numbers_are_missing_the_update_is_the_better_news(desk: Any) -> None:
    able(desk).board(100.5, pbx="away", pbx_age=30.0)
    desk.take(was.CommandArrived(101.0, Update()))
    assert desk.page == pages.Updating()


def test_a_second_wish_waits_for_the_first_to_end(desk: Any) -> None:
    able(desk).board(100.5)
    desk.take(was.CommandArrived(101.0, Update(version="1.2")))
    assert asked(desk.take(was.CommandArrived(102.0, Update(version="1.3")))) == []
    desk.take(was.UpdateEnded(103.0))
    assert asked(desk.take(was.CommandArrived(104.0, Update(version="1.3")))) == ["1.3"]


def test_an_update_of_which_nothing_is_heard_gives_the_glass_back(desk: Any) -> None:
    able(desk).board(100.5, pbx="away", pbx_age=30.0)
    desk.take(was.CommandArrived(101.0, Update()))
    desk.pass_to(101.0 + UPDATING_AT_MOST_S)
    assert desk.page != pages.Updating()


def test_a_unit_that_nobody_can_update_says_so_and_does_nothing(desk: Any) -> None:
    desk.board(100.5)
    assert asked(desk.take(was.CommandArrived(101.0, Update()))) == []
    assert not hello(desk.unit, "0" * 16).can_update
    assert hello(replace(desk.unit, can_update=True, went_back_from="2.0"), "0" * 16).went_back_from == "2.0"
