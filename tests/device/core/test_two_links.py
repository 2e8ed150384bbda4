"""A unit with network and cable: either will do."""

from device.core import events as was
from tests.device.core.made_up_time import Desk, board


def both(desk: Desk) -> Desk:
    desk.start(100.0)
    desk.take(was.LinkUp(100.0, "serial"))
    return desk


def test_while_one_link_holds_the_unit_goes_on_saying_hello() -> None:
    desk = both(Desk())
    desk.board(101.0)
    desk.take(was.LinkDown(102.0, "mqtt"))
    said = len(desk.did)
    nonce = desk.nonce
    desk.pass_to(110.0)
    assert desk.unit.link_up
    assert desk.nonce != nonce
    assert len(desk.did) > said


def test_only_when_both_are_gone_is_it_silent() -> None:
    desk = both(Desk())
    desk.take(was.LinkDown(102.0, "serial"))
    desk.take(was.LinkDown(102.0, "mqtt"))
    assert not desk.unit.link_up
    nonce = desk.nonce
    desk.pass_to(140.0)
    assert desk.nonce == nonce


def test_a_link_that_goes_down_twice_takes_the_other_with_it_never() -> None:
    desk = both(Desk())
    desk.take(was.LinkDown(102.0, "serial"))
    desk.take(was.LinkDown(103.0, "serial"))
    assert desk.unit.links == {"mqtt"}


def test_of_two_answers_the_fresher_stays_whichever_link_it_came_by() -> None:
    desk = both(Desk())
    first = desk.nonce
    desk.pass_to(106.0)
    second = desk.nonce
    assert first != second
    desk.take(was.BoardArrived(106.1, board(second, waiting=3)))
    desk.take(was.BoardArrived(106.2, board(first, waiting=9)))  # by the slower link
    assert desk.unit.board is not None
    assert desk.unit.board.board.queues[0].waiting == 3


def test_a_link_that_comes_up_is_told_of_every_note_that_waits_and_the_first_receipt_ends_it() -> None:
    desk = Desk()
    desk.start(100.0)
    desk.press(101.0)
    desk.pass_to(130.0)  # tried now and then
    before = len(desk.sent)
    desk.take(was.LinkUp(130.5, "serial"))
    assert [note.id for note in desk.sent[before:]] == [desk.sent[0].id]
    desk.receipt(130.6, desk.sent[0].id)
    desk.receipt(130.7, desk.sent[0].id)  # over the other link
    assert desk.kept == {}
    sent = len(desk.sent)
    desk.pass_to(200.0)
    assert len(desk.sent) == sent
