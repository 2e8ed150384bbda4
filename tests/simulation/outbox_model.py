"""The outbox on a card that loses what was not synced: as SqliteOutbox behaves, in made-up time."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from device.core.events import CommitFailed, Committed, Event, OutboxLoaded, StorageFault, StorageWell
from device.core.notes import KeptNote
from tests.simulation.world import Timer, World

# As in device/drivers/outbox.py.
BATCH = 64
REOPEN_AFTER_S = 5.0


class Card:
    """What is synced outlives everything; nothing else does. `state`: good, failing or slow."""

    def __init__(self) -> None:
        self.durable: dict[str, KeptNote] = {}
        self.stands: dict[str, KeptNote] | None = None
        """What the running process acknowledged and still owes: what differs on the card is put right when the file is
        opened anew, with the next note or the next boot."""
        self.state = "good"
        self.writes = 0


@dataclass(frozen=True, slots=True)
class _Forget:
    id: str
    rev: int


class OutboxModel:
    """One process's outbox on `card`. `tell` gets its events; `boundary` may crash the process around a commit."""

    def __init__(
        self, world: World, card: Card, dice: random.Random, tell: Callable[[Callable[[float], Event]], None],
        boundary: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._world = world
        self._card = card
        self._dice = dice
        self._tell = tell
        self._boundary = boundary
        self._asked: list[KeptNote | _Forget] = []
        self._stands: dict[str, KeptNote] | None = None
        self._away = False
        self._open = False
        self._dead = False
        self._working: Timer | None = None

    def start(self) -> None:
        self._work(())

    def end(self) -> None:
        """The process is gone; a commit that was under way did not happen."""
        self._dead = True
        self._card.stands = None
        if self._working is not None:
            self._working.cancel()

    def keep(self, note: KeptNote) -> None:
        self._ask(note)

    def forget(self, note_id: str, rev: int) -> None:
        self._ask(_Forget(note_id, rev))

    def _ask(self, one: KeptNote | _Forget) -> None:
        self._asked.append(one)
        self._next()

    def _next(self) -> None:
        if self._working is None and self._asked and not self._dead:
            batch = tuple(self._asked[:BATCH])
            del self._asked[: len(batch)]
            self._work(batch)

    def _work(self, batch: tuple[KeptNote | _Forget, ...]) -> None:
        slow = self._card.state == "slow"
        takes = self._dice.uniform(1.0, 20.0) if slow else self._dice.uniform(0.002, 0.06)
        self._working = self._world.after(takes, self._commit, batch)

    def _commit(self, batch: tuple[KeptNote | _Forget, ...]) -> None:
        self._working = None
        kept = [one for one in batch if isinstance(one, KeptNote)]
        if kept and self._boundary("unit: before its commit"):
            return
        works = self._card.state != "failing"
        works = works and (self._open or self._reopen())
        if works:
            self._write(self._card.durable, batch)
            self._card.writes += 1
            if kept and self._boundary("unit: committed, not told"):
                return
            self._well()
            assert self._stands is not None
            self._write(self._stands, batch)
        elif batch and self._open and self._dice.random() < 0.3:
            # The sync failed, the pages reached the card all the same: mended when the file is opened anew.
            self._write(self._card.durable, batch)
        if not works:
            self._open = False
            self._world.after(REOPEN_AFTER_S, self._try_again)
            self._fault()
            if self._stands is not None:
                self._write(self._stands, tuple(one for one in batch if isinstance(one, _Forget)))
        for note in kept:
            answer = Committed if works else CommitFailed
            self._tell(lambda at, answer=answer, note=note: answer(at, note.id, note.rev))  # type: ignore[misc]
            if self._dead:
                return
        self._next()

    def _try_again(self) -> None:
        if not (self._dead or self._open or self._working or self._asked):
            self._work(())

    def _reopen(self) -> bool:
        self._open = True
        if self._stands is None:
            self._stands = self._card.stands = dict(self._card.durable)
            found = tuple(self._stands.values())
            self._well()
            self._tell(lambda at: OutboxLoaded(at, found))
        else:
            self._card.durable = dict(self._stands)
        return not self._dead

    def _write(self, rows: dict[str, KeptNote], batch: tuple[KeptNote | _Forget, ...]) -> None:
        for one in batch:
            stands = rows.get(one.id)
            if isinstance(one, KeptNote):
                if stands is None or one.rev > stands.rev:
                    rows[one.id] = one
            elif stands is not None and stands.rev <= one.rev:
                del rows[one.id]

    def _fault(self) -> None:
        if not self._away:
            self._away = True
            self._tell(lambda at: StorageFault(at, True))

    def _well(self) -> None:
        if self._away:
            self._away = False
            self._tell(StorageWell)
