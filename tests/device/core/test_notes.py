from typing import Any

import pytest

from broker.messages import Caller, Unanswered
from device.core import effects as do
from device.core import events as was
from device.core import pages
from device.core.notes import KeptNote, retry_s
from device.core.rules import NoteRules, Rules
from tests.device.core.made_up_time import board

ZOE = Caller(number="0612345678", name="Zoë Müller-Żółć")


def test_a_press_keeps_a_note_for_the_caller_on_the_line(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=ZOE, queue="receptie")
    desk.press(101.0)
    (note,) = desk.kept.values()
    assert (note.kind, note.caller, note.queue, note.line, note.rev) == ("callback", ZOE, "receptie", "100", 1)
    assert (note.pressed_at, note.pressed_clock) == (101.0, 1_700_000_101.0)


def test_a_press_after_the_call_is_for_the_last_caller_within_ten_minutes(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=ZOE)
    desk.board(105.5)
    desk.press(600.0)
    assert desk.unit.note_on_glass.note.caller == ZOE


def test_a_press_long_after_the_call_is_an_empty_note(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=ZOE)
    desk.board(105.5)
    desk.press(800.0)
    assert desk.unit.note_on_glass.note.caller is None


def test_a_call_whose_caller_is_unknown_is_not_noted_for_the_caller_before(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=ZOE)
    desk.board(105.5, state="in_use")
    desk.press(106.0)
    assert desk.unit.note_on_glass.note.caller is None


def test_kept_is_not_said_before_the_commit(make_desk: Any) -> None:
    desk = make_desk(disk="slow").start()
    desk.press(101.0)
    desk.pass_to(140.0)
    stages = [effect.page.stage for _, effect in desk.did
              if isinstance(effect, do.Show) and isinstance(effect.page, pages.NoteShown)]  # fmt: skip
    assert set(stages) == {"saving"}
    assert desk.sent == []
    note = desk.uncommitted[0]
    desk.take(was.Committed(141.0, note.id, 1))
    assert desk.page.stage == "kept"
    assert [one.id for one in desk.sent] == [note.id]


def test_a_commit_that_fails_is_refused_and_nothing_is_shown_as_kept(make_desk: Any) -> None:
    desk = make_desk(disk="bad").start()
    desk.press(101.0)
    assert desk.page == pages.NoteRefused(desk.page.margin, "storage")
    desk.pass_to(110.0)
    assert desk.sent == []
    assert desk.unit.entries == ()


def test_the_glass_follows_the_note_from_kept_to_received(desk: Any) -> None:
    desk.board(100.5)
    desk.press(101.0)
    note_id = desk.sent[0].id
    assert desk.page.stage == "kept"
    desk.take(was.NotePublished(101.2, note_id, 1))
    assert desk.page.stage == "sent"
    desk.receipt(101.3, note_id)
    assert desk.page.stage == "received"
    assert desk.kept == {}
    desk.pass_to(108.0)
    assert isinstance(desk.page, pages.Quiet)


def test_a_puback_forgets_nothing(desk: Any) -> None:
    desk.press(101.0)
    desk.take(was.NotePublished(101.2, desk.sent[0].id, 1))
    assert len(desk.kept) == 1


def test_a_second_press_within_5_s_withdraws_the_note_durably(desk: Any) -> None:
    desk.press(101.0)
    desk.press(103.0)
    (note,) = desk.kept.values()
    assert (note.rev, note.withdrawn) == (2, True)
    assert desk.page.stage == "withdrawn"
    assert [(one.rev, one.withdrawn) for one in desk.sent][-1] == (2, True)


def test_a_note_the_host_already_has_is_withdrawn_too(desk: Any) -> None:
    desk.press(101.0)
    note_id = desk.sent[0].id
    desk.receipt(101.5, note_id)
    desk.press(103.0)
    assert desk.kept[note_id].withdrawn


def test_a_press_after_5_s_is_a_note_of_its_own(desk: Any) -> None:
    desk.press(101.0)
    desk.press(107.0)
    assert [note.rev for note in desk.kept.values()] == [1, 1]


def test_a_third_press_takes_a_new_note_and_revives_none(desk: Any) -> None:
    for at in (101.0, 102.0, 103.0):
        desk.press(at)
    assert sorted((note.rev, note.withdrawn) for note in desk.kept.values()) == [(1, False), (2, True)]


def test_a_withdrawal_that_cannot_be_kept_leaves_the_note(desk: Any) -> None:
    desk.press(101.0)
    desk.disk = "bad"
    desk.press(103.0)
    assert isinstance(desk.page, pages.NoteRefused)
    (entry,) = desk.unit.entries
    assert (entry.wanted.rev, entry.wanted.withdrawn) == (1, False)


