"""The directory's names on a unit's board."""

import pytest

from broker.messages import Board, Caller, LineBoard, Unanswered
from host_agent.core.contacts import Contact
from host_agent.core.naming import Prefer, named_board, named_caller

NUMBER = "0612345678"


def _whose(number: str | None) -> Contact | None:
    return Contact("Maaike de Vries", "Bakkerij Het Stoepje", ("+31612345678",)) if number == NUMBER else None


@pytest.mark.parametrize(
    ("caller", "prefer", "name"),
    [
        (Caller(number=NUMBER), "pbx", "Maaike de Vries"),
        (Caller(number=NUMBER, name="0612345678"), "pbx", "Maaike de Vries"),
        (Caller(number=NUMBER, name="M. de Vries"), "pbx", "M. de Vries"),
        (Caller(number=NUMBER, name="M. de Vries"), "directory", "Maaike de Vries"),
        (Caller(number="0201234567", name="Iemand"), "directory", "Iemand"),
        (Caller(number="0201234567"), "pbx", None),
        (Caller(withheld=True), "directory", None),
        (Caller(name="Iemand"), "directory", "Iemand"),
    ],
)
def test_a_caller_goes_by_the_name_that_the_office_prefers(caller: Caller, prefer: Prefer, name: str | None) -> None:
    named = named_caller(caller, _whose, prefer=prefer)
    assert named is not None
    assert named.name == name
    assert (named.number, named.withheld) == (caller.number, caller.withheld)


def test_somebody_without_a_name_goes_by_the_organisation() -> None:
    named = named_caller(Caller(number=NUMBER), lambda _n: Contact(None, "Bakkerij", (NUMBER,)), prefer="pbx")
    assert named is not None
    assert named.name == "Bakkerij"


def test_both_the_caller_on_the_line_and_the_one_passed_on_are_named() -> None:
    caller = Caller(number=NUMBER)
    line = LineBoard(
        extension="100", state="in_use", caller=caller, unanswered=Unanswered(colleague="Jan", caller=caller)
    )
    board = named_board(Board(echo=None, pbx="up", line=line), _whose, prefer="pbx")
    assert board.line is not None
    assert board.line.caller is not None
    assert board.line.unanswered is not None
    assert board.line.unanswered.caller is not None
    assert {board.line.caller.name, board.line.unanswered.caller.name} == {"Maaike de Vries"}


def test_a_board_without_anybody_to_name_stays_itself() -> None:
    for line in (None, LineBoard(extension="100", state="idle")):
        board = Board(echo=None, pbx="up", line=line)
        assert named_board(board, _whose, prefer="directory") is board
