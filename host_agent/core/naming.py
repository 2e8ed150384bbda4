"""The directory's names on what a unit shows, pure."""

from collections.abc import Callable
from typing import Literal

from msgspec.structs import replace

from broker.messages import Board, Caller
from host_agent.core.contacts import Contact

Prefer = Literal["pbx", "directory"]
Whose = Callable[[str | None], Contact | None]


def named_board(board: Board, whose: Whose, *, prefer: Prefer) -> Board:
    """The board with names from the directory: where the PBX has none, or everywhere when it is preferred."""
    line = board.line
    if line is None:
        return board
    caller = named_caller(line.caller, whose, prefer=prefer)
    unanswered = line.unanswered
    if unanswered is not None:
        passed_on = named_caller(unanswered.caller, whose, prefer=prefer)
        if passed_on is not unanswered.caller:
            unanswered = replace(unanswered, caller=passed_on)
    if caller is line.caller and unanswered is line.unanswered:
        return board
    return replace(board, line=replace(line, caller=caller, unanswered=unanswered))


def named_caller(caller: Caller | None, whose: Whose, *, prefer: Prefer) -> Caller | None:
    """The caller with a name from the directory; of somebody without a name, the organisation."""
    if caller is None or caller.withheld or caller.number is None or (_is_name(caller.name) and prefer == "pbx"):
        return caller
    found = whose(caller.number)
    name = None if found is None else found.name or found.organisation
    return caller if name is None or name == caller.name else replace(caller, name=name)


def _is_name(text: str | None) -> bool:
    """Many exchanges put the number in the place of a name that they do not have."""
    return text is not None and any(char.isalpha() for char in text)
