from dataclasses import replace
from typing import Any

import pytest

from broker.messages import Caller, Identify, InboxCounts, ShowMessage
from device.core import events as was
from device.core import pages
from device.core.face import look
from tests.device.core.made_up_time import Desk

JAN = Caller(number="0201234567", name="Jan de Vries")


def test_starting_becomes_no_host_after_20_s(make_desk: Any) -> None:
    desk = make_desk().start()
    desk.pass_to(119.0)
    assert isinstance(desk.page, pages.Starting)
    desk.pass_to(120.5)
    assert desk.page == pages.NoHost(desk.page.margin, 20)


@pytest.mark.parametrize(
    ("fields", "page"),
    [
        ({}, pages.Quiet),
        ({"waiting": None}, pages.Quiet),
        ({"waiting": 2, "longest": 3.0}, pages.CallersWait),
        ({"state": "ringing", "caller": JAN}, pages.Ringing),
        ({"state": "in_use", "caller": JAN}, pages.Talking),
        ({"state": "on_hold"}, pages.Talking),
        ({"pbx": "away", "pbx_age": 30.0}, pages.PbxAway),
        ({"state": "paused", "waiting": 1, "longest": 2.0}, pages.CallersWait),
    ],
)  # fmt: skip
def test_the_board_chooses_the_page(desk: Any, fields: dict[str, Any], page: type) -> None:
    desk.board(100.5, **fields)
    assert isinstance(desk.page, page)


def test_unknown_is_a_dash_and_never_a_zero(desk: Any) -> None:
    desk.board(100.5, waiting=None)
    assert desk.page.tally == pages.Tally(None, None)
    desk.board(101.0, waiting=2, longest=None)
    assert desk.page.tally == pages.Tally(2, None)


def test_the_longest_wait_grows_by_whole_seconds_from_the_moment_it_came(desk: Any) -> None:
    desk.board(100.5, waiting=1, longest=12.3)
    seen = []
    for at in (100.5, 101.1, 101.3, 105.3):
        desk.pass_to(at)
        seen.append(desk.page.tally.longest_wait_s)
    assert seen == [12, 12, 13, 17]


def test_a_ringing_page_names_caller_queue_and_dialled_number(desk: Any) -> None:
    desk.board(100.5, state="ringing", caller=JAN, queue="receptie", dialled="0800")
    assert (desk.page.caller, desk.page.queue, desk.page.dialled) == (JAN, "receptie".capitalize(), "0800")


def test_a_conversation_runs_on_its_own(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=JAN, for_s=61.0)
    desk.pass_to(104.6)
    assert desk.page.for_s == 65


def test_the_next_ring_takes_the_glass_from_the_note_before(desk: Any) -> None:
    desk.board(100.5)
    desk.press(101.0)
    assert isinstance(desk.page, pages.NoteShown)
    desk.board(102.0, state="ringing", caller=JAN)
    assert isinstance(desk.page, pages.Ringing)


def test_the_press_is_seen_on_the_glass_within_50_ms_of_the_edge(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=JAN)
    desk.take(was.Edge(101.0, True, 0.0))
    desk.pass_to(101.05)
    assert desk.page == pages.NoteShown(desk.page.margin, JAN, "saving")


def test_the_hold_menu_walks_an_item_a_second_and_offers_only_what_can_be_done(desk: Any) -> None:
    desk.take(was.Edge(101.0, True, 0.0))
    seen = []
    for at in (101.85, 102.85, 103.85, 110.0):
        desk.pass_to(at)
        seen.append(desk.page.items[desk.page.chosen])
    assert seen == ["sign_on", "sign_off", "nothing", "nothing"]


def test_a_stuck_button_is_said_for_10_s_then_marked_and_the_queue_goes_on(desk: Any) -> None:
    desk.take(was.Edge(101.0, True, 0.0))
    desk.board(131.5, waiting=1, longest=1.0)
    assert desk.page == pages.HardwareFault(desk.page.margin, "button")
    desk.board(142.0, waiting=1, longest=1.0)
    assert isinstance(desk.page, pages.CallersWait)
    assert desk.page.margin.fault == "button"
    desk.board(145.0)
    assert isinstance(desk.page, pages.HardwareFault)
    desk.take(was.Edge(146.0, False, 0.0))
    desk.pass_to(146.1)
    assert isinstance(desk.page, pages.Quiet)
    assert desk.kept == {}


def test_storage_that_fails_is_said_marked_and_well_again(desk: Any) -> None:
    desk.board(100.5)
    desk.take(was.StorageFault(101.0, lasting=True))
    assert desk.page == pages.HardwareFault(desk.page.margin, "storage")
    desk.take(was.StorageWell(102.0))
    desk.pass_to(112.0)
    assert desk.page.margin.fault is None


def test_a_glass_that_was_away_is_told_to_the_host(desk: Any) -> None:
    desk.take(was.PanelFault(101.0))
    desk.pass_to(105.1)
    assert [e.hello.health.glass for _, e in desk.did if hasattr(e, "hello")][-1] == "fault"


def test_while_quiet_open_callbacks_and_messages_take_turns(desk: Any) -> None:
    seen = set()
    for at in range(101, 200, 2):
        desk.board(float(at), inbox=InboxCounts(open=2, overdue=1), messages=("Lunch om 12 uur",))
        seen.add(type(desk.page))
    assert seen == {pages.Quiet, pages.Callbacks, pages.Notice}


def test_the_host_can_make_the_unit_flash_and_speak(desk: Any) -> None:
    desk.board(100.5)
    desk.take(was.CommandArrived(101.0, Identify(seconds=2)))
    bright = [desk.page.bright]
    for at in (101.6, 102.1, 102.6):
        desk.pass_to(at)
        bright.append(desk.page.bright)
    assert bright == [False, True, False, True]
    desk.take(was.CommandArrived(103.1, ShowMessage(text="Koffie", seconds=1)))
    assert desk.page == pages.Notice(desk.page.margin, "Koffie")
    desk.pass_to(104.2)
    assert isinstance(desk.page, pages.Quiet)


def test_leaving_shows_the_farewell(desk: Any) -> None:
    desk.take(was.StopAsked(101.0))
    assert desk.page == pages.Updating(stopping=True)


def test_a_quiet_unit_wakes_only_for_its_hello() -> None:
    desk, turns = Desk().start(), []
    for n in range(20):
        at = 101.1 + 5 * n
        desk.pass_to(at)
        desk.board(at)
    before = desk.unit
    desk.did.clear()
    desk.pass_to(before.now + 14.0)
    turns = [at for at, _ in desk.did]
    assert len(turns) <= 3


@pytest.mark.parametrize("fields", [{"waiting": 2, "longest": 7.7, "state": "in_use", "for_s": 3.3, "caller": JAN},
                                    {"pbx": "away", "pbx_age": 50.2}, {"inbox": InboxCounts(open=1)}])  # fmt: skip
def test_a_page_stays_as_it_is_until_the_moment_it_names(desk: Any, fields: dict[str, Any]) -> None:
    desk.board(100.5, **fields)
    desk.press(101.0)
    for _ in range(60):
        now = desk.unit.now
        seen = look(desk.unit)
        if seen.until is None:
            break
        just_before = replace(desk.unit, now=max(now, seen.until - 1e-4))
        assert look(just_before).page == seen.page
        desk.pass_to(max(seen.until, now + 0.001))
