"""The power goes at every step that SQLite takes: what was told as kept is on the card, and nothing is damaged."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue

import pytest

from broker.messages import Caller, Note
from device.core.events import Committed, Event, OutboxLoaded
from device.core.notes import KeptNote
from device.drivers import outbox_file
from device.drivers.outbox import SqliteOutbox
from host_agent.core.intake import Arrival
from host_agent.store.notes import opened
from tests.card.cuts import Card
from tests.card.recording import Delete, Step, Sync, Write, below, recorded

NOTES = 30
SETTLED_S = 10.0


@pytest.fixture
def found() -> Iterator[Path]:
    """Where what survived is put down: in memory, for opening it syncs it each time."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:  # a folder of its own
        yield Path(folder)


def _note(number: int, rev: int = 1) -> KeptNote:
    caller = Caller(number=f"061234{number:04}", name="Zoë Canaria-Żółć")
    return KeptNote(f"{number:032x}", rev, "b" * 16, 5.0, 1e9, caller=caller, queue="receptie", withdrawn=rev > 1)


def _day_of_an_outbox(folder: Path) -> list[Step]:
    """An outbox that is opened, used and closed twice. Says ("kept", id, rev), and ("asked", id, rev) to forget."""
    with recorded() as recording:
        for run in range(2):
            inbox: SimpleQueue[Event] = SimpleQueue()
            with SqliteOutbox(folder / "outbox.sqlite3", inbox) as outbox:
                assert isinstance(inbox.get(timeout=SETTLED_S), OutboxLoaded)
                for number in range(NOTES):
                    note = _note(run * NOTES + number, rev=1 + (number % 5 == 0))
                    outbox.keep(note)
                    answer = inbox.get(timeout=SETTLED_S)
                    assert isinstance(answer, Committed)
                    recording.say(("kept", answer.id, answer.rev))
                    if number % 3 == 2:
                        recording.say(("asked", note.id, note.rev))
                        outbox.forget(note.id, note.rev)
    return below(folder, recording.steps)


def _promised(said: list[tuple[str, str, int]]) -> dict[str, int]:
    """By note the newest revision that must be there."""
    kept = {note_id: rev for what, note_id, rev in said if what == "kept"}
    for what, note_id, _ in said:
        if what == "asked":
            kept.pop(note_id, None)
    return kept


def _cut_everywhere(steps: list[Step], folder: Path, every: int = 1) -> tuple[int, set[str], int]:
    """Cut before each step; returns how many cuts, which promised notes were missing, and how many files damaged."""
    dice, card = random.Random(1), Card()
    cuts, damaged = 0, 0
    lost: set[str] = set()
    for number, step in enumerate(steps):
        if number % every == 0:
            cuts += 1
            card.put_down(folder, dice)
            revs, unreadable = _found(folder / "outbox.sqlite3")
            damaged += unreadable
            lost |= {note_id for note_id, rev in _promised(card.said).items() if revs.get(note_id, 0) < rev}
        card.take(step)
    return cuts, lost, damaged


def _found(outbox: Path) -> tuple[dict[str, int], int]:
    """By note its revision in the file, and how much of it is damaged."""
    try:
        with closing(outbox_file.open_outbox(outbox)) as connection:
            notes, unreadable = outbox_file.read(connection)
    except outbox_file.DamagedOutbox:
        return {}, 1
    return {note.id: note.rev for note in notes}, unreadable


def test_a_note_that_the_outbox_called_kept_survives_a_cut_at_any_step(tmp_path: Path, found: Path) -> None:
    steps = _day_of_an_outbox(tmp_path)
    kinds = {type(step) for step in steps}
    assert {Write, Sync, Delete} <= kinds, "SQLite stands on another library than the one that is recorded"
    cuts, lost, damaged = _cut_everywhere(steps, found)
    assert cuts > 400
    assert (lost, damaged) == (set(), 0)


def test_an_outbox_that_does_not_sync_is_found_out(
    tmp_path: Path, found: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = outbox_file._prepare

    def hasty(connection: object) -> None:
        prepare(connection)  # type: ignore[arg-type]
        connection.execute("PRAGMA synchronous = NORMAL")  # type: ignore[attr-defined]

    monkeypatch.setattr(outbox_file, "_prepare", hasty)
    steps = _day_of_an_outbox(tmp_path)
    monkeypatch.undo()
    assert len(_cut_everywhere(steps, found, every=5)[1]) > NOTES // 2


def test_a_note_that_the_host_receipted_survives_a_cut_at_any_step(tmp_path: Path, found: Path) -> None:
    with recorded() as recording, opened(tmp_path / "host.sqlite3") as store:
        recording.say("ready")
        for number in range(NOTES):
            note = Note(id=f"{number:032x}", pressed_s_ago=3.0, queue="receptie")
            kept = store.take_in([Arrival("balie-1", note, 1000.0 + number)])
            recording.say(kept[0].id)
    dice, card = random.Random(2), Card()
    cuts = 0
    for step in below(tmp_path, recording.steps):
        # The making of the tables is one cut among many; each costs a migration.
        if card.said and cuts % 12 == 0:
            card.put_down(found, dice)
            with opened(found / "host.sqlite3") as store:
                there = {note.id for note in store.shelf("open", now=0.0, limit=1000)}
            assert set(card.said) - {"ready"} <= there
        cuts += bool(card.said)
        card.take(step)
    assert cuts > 2 * NOTES
