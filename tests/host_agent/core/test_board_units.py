"""What a unit and what anyone is told."""

from broker.codec import decode, encode
from broker.messages import Caller, InboxCounts, LineBoard, QueueBoard, Unanswered
from broker.names import extension, queue_name
from broker.topics import BOARD, QUEUE
from host_agent.core.agents import Agent
from host_agent.core.board import OfficeBoard, apply
from host_agent.core.callers import Party, RingingTransfer, WaitingCaller
from host_agent.core.events import LineChanged, PbxConnected, PbxEvent, QueueSeen, SnapshotTaken, TransferRang
from host_agent.core.lines import LineFacts
from host_agent.core.units import QueueSetting, board_for_unit, queue_counts

RECEPTIE = QueueSetting(queue_name("receptie"), "Receptie")
NOTHING = QueueSetting(queue_name("bestaatniet"), "Bestaat niet")
JAN = Party("06-1234 5678", "Jan\r\nde Jong")
NOW = 20.0


def office(*events: PbxEvent) -> OfficeBoard:
    board = OfficeBoard()
    agents = (
        Agent("a", "Anna", "100", "idle"),
        Agent("b", "Bas", "101", "in_use"),
        Agent("c", "Cas", "102", "idle", True),
    )
    seen = QueueSeen("receptie", 2, (WaitingCaller("1", JAN, 7.5), WaitingCaller("2", JAN, 12.0)), agents)
    for event in (PbxConnected(1.0), SnapshotTaken(18.0, (seen,)), *events):
        board = apply(board, event)
    return board


def of_unit(board: OfficeBoard, line: str = "100") -> LineBoard:
    message = board_for_unit(
        board, queues=(RECEPTIE, NOTHING), extension=extension(line), now=NOW, echo="0123456789abcdef",
        inbox=InboxCounts(open=2, overdue=1),
    )  # fmt: skip
    assert decode(BOARD, encode(message)) == message
    assert message.line is not None
    return message.line


def test_a_unit_gets_its_queues_in_numbers_and_a_queue_nobody_knows_is_unknown() -> None:
    message = board_for_unit(
        office(), queues=(RECEPTIE, NOTHING), extension=None, now=NOW, echo="0123456789abcdef",
        inbox=InboxCounts(open=2, overdue=1), capabilities=("queues",), messages=("Dag",),
    )  # fmt: skip
    assert decode(BOARD, encode(message)) == message
    assert message.queues == (
        QueueBoard(
            name="receptie", label="Receptie", known=True, waiting=2, longest_wait_s=12.5,
            agents_free=1, agents_busy=1, agents_paused=1,
        ),
        QueueBoard(name="bestaatniet", label="Bestaat niet", known=False),
    )  # fmt: skip
    assert (message.pbx, message.pbx_age_s, message.echo) == ("up", 2.0, "0123456789abcdef")
    assert (message.line, message.capabilities, message.messages) == (None, ("queues",), ("Dag",))


def test_a_line_comes_with_its_caller_cleaned() -> None:
    facts = LineFacts("100", "idle")
    talking = LineFacts("100", "in_use", JAN, "receptie", "202", incoming=True)
    assert of_unit(office(LineChanged(18.0, facts), LineChanged(19.0, talking))) == LineBoard(
        extension="100", state="in_use", for_s=1.0, caller=Caller(number="0612345678", name="Jan de Jong"),
        queue="receptie", dialled="202", incoming=True,
    )  # fmt: skip


def test_a_line_the_pbx_does_not_know_is_unknown() -> None:
    assert of_unit(office(), "999") == LineBoard(extension="999", state="unknown")


def test_a_withheld_number_and_what_cannot_be_dialled_are_never_sent() -> None:
    hidden = LineFacts("100", "ringing", Party("0611000007", "Geheim", withheld=True))
    assert of_unit(office(LineChanged(19.0, hidden))).caller == Caller(withheld=True)
    odd = LineFacts("100", "ringing", Party("sip:jan@x", "Jan"), "a/b", "<script>")
    line = of_unit(office(LineChanged(19.0, odd)))
    assert (line.caller, line.queue, line.dialled) == (Caller(name="Jan"), None, None)


def test_the_newest_call_passed_on_that_rings_unanswered_is_shown_on_the_line_that_passed_it_on() -> None:
    old = RingingTransfer("1", "100", "Anouk", "201", JAN, 5.0)
    new = RingingTransfer("2", "100", "Piet Vink", "202", JAN, 14.0)
    other = RingingTransfer("3", "101", "Karin", "203", JAN, 19.0)
    idle = LineChanged(18.0, LineFacts("100", "idle"))
    board = office(idle, *(TransferRang(19.0, transfer) for transfer in (new, old, other)))
    assert of_unit(board).unanswered == Unanswered(
        colleague="Piet Vink", extension="202", caller=Caller(number="0612345678", name="Jan de Jong"), ringing_s=6.0
    )


def test_a_queue_in_numbers_names_nobody() -> None:
    message = queue_counts(office(), RECEPTIE, NOW)
    assert decode(QUEUE, encode(message)) == message
    assert (message.waiting, message.longest_wait_s, message.agents_free) == (2, 12.5, 1)
    assert b"Jan" not in encode(message)
    assert not queue_counts(office(), NOTHING, NOW).known
