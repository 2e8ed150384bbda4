"""The list of presses: each is kept, sent, committed and forgotten once, and never said to be what it is not yet.

I1 no loss, I2 no duplicate, I3 no false tick, F4 no wrong age.
"""

from broker.messages import Note
from device.core.notes import KeptNote
from tests.simulation.store_model import Shelf
from tests.simulation.watched import Judge, Watched
from tests.simulation.world import World

LONGEST_PRESS_S = 65.0
"""From touch to release, with a unit that stood still between them."""


class Ledger:
    """Every press and what became of it. `shelf`: what the host has committed."""

    def __init__(self, world: World, judge: Judge, shelf: Shelf) -> None:
        self._world = world
        self._broken = judge.broken
        self._shelf = shelf
        self._presses: dict[float, str] = {}
        self._id_of_press: dict[float, str] = {}
        self._ids: dict[str, tuple[str, float]] = {}
        self._shown_kept: dict[str, int] = {}

    def pressed(self, desk: str, clock: float) -> None:
        """`clock`: the unit's wall clock at the touch, which no other press has."""
        self._presses[clock] = desk
        self._world.counted["press"] += 1

    def keep_asked(self, watched: Watched, note: KeptNote) -> None:
        desk = watched.name
        watched.before, watched.newest = watched.newest, note
        if note.rev == 1:
            if self._presses.get(note.pressed_clock) != desk:
                self._broken("I2", f"{desk} keeps a note that nobody pressed")
            if note.pressed_clock in self._id_of_press:
                self._broken("I2", f"{desk} makes a second note of one press")
            if note.id in self._ids:
                self._broken("I2", f"{desk} uses the id {note.id} again")
            self._id_of_press[note.pressed_clock] = note.id
            self._ids[note.id] = (desk, self._world.now)
        elif self._ids.get(note.id, ("", 0))[0] != desk:
            self._broken("I2", f"{desk} changes a note that is not its own")

    def note_sent(self, watched: Watched, note: Note) -> None:
        desk = watched.name
        made = self._ids.get(note.id)
        if made is not None and note.pressed_s_ago is not None:
            age_s = self._world.now - made[1]
            if not age_s - 0.5 <= note.pressed_s_ago <= age_s + LONGEST_PRESS_S:
                self._broken("F4", f"{desk} says a press of {age_s:.1f} s ago was {note.pressed_s_ago:.1f} s ago")
        kept = watched.card.durable.get(note.id)
        if (kept is None or kept.rev < note.rev) and not self._at_host(note.id, note.rev):
            self._broken("I3", f"{desk} sends a note that is not on its disk")

    def forget_asked(self, desk: str, note_id: str, rev: int) -> None:
        if not self._at_host(note_id, rev):
            self._broken("I1", f"{desk} forgets note {note_id} rev {rev}, which the host has not committed")

    def receipt_sent(self, note_id: str, rev: int) -> None:
        if not self._at_host(note_id, rev):
            self._broken("I1", f"the host receipts note {note_id} rev {rev} before it is committed")

    def committed_at_host(self, unit: str | None, note_id: str, age_s: float, *, exact: bool) -> None:
        made = self._ids.get(note_id)
        if made is None or made[0] != unit:
            self._broken("I2", f"the host keeps a note {note_id} of {unit} that no press made")
            return
        if exact and age_s > self._world.now - made[1] + 5.0:
            self._broken("F4", f"the host dates the press {age_s:.1f} s back, it was {self._world.now - made[1]:.1f} s")

    def _at_host(self, note_id: str, rev: int) -> bool:
        note = self._shelf.notes.get(note_id)
        return (note is not None and note.rev >= rev) or note_id in self._shelf.tombstones

    def stage_is_true(self, watched: Watched, stage: str) -> None:
        note = watched.newest
        if note is None:
            self._broken("I3", f"{watched.name} says {stage} and was asked nothing")
            return
        if stage == "received":
            if not self._at_host(note.id, note.rev):
                self._broken("I3", f"{watched.name} says received, the host has not committed it")
            return
        on_card = watched.card.durable.get(note.id)
        wanted = note.rev if stage == "withdrawn" else 1
        if (on_card is None or on_card.rev < wanted) and not self._at_host(note.id, wanted):
            self._broken("I3", f"{watched.name} says {stage}, it is not on the disk")
        self._shown_kept[note.id] = max(wanted, self._shown_kept.get(note.id, 0))

    def nothing_is_lost(self) -> None:
        """Each note that was shown as kept is at the host."""
        for note_id, rev in self._shown_kept.items():
            if not self._at_host(note_id, rev):
                self._broken("I1", f"note {note_id} rev {rev} of {self._ids[note_id][0]} was shown as kept and is lost")
