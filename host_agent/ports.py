"""What the host's programs need of the store, whatever database is behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from host_agent.core.intake import Arrival
from host_agent.core.notes import Action, CallbackNote, Entry, Outcome
from host_agent.core.search import Shelf, Wanted
from host_agent.core.tallies import Tally


@dataclass(frozen=True)
class Kept:
    """An arrival after its commit: the unit may be told `rev`. `written`: whether the store now differs."""

    unit: str
    id: str
    rev: int
    written: bool


class NoteStore(Protocol):
    """Keeps callback notes. Each writing call is committed when it returns; calls block and come from one thread.

    Every call raises StoreFault when the database fails; nothing of that call is then written.
    """

    def take_in(self, arrivals: Sequence[Arrival]) -> list[Kept]:
        """Take notes in from units, each once per id, in one commit."""
        ...

    def make(self, note: CallbackNote, *, who: str) -> None:
        """Keep a note made by hand."""
        ...

    def change(self, note_id: str, seen_version: int, action: Action, *, who: str, at: float) -> Outcome | None:
        """Change a note as seen by a person; None when there is no such note."""
        ...

    def delete(self, note_id: str) -> bool:
        """Erase a note and its history; only its id stays, so that it is never taken in again."""
        ...

    def shelf(self, which: Shelf, *, now: float, limit: int) -> list[CallbackNote]:
        """Open notes: overdue first, then due soonest, then oldest. Closed ones: latest first."""
        ...

    def look(self, wanted: Wanted, *, now: float, offset: int, limit: int) -> tuple[list[CallbackNote], int]:
        """The notes that somebody wants to see, in the order of `shelf`, and how many there are in all."""
        ...

    def find(self, note_id: str) -> tuple[CallbackNote, list[Entry]] | None:
        """A note with its history, oldest entry first."""
        ...

    def tally(self, now: float) -> list[Tally]:
        """Open and overdue notes counted by unit and queue, and when the next becomes overdue."""
        ...
