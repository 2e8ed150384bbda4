"""What reminders, notices and colleagues' links need of the store. Every call blocks and raises StoreFault."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from host_agent.core.notes import CallbackNote
from host_agent.core.notices import Fate, Notice


@dataclass(frozen=True)
class Chased:
    """A note and the keys of what was told about it."""

    note: CallbackNote
    told: frozenset[str]


@dataclass(frozen=True)
class Link:
    """What lets `who` open one note without an account. Times: Unix seconds."""

    id: str
    note_id: str
    who: str
    made_at: float
    revoked_at: float | None = None


class PromiseStore(Protocol):
    """Keeps what was told, what waits to be delivered, and the links that were given out."""

    def live_versions(self) -> list[tuple[str, int]]:
        """The id and version of every note that is not ended."""
        ...

    def chased(self, note_ids: Sequence[str]) -> list[Chased]:
        """These notes, and what was told of them."""
        ...

    def tell(self, keys: Collection[tuple[str, str]], notices: Sequence[Notice], now: float) -> None:
        """Keep, in one commit, that keys (note id, key) are told, and the notices that come of it."""
        ...

    def waiting(self, now: float, limit: int) -> list[Notice]:
        """Notices to be delivered now, the oldest first."""
        ...

    def settle(self, notice: Notice) -> None:
        """Keep what came of a try."""
        ...

    def notices(self, note_id: str) -> list[Notice]:
        """The notices about a note, the oldest first."""
        ...

    def notices_of(self, note_ids: Sequence[str]) -> list[Notice]:
        """The notices about several notes, the oldest first."""
        ...

    def try_again(self, note_id: str, now: float) -> int:
        """Have the failed notices of a note delivered after all; how many there are."""
        ...

    def count(self, fate: Fate) -> int:
        """How many notices have this fate, of notes that are not ended."""
        ...

    def link(self, note_id: str, who: str, now: float, not_before: float) -> Link:
        """The link of `who` to a note: the present one when it was made at `not_before` or later, else a new one."""
        ...

    def link_of(self, link_id: str) -> Link | None:
        """A link by its id."""
        ...

    def revoke_links(self, note_id: str, now: float) -> int:
        """Take back every link to a note; how many there were."""
        ...
