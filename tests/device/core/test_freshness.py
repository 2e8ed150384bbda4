from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.core import effects as do
from device.core import events as was
from device.core import pages
from tests.device.core.made_up_time import Desk, board


def hellos(desk: Any) -> list[float]:
    return [at for at, effect in desk.did if isinstance(effect, do.SayHello)]


def test_hello_is_said_on_connecting_and_every_5_s_with_a_new_nonce_each(desk: Any) -> None:
    desk.board(100.0)
    for at in (101.0, 106.0, 111.0):
        desk.board(at + 0.1)
    desk.pass_to(115.0)
    assert hellos(desk) == [100.0, 101.0, 106.0, 111.0]


def test_a_unit_that_hears_nothing_asks_every_2_s(desk: Any) -> None:
    desk.pass_to(107.0)
    assert hellos(desk) == [100.0, 102.0, 104.0, 106.0]


def test_a_changed_sign_is_told_at_once_but_not_more_than_once_a_second(desk: Any) -> None:
    desk.board(100.2)
    assert desk.sign == "dark"
    for at in (101.5, 107.0, 112.5):
        desk.board(at)
    assert hellos(desk) == [100.0, 101.0, 106.0, 111.0]
    desk.board(113.5, state="in_use", waiting=1)
    assert desk.sign == "lit"
    desk.pass_to(118.0)
    assert hellos(desk) == [100.0, 101.0, 106.0, 111.0, 113.5]
    assert [e.hello.sign for _, e in desk.did if isinstance(e, do.SayHello)] == [
        "unsure",
        "dark",
        "dark",
        "dark",
        "lit",
    ]


def test_without_a_link_nothing_is_said(desk: Any) -> None:
    desk.take(was.LinkDown(101.0))
    desk.pass_to(200.0)
    assert hellos(desk) == [100.0]


@pytest.mark.parametrize("echo", [None, "0" * 16])
def test_a_board_that_answers_no_hello_of_ours_is_never_believed(desk: Any, echo: str | None) -> None:
    desk.take(was.BoardArrived(101.0, board(echo, waiting=7)))
    assert isinstance(desk.page, pages.Starting)
    assert desk.sign == "unsure"


def test_a_board_is_as_old_as_the_hello_it_answers(desk: Any) -> None:
    nonce = desk.nonce
    desk.take(was.BoardArrived(110.0, board(nonce)))
    assert isinstance(desk.page, pages.Quiet)
    desk.pass_to(114.9)
    assert isinstance(desk.page, pages.Quiet)
    desk.pass_to(115.1)
    assert desk.page == pages.DataOld(desk.page.margin, 15)


def test_the_pbx_own_age_is_added(desk: Any) -> None:
    desk.board(100.5, pbx_age=10.0)
    desk.pass_to(104.9)
    assert isinstance(desk.page, pages.Quiet)
    desk.take(was.LinkDown(104.95))
    desk.pass_to(105.1)
    assert isinstance(desk.page, pages.DataOld)


def test_a_board_that_answers_an_older_hello_never_replaces_a_newer(desk: Any) -> None:
    first = desk.nonce
    desk.pass_to(105.1)
    desk.board(105.2, waiting=0)
    desk.take(was.BoardArrived(105.3, board(first, waiting=9)))
    assert isinstance(desk.page, pages.Quiet)


def test_a_backlog_of_an_hour_is_not_news(desk: Any) -> None:
    nonce = desk.nonce
    desk.pass_to(3700.0)
    desk.take(was.BoardArrived(3700.0, board(nonce, waiting=9, longest=1.0)))
    assert desk.sign == "unsure"
    assert not isinstance(desk.page, pages.CallersWait)


def test_a_process_that_slept_marks_its_data_as_old_first(desk: Any) -> None:
    desk.board(100.5, waiting=5, longest=3.0)
    desk.did.clear()
    desk._step(was.Tick(160.0))
    assert desk.sign == "unsure"
    assert isinstance(desk.page, pages.DataOld)


@given(st.lists(st.tuples(st.floats(0, 4), st.integers(0, 12)), min_size=1, max_size=30))
def test_whatever_order_boards_come_in_nothing_older_than_15_s_is_shown_unmarked(
    arrivals: list[tuple[float, int]],
) -> None:
    desk, at = Desk().start(), 100.0
    asked: dict[str, float] = {}
    for pause, back in arrivals:
        at += pause
        desk.pass_to(at)
        asked |= {one.nonce: one.at for one in desk.unit.nonces}
        nonces = list(asked)
        nonce = nonces[max(0, len(nonces) - 1 - back)]
        desk.take(was.BoardArrived(at, board(nonce, waiting=1, longest=1.0)))
        if isinstance(desk.page, pages.CallersWait):
            assert desk.unit.board.asked_at > at - 15.0