def test_a_receipt_for_an_older_revision_does_not_forget_the_newer(desk: Any) -> None:
    desk.press(101.0)
    note_id = desk.sent[0].id
    desk.press(103.0)
    desk.receipt(103.5, note_id, rev=1)
    assert desk.kept[note_id].rev == 2
    desk.receipt(104.0, note_id, rev=2)
    assert desk.kept == {}


def test_a_receipt_that_comes_before_the_withdrawals_commit_does_not_stop_it(desk: Any) -> None:
    desk.press(101.0)
    note_id = desk.sent[0].id
    desk.disk = "slow"
    desk.press(103.0)
    desk.receipt(103.2, note_id, rev=1)
    desk.take(was.Committed(103.5, note_id, 2))
    assert (desk.sent[-1].rev, desk.sent[-1].withdrawn) == (2, True)


def test_a_note_is_sent_again_with_growing_pauses_until_the_receipt(desk: Any) -> None:
    desk.press(101.0)
    desk.pass_to(200.0)
    times = [round(at - 101.1, 3) for at, effect in desk.did if isinstance(effect, do.SendNote)]
    assert times[:7] == [0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 61.0]
    desk.receipt(200.0, desk.sent[0].id)
    count = len(desk.sent)
    desk.pass_to(400.0)
    assert len(desk.sent) == count


@pytest.mark.parametrize("back", ["link", "host"])
def test_a_note_is_sent_at_once_when_link_or_host_come_back(desk: Any, back: str) -> None:
    desk.press(101.0)
    if back == "link":
        desk.take(was.LinkDown(150.0))
        count = len(desk.sent)
        desk.pass_to(500.0)
        assert len(desk.sent) == count
        desk.take(was.LinkUp(500.0))
    else:
        desk.pass_to(499.0)
        count = len(desk.sent)
        desk.board(500.0)
    assert len(desk.sent) == count + 1
    assert desk.sent[-1].pressed_s_ago == pytest.approx(399.0, abs=0.2)


def test_a_note_from_an_earlier_boot_has_no_age_but_the_clock_of_its_press(make_desk: Any) -> None:
    desk = make_desk()
    desk.take(was.Started(5.0, "c" * 16, b"s" * 32))
    old = KeptNote("a" * 32, 1, "b" * 16, 9000.0, 1_700_000_000.0)
    desk.take(was.OutboxLoaded(5.1, (old,)))
    desk.take(was.LinkUp(6.0))
    assert (desk.sent[0].pressed_s_ago, desk.sent[0].pressed_clock) == (None, 1_700_000_000.0)


def test_after_a_restart_in_the_same_boot_the_age_goes_on(make_desk: Any) -> None:
    desk = make_desk()
    desk.take(was.Started(9100.0, "b" * 16, b"s" * 32))
    desk.take(was.OutboxLoaded(9100.1, (KeptNote("a" * 32, 1, "b" * 16, 9000.0, 1_700_000_000.0),)))
    desk.take(was.LinkUp(9101.0))
    assert desk.sent[0].pressed_s_ago == pytest.approx(101.0)


def test_a_full_outbox_refuses_in_words_and_marks_its_last_fifth(make_desk: Any) -> None:
    desk = make_desk(Rules(notes=NoteRules(outbox_limit=10))).start()
    for n in range(7):
        desk.press(101.0 + 10 * n)
    assert desk.page.margin.fault is None
    desk.press(200.0)
    assert desk.page.margin.fault == "storage"
    desk.press(210.0)
    desk.press(220.0)
    desk.press(230.0)
    assert desk.page == pages.NoteRefused(desk.page.margin, "full")
    assert len(desk.kept) == 10


def test_a_full_outbox_can_still_withdraw(make_desk: Any) -> None:
    desk = make_desk(Rules(notes=NoteRules(outbox_limit=1))).start()
    desk.press(101.0)
    desk.press(103.0)
    assert [note.withdrawn for note in desk.kept.values()] == [True]


def test_500_notes_go_out_at_a_pace_when_the_link_comes_back(make_desk: Any) -> None:
    desk = make_desk()
    desk.take(was.Started(5.0, "b" * 16, b"s" * 32))
    loaded = tuple(KeptNote(f"{n:032x}", 1, "b" * 16, 1.0, 0.0) for n in range(500))
    desk.take(was.OutboxLoaded(5.1, loaded))
    desk.take(was.LinkUp(6.0))
    assert len(desk.sent) == 1
    desk.pass_to(6.9)
    assert 40 <= len(desk.sent) <= 60


