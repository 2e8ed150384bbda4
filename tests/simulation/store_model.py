"""The host's note store without its database: the same rules from `core`, and a commit that can be cut.

Of the port it has what units' notes go through and what changes them; what pages only look at is left out.
"""

from dataclasses import dataclass, field

from host_agent.core.intake import Arrival, Tombstone, take_in
from host_agent.core.notes import Action, CallbackNote, Changed, Entry, Outcome, change
from host_agent.core.tallies import Tally
from host_agent.errors import StoreFault
from host_agent.ports import Kept


@dataclass
class Shelf:
    """What is committed."""

    notes: dict[str, CallbackNote] = field(default_factory=dict)
    history: dict[str, list[Entry]] = field(default_factory=dict)
    tombstones: dict[str, Tombstone] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    """Ids in the order of their writing, for who looks on."""


class ModelNoteStore:
    """A NoteStore on `shelf`: each call happens wholly or not at all."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def take_in(self, arrivals: "list[Arrival] | tuple[Arrival, ...]") -> list[Kept]:
        notes: dict[str, CallbackNote] = {}
        entries: dict[str, list[Entry]] = {}
        kept = []
        for arrival in arrivals:
            note_id = arrival.note.id
            known = notes.get(note_id) or self._shelf.notes.get(note_id)
            taken = take_in(known or self._shelf.tombstones.get(note_id), arrival)
            if taken.note is not None:
                self._check(taken.note, is_new=known is None)
                notes[note_id] = taken.note
                entries.setdefault(note_id, []).extend(taken.entries)
            kept.append(Kept(arrival.unit, note_id, taken.receipt_rev, written=taken.note is not None))
        self._shelf.notes.update(notes)
        self._shelf.written += notes
        for note_id, more in entries.items():
            self._shelf.history.setdefault(note_id, []).extend(more)
        return kept

    def make(self, note: CallbackNote, *, who: str) -> None:
        self._check(note, is_new=True)
        self._shelf.notes[note.id] = note
        self._shelf.history[note.id] = [Entry(note.arrived_at, who, "made")]
        self._shelf.written.append(note.id)

    def change(self, note_id: str, seen_version: int, action: Action, *, who: str, at: float) -> Outcome | None:
        note = self._shelf.notes.get(note_id)
        if note is None:
            return None
        outcome = change(note, seen_version, action, who=who, at=at)
        if isinstance(outcome, Changed) and outcome.entry is not None:
            self._shelf.notes[note_id] = outcome.note
            self._shelf.history[note_id].append(outcome.entry)
            self._shelf.written.append(note_id)
        return outcome

    def delete(self, note_id: str) -> bool:
        note = self._shelf.notes.pop(note_id, None)
        if note is None:
            return False
        del self._shelf.history[note_id]
        self._shelf.written.append(note_id)
        self._shelf.tombstones[note_id] = Tombstone(note_id, note.rev)
        return True

    def find(self, note_id: str) -> tuple[CallbackNote, list[Entry]] | None:
        note = self._shelf.notes.get(note_id)
        return None if note is None else (note, list(self._shelf.history[note_id]))

    def tally(self, now: float) -> list[Tally]:
        found: dict[tuple[str | None, str | None], Tally] = {}
        for note in self._shelf.notes.values():
            if note.state == "open":
                key = (note.unit, note.queue)
                tally = found.get(key, Tally(*key, 0, 0))
                overdue = note.promised_by is not None and note.promised_by < now
                ahead = [each for each in (tally.next_promise, note.promised_by) if each is not None and each >= now]
                found[key] = Tally(*key, tally.open + 1, tally.overdue + overdue, min(ahead, default=None))
        return list(found.values())

    def _check(self, note: CallbackNote, *, is_new: bool) -> None:
        """As the table's primary key does."""
        if is_new and note.id in self._shelf.notes:
            raise StoreFault("store: UNIQUE constraint failed: notes.id")
