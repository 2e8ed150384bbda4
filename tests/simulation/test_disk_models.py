"""What the modelled disks do, the real outbox and the real store do too, whatever is asked of them in what order."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from broker.messages import Caller, Note
from device.core.events import CommitFailed, Committed, Event, OutboxLoaded
from device.core.notes import KeptNote
from device.drivers import outbox as driver
from device.drivers.outbox import SqliteOutbox
from host_agent.core.intake import Arrival
from host_agent.core.notes import Changed, Drop, Finish, Reopen, Withdraw
from host_agent.errors import StoreFault
from host_agent.store.notes import opened
from tests.simulation import outbox_model
from tests.simulation.outbox_model import Card, OutboxModel
from tests.simulation.store_model import ModelNoteStore, Shelf
from tests.simulation.world import World

RUNS = 12
SETTLED_S = 10.0


def _kept(number: int, rev: int) -> KeptNote:
    return KeptNote(f"{number:032x}", rev, "b" * 16, 5.0, 1e9, withdrawn=rev > 1)


class RealOutbox:
    """The driver on a real file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inbox: SimpleQueue[Event] = SimpleQueue()
        self._stack = ExitStack()

    def start(self) -> tuple[KeptNote, ...]:
        self.outbox = self._stack.enter_context(SqliteOutbox(self._path, self._inbox))
        loaded = self._inbox.get(timeout=SETTLED_S)
        assert isinstance(loaded, OutboxLoaded)
        return loaded.notes

    def answer(self) -> Event:
        return self._inbox.get(timeout=SETTLED_S)

    def end(self) -> None:
        self._stack.close()


class ModelledOutbox:
    """The model on a modelled card."""

    def __init__(self) -> None:
        self._world = World(1)
        self._card = Card()
        self._events: list[Event] = []

    def _tell(self, make: Callable[[float], Event]) -> None:
        self._events.append(make(self._world.now))

    def start(self) -> tuple[KeptNote, ...]:
        chance = random.Random(1)
        self.outbox = OutboxModel(self._world, self._card, chance, self._tell, lambda _place: False)
        self.outbox.start()
        loaded = self.answer()
        assert isinstance(loaded, OutboxLoaded)
        return loaded.notes

    def answer(self) -> Event:
        self._world.run_until(self._world.now + 1.0)
        return self._events.pop(0)

    def end(self) -> None:
        self._world.run_until(self._world.now + 1.0)
        self.outbox.end()


@pytest.mark.parametrize("run", range(RUNS))
def test_an_outbox_holds_the_same_after_the_same_was_asked(run: int, tmp_path: Path) -> None:
    dice = random.Random(run)
    boxes: list[Any] = [RealOutbox(tmp_path / "outbox.sqlite3"), ModelledOutbox()]
    try:
        assert [box.start() for box in boxes] == [(), ()]
        for _ in range(3):
            for _ in range(15):
                number, rev = dice.randrange(5), dice.randrange(1, 4)
                if dice.random() < 0.6:
                    for box in boxes:
                        box.outbox.keep(_kept(number, rev))
                        answer = box.answer()
                        assert isinstance(answer, Committed)
                        assert (answer.id, answer.rev) == (f"{number:032x}", rev)
                else:
                    for box in boxes:
                        box.outbox.forget(f"{number:032x}", rev)
            for box in boxes:
                box.end()
            real, modelled = (box.start() for box in boxes)
            assert real == modelled
    finally:
        boxes[0].end()


def test_the_modelled_outbox_keeps_to_the_drivers_numbers() -> None:
    assert (outbox_model.BATCH, outbox_model.REOPEN_AFTER_S) == (driver.BATCH, driver.REOPEN_AFTER_S)


def test_a_card_that_fails_refuses_and_is_asked_again_by_itself() -> None:
    world, card, told = World(1), Card(), []
    box = OutboxModel(world, card, random.Random(3), lambda make: told.append(make(world.now)), lambda _place: False)
    box.start()
    world.run_until(1.0)
    card.state = "failing"
    box.keep(_kept(1, 1))
    world.run_until(2.0)
    assert [type(event) for event in told][-1] is CommitFailed
    card.state = "good"
    world.run_until(2.0 + 2 * outbox_model.REOPEN_AFTER_S)
    assert type(told[-1]).__name__ == "StorageWell"
    assert card.durable == {}


def test_what_was_under_way_when_the_power_went_is_not_on_the_card() -> None:
    world, card = World(1), Card()
    box = OutboxModel(
        world, card, random.Random(3), lambda make: None, lambda place: place == "unit: before its commit"
    )
    box.start()
    world.run_until(1.0)
    box.keep(_kept(1, 1))
    world.run_until(2.0)
    box.end()
    assert card.durable == {}


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Any, Any]]:
    with opened(tmp_path / "host.sqlite3") as real:
        yield real, ModelNoteStore(Shelf())


@pytest.mark.parametrize("run", range(RUNS))
def test_a_store_answers_and_holds_the_same_after_the_same_was_asked(run: int, stores: tuple[Any, Any]) -> None:
    dice = random.Random(run)
    ids = [f"{number:032x}" for number in range(6)]
    for at in range(60):
        wish = dice.random()
        note_id = dice.choice(ids)
        if wish < 0.6:
            arrivals = [_arrival(dice, dice.choice(ids), at) for _ in range(dice.randrange(1, 4))]
            answers = [store.take_in(arrivals) for store in stores]
        elif wish < 0.9:
            action = dice.choice((Finish("gebeld"), Drop("onzin"), Withdraw(), Reopen()))
            seen = dice.randrange(1, 4)
            answers = [store.change(note_id, seen, action, who="Noor", at=float(at)) for store in stores]
            if isinstance(answers[0], Changed):
                assert answers[0].note == answers[1].note
        else:
            answers = [store.delete(note_id) for store in stores]
        assert answers[0] == answers[1]
        for each in ids:
            real, modelled = (store.find(each) for store in stores)
            assert real == modelled
        tallies = [sorted(store.tally(float(at)), key=repr) for store in stores]
        assert tallies[0] == tallies[1]


def test_neither_store_makes_the_same_note_twice(stores: tuple[Any, Any]) -> None:
    for store in stores:
        store.take_in([_arrival(random.Random(1), "a" * 32, 1)])
        note = store.find("a" * 32)[0]
        with pytest.raises(StoreFault, match="UNIQUE"):
            store.make(note, who="Noor")


def _arrival(dice: random.Random, note_id: str, at: float) -> Arrival:
    rev = dice.randrange(1, 3)
    caller = dice.choice((None, Caller(number="0612345678", name="Jan"), Caller(withheld=True)))
    note = Note(id=note_id, rev=rev, pressed_s_ago=3.0, caller=caller, queue="receptie", withdrawn=rev > 1)
    return Arrival(dice.choice(("balie-1", "balie-2")), note, 1000.0 + at)
