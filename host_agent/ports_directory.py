"""What the directory and the calls that the PBX saw need of the store. Every call blocks and raises StoreFault."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact
from host_agent.core.missed import Fate, Missed
from host_agent.core.proposals import OpenNote, Proposal


@dataclass(frozen=True)
class KeptColleague:
    """A colleague made by hand, under its id."""

    id: str
    colleague: Colleague


class DirectoryStore(Protocol):
    """People made by hand."""

    def contacts(self) -> list[Contact]:
        """All contacts, by name; each with its id."""
        ...

    def keep_contact(self, contact: Contact) -> None:
        """Keep a contact that has an id, in place of what was there under it."""
        ...

    def drop_contact(self, contact_id: str) -> bool:
        """Erase a contact; False when there is none."""
        ...

    def colleagues(self) -> list[KeptColleague]:
        """All colleagues, by name."""
        ...

    def keep_colleague(self, kept: KeptColleague) -> None:
        """Keep a colleague, in place of who was there under the id."""
        ...

    def drop_colleague(self, colleague_id: str) -> bool:
        """Erase a colleague; False when there is none."""
        ...


class SeenCallStore(Protocol):
    """Calls that concern notes: who hung up while waiting, and who was called back."""

    def offered(self) -> list[Missed]:
        """What waits for a person, the latest call first."""
        ...

    def missed(self, missed_id: str) -> Missed | None:
        """One caller who hung up, whatever came of it."""
        ...

    def joined(self, note_id: str) -> list[Missed]:
        """The calls that are part of a note, oldest first."""
        ...

    def knows(self, call: str) -> bool:
        """Whether this abandoned call (the PBX's id for it) was taken in before."""
        ...

    def keep(self, missed: Missed, *, call: str) -> None:
        """Keep what an abandoned call came to, and that it did, in one commit."""
        ...

    def settle(self, missed_id: str, fate: Fate, note_id: str | None) -> bool:
        """Take an offer off the list; False when it is not on it any more."""
        ...

    def open_notes(self, ending: str, since: float) -> list[OpenNote]:
        """The notes that are not closed and whose number ends in these digits, newest first.

        `since`: only those that came in after it (Unix seconds); 0.0 for all.
        """
        ...

    def propose(self, proposals: Sequence[Proposal]) -> None:
        """Keep what may be ticked off; one for each note."""
        ...

    def proposals(self) -> list[Proposal]:
        """The proposals for notes that are not closed."""
        ...

    def prune(self, before: float) -> int:
        """Erase missed calls of which the last was before then (Unix seconds); returns how many."""
        ...