def test_a_colleague_who_does_not_answer_is_offered_and_a_press_takes_the_note(desk: Any) -> None:
    ringing = Unanswered(colleague="Piet", extension="102", caller=ZOE, ringing_s=20.0)
    desk.board(100.5, unanswered=ringing)
    assert isinstance(desk.page, pages.Quiet)
    desk.pass_to(105.6)
    assert isinstance(desk.page, pages.ColleagueSilent)
    desk.press(106.0)
    (note,) = desk.kept.values()
    assert (note.kind, note.colleague, note.caller) == ("colleague", "Piet", ZOE)
    desk.board(113.0, unanswered=Unanswered(colleague="Piet", extension="102", caller=ZOE, ringing_s=32.0))
    assert isinstance(desk.page, pages.Quiet), "an offer that was taken is not made again"


def test_a_hold_leaves_no_note(desk: Any) -> None:
    desk.press(101.0, for_s=5.0)
    assert desk.kept == {}
    assert not [effect for _, effect in desk.did if isinstance(effect, do.Keep)]


def test_a_spike_whose_end_is_told_after_it_was_believed_leaves_no_note_and_the_glass_as_it_was(desk: Any) -> None:
    desk.board(100.5)
    before = desk.page
    desk.take(was.Edge(101.0, True, 0.0))
    desk.pass_to(101.02)
    assert desk.page != before, "the unit was too busy to hear the end of it, and believed a finger"
    desk.take(was.Edge(101.0047, False, 0.0))
    assert desk.page == before
    desk.pass_to(103.0)
    assert desk.kept == {}


def test_the_press_means_what_the_glass_showed_when_it_began(desk: Any) -> None:
    desk.board(100.5, state="in_use", caller=ZOE)
    desk.take(was.Edge(101.0, True, 0.0))
    desk.pass_to(101.01)
    desk.board(101.05, state="ringing", caller=Caller(number="0201234567"))
    desk.take(was.Edge(101.2, False, 0.0))
    assert desk.unit.note_on_glass.note.caller == ZOE


def test_a_press_before_the_outbox_is_read_is_kept(make_desk: Any) -> None:
    desk = make_desk()
    desk.take(was.Started(5.0, "b" * 16, b"s" * 32))
    desk.press(5.2)
    desk.take(was.OutboxLoaded(5.5, tuple(desk.kept.values())))
    assert len(desk.unit.entries) == 1


def test_ids_and_nonces_never_repeat(desk: Any) -> None:
    for n in range(50):
        desk.press(101.0 + 6 * n)
    ids = {entry.wanted.id for entry in desk.unit.entries}
    nonces = [effect.hello.nonce for _, effect in desk.did if isinstance(effect, do.SayHello)]
    assert len(ids) == 50
    assert len(set(nonces)) == len(nonces)


def test_retries_come_at_least_every_30_s() -> None:
    assert [retry_s(n) for n in (1, 2, 3, 6, 7, 5000)] == [1.0, 2.0, 4.0, 30.0, 30.0, 30.0]


def test_a_press_before_the_clock_is_known_has_its_age_and_is_dated_by_the_host(desk: Any) -> None:
    desk.take(was.Edge(101.0, True, 0.0))  # a Pi without a clock battery begins in 1970
    desk.take(was.Edge(101.1, False, 0.1))
    desk.board(107.0)
    desk.pass_to(109.0)
    assert len(desk.kept) == 1
    assert desk.sent[0].pressed_s_ago == pytest.approx(0.1)
    later = [note.pressed_s_ago for note in desk.sent]
    assert later == sorted(later)


@pytest.mark.parametrize("moment", [101.0, 101.004, 101.02, 101.06, 101.1])
def test_a_page_that_changes_at_any_moment_of_a_press_loses_nothing_and_changes_nothing(
    desk: Any, moment: float
) -> None:
    desk.board(100.5, state="in_use", caller=ZOE)
    asked = desk.nonce
    events = [
        was.Edge(101.0, True, 0.0),
        was.Edge(101.08, False, 0.0),
        was.BoardArrived(moment, board(asked, state="ringing", caller=Caller(number="0201234567"))),
    ]
    for event in sorted(events, key=lambda event: event.at):
        desk.take(event)
    desk.pass_to(102.0)
    (note,) = desk.kept.values()
    # What the glass showed at the touch; a page that came in the same instant came before it.
    assert note.caller in (ZOE, Caller(number="0201234567"))
    assert (note.caller == ZOE) == (moment > 101.005)  # felt 5 ms after the edge


def test_a_full_outbox_refuses_each_press_in_words_and_forgets_none_of_the_notes(make_desk: Any) -> None:
    desk = make_desk(Rules(notes=NoteRules(outbox_limit=3, withdraw_s=0)), disk="good").start()
    desk.take(was.LinkDown(100.1))
    for turn in range(8):
        desk.press(101.0 + turn)
        desk.pass_to(101.9 + turn)
    assert len(desk.kept) == 3
    assert isinstance(desk.page, pages.NoteRefused)
    assert desk.page.reason == "full"
