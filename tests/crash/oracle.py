"""The one who knows: every press, what the glass said of it, and what the host's store holds. It asks no program."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

EARLY_S, LATE_S = 0.12, 0.3
"""A unit that has to wait for its processor between two readings dates a press early or late; those of one unit are at
least 0.4 s apart.
"""


@dataclass
class Press:
    """One press of the button of `unit`: the wall clock before and after the touch, and what was seen of it."""

    unit: str
    before: float
    after: float
    kept_shown: bool = False
    received_shown: bool = False
    refused_shown: bool = False
    id: str | None = None


@dataclass(frozen=True)
class Keep:
    """A note that a unit asked its disk to keep."""

    id: str
    rev: int
    pressed_clock: float


@dataclass
class Oracle:
    """`store`: the host's file. `broken`: every promise that was seen broken."""

    store: Path
    ledgers: dict[str, Path]
    presses: list[Press] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pressed(self, press: Press) -> None:
        with self._lock:
            self.presses.append(press)

    def received(self, press: Press) -> None:
        """The glass says that the host has it: then the host's disk has it, now."""
        press.received_shown = True
        keep = _of(press, self.keeps(press.unit))
        if keep is not None and keep.id not in stored_ids(self.store):
            self.broken.append(f"{press.unit} says received of {keep.id}, the host's store does not have it")

    def keeps(self, unit: str) -> list[Keep]:
        """What the unit asked its disk to keep, in order."""
        ledger = self.ledgers[unit]
        if not ledger.exists():
            return []
        lines = (line.split() for line in ledger.read_text().splitlines())
        return [Keep(note_id, int(rev), float(clock)) for note_id, rev, clock in lines]

    def owed(self) -> set[str]:
        """Ids of the notes that were shown as kept."""
        with self._lock:
            presses = list(self.presses)
        taken = {press.id for press in presses}
        for unit in self.ledgers:
            keeps = [keep for keep in self.keeps(unit) if keep.id not in taken]
            here = [press for press in presses if press.unit == unit and press.id is None]
            near = [(_apart(press, keep), keep.id, press) for press in here for keep in _fit(press, keeps)]
            # The nearest first: a press that died with its unit must not take the note of the next.
            for _, note_id, press in sorted(near, key=lambda pair: pair[0]):
                if press.id is None and note_id not in taken:
                    press.id = note_id
                    taken.add(note_id)
        return {press.id for press in presses if press.kept_shown and press.id is not None}

    def stored(self) -> int:
        """How many notes the host has."""
        return stored_ids(self.store).total()

    def stored_ids(self) -> Counter[str]:
        """What the host has."""
        return stored_ids(self.store)

    def judge(self) -> list[str]:
        """All that is broken once everything was healed for long enough."""
        owed, stored = self.owed(), stored_ids(self.store)
        broken = list(self.broken)
        broken += [f"{note_id} was shown as kept and is not in the store" for note_id in sorted(owed - set(stored))]
        broken += [f"{note_id} stands {times} times in the store" for note_id, times in stored.items() if times > 1]
        for press in self.presses:
            if press.kept_shown and press.id is None:
                near = sorted(abs(keep.pressed_clock - press.before) for keep in self.keeps(press.unit))[:3]
                broken.append(
                    f"{press.unit} showed a press as kept that it never asked its disk to keep (felt within "
                    f"{press.after - press.before:.3f} s, the nearest are {[round(each, 3) for each in near]} s away)"
                )
        for unit in self.ledgers:
            first = [keep for keep in self.keeps(unit) if keep.rev == 1]
            made = Counter(keep.pressed_clock for keep in first)
            broken += [f"{unit} made {times} notes of one press" for times in made.values() if times > 1]
            known = {keep.id for keep in first}
            others = {note_id for note_id, of in units_of(self.store).items() if of == unit} - known
            broken += [f"the store holds {note_id} of {unit}, which nobody pressed" for note_id in sorted(others)]
        return broken


def _of(press: Press, keeps: Sequence[Keep]) -> Keep | None:
    """The note that is most likely of this press."""
    return min(_fit(press, keeps), key=lambda keep: _apart(press, keep), default=None)


def _apart(press: Press, keep: Keep) -> float:
    """Seconds between the touch, however long the unit took to feel it, and the press that the note is of."""
    return max(press.before - keep.pressed_clock, keep.pressed_clock - press.after, 0.0)


def _fit(press: Press, keeps: Sequence[Keep]) -> list[Keep]:
    return [
        keep for keep in keeps if keep.rev == 1 and press.before - EARLY_S <= keep.pressed_clock <= press.after + LATE_S
    ]


def stored_ids(store: Path) -> Counter[str]:
    """How often each id stands among the host's committed notes."""
    return Counter(note_id for note_id, _ in _rows(store))


def units_of(store: Path) -> dict[str, str]:
    """Which unit each stored note is of."""
    return dict(_rows(store))


def _rows(store: Path) -> list[tuple[str, str]]:
    return _asked(store, "SELECT id, unit FROM notes")


def outbox_count(path: Path) -> int:
    """How many notes the unit still owes."""
    return len(_asked(path, "SELECT id FROM note")) if path.exists() else 0


def _asked(path: Path, question: str) -> list[tuple[str, ...]]:
    """What a reader of its own sees: only what is committed."""
    deadline = time.monotonic() + 5
    while True:
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=5)) as connection:
                return connection.execute(question).fetchall()
        except sqlite3.OperationalError:
            # A killed program's file is being recovered, or does not exist yet.
            if time.monotonic() > deadline:
                raise
            threading.Event().wait(0.02)
