"""Notes as they are asked for, outside the inbox page; and which notes are a person's own."""

from host_agent.core.colleagues import named
from host_agent.core.notes import CallbackNote
from host_agent.core.search import Shelf, Wanted, fold
from host_agent.web.desk import Desk


async def listed(desk: Desk, wanted: Wanted, *, skip: int = 0, limit: int) -> tuple[list[CallbackNote], int]:
    """Notes in the order of the inbox, and how many there are in all."""
    now = desk.inbox.clock()
    return await desk.people.thread.ask(lambda store: store.look(wanted, now=now, offset=skip, limit=limit))


async def whole_shelf(desk: Desk, shelf: Shelf, most: int) -> list[CallbackNote]:
    """All notes of a shelf, up to `most`."""
    notes, _ = await listed(desk, Wanted(shelf), limit=most)
    return notes


def names_of(desk: Desk, name: str) -> tuple[str, ...]:
    """The names, folded, under which somebody is asked to call back: their own and their team's."""
    known = named(desk.colleagues.everyone(), name)
    return tuple(fold(each) for each in (name, known.team if known is not None else None) if each)
