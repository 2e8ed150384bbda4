"""Damaged SQLite files. A unit says so, sets the file aside, goes on and loses what was unreadable, at most.

A host refuses in a line: it never begins an empty store in place of one that held notes.
"""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash import damage
from tests.crash.house import House, Unit, built, until
from tests.crash.oracle import Press, outbox_count, stored_ids

PRESSES = 4
FAULT_SEEN_WITHIN_S = 8.0
KEPT_WITHIN_S = 3.0
EMPTY_WITHIN_S = 60.0
ALL = damage.OF_A_CLOSED_FILE + damage.OF_A_KILLED_ONE
# In a page whose bits are others or that is gone, notes may be unreadable; nowhere else.
LEAST_SAVED = {damage.truncated: 0, damage.bytes_flipped: 0, damage.log_byte_flipped: PRESSES - 1}
names = [harm.__name__ for harm in ALL]
pytestmark = pytest.mark.timeout(180)


@dataclass
class Story:
    """What became of one unit whose file was damaged."""

    told_on_glass: bool
    set_aside: int
    pressed_after: Press
    saved: int
    log: str


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Story]]:
    """All damages at once, each to a unit of its own."""
    units = [harm.__name__.replace("_", "-") for harm in ALL]
    with built(tmp_path_factory.mktemp("damaged"), units) as house:
        yield _damaged(house, dict(zip(units, ALL, strict=True)))


def _damaged(house: House, harms: dict[str, Callable[[Path], None]]) -> dict[str, Story]:
    for name in harms:
        house.units[name].program.start()
    for _ in range(PRESSES):
        for name in harms:
            assert _press(house, house.units[name]).kept_shown, house.words()
    began = time.monotonic()
    for name, harm in harms.items():
        unit = house.units[name]
        if harm in damage.OF_A_CLOSED_FILE:
            assert unit.program.stop() == 0  # closing brings the log home
            assert unit.outbox.stat().st_size >= 3 * damage.PAGE
        else:
            unit.program.kill()
        harm(unit.outbox)
        unit.program.start()
    stories = {}
    for name, harm in harms.items():
        unit = house.units[name]
        told = unit.chair.wait(lambda seen: "Opslag" in seen.words, FAULT_SEEN_WITHIN_S, after=began)
        aside = len(list(unit.outbox.parent.glob("outbox.sqlite3.damaged-*[0-9]")))
        stories[harm.__name__] = Story(told is not None, aside, _press(house, unit), 0, unit.program.said)
    house.start_all_but_units()
    until("the outboxes are empty", lambda: _owed(house) == 0, EMPTY_WITHIN_S)
    house.oracle.owed()
    stored = stored_ids(house.store)
    for name, harm in harms.items():
        before = [press for press in house.oracle.presses if press.unit == name][:PRESSES]
        stories[harm.__name__].saved = sum(press.id in stored for press in before)
        assert all(times == 1 for times in stored.values())
    return stories


def _press(house: House, unit: Unit) -> Press:
    until(f"{unit.name} is there", lambda: unit.chair.now is not None)
    began = time.monotonic()
    felt = unit.chair.press()
    assert felt is not None, house.words()
    kept = unit.chair.wait(lambda seen: seen.stage in ("kept", "sent", "received"), KEPT_WITHIN_S, after=began)
    press = Press(unit.name, *felt[:2], kept_shown=kept is not None)
    house.oracle.pressed(press)
    return press


def _owed(house: House) -> int:
    return sum(outbox_count(unit.outbox) for unit in house.units.values())


@pytest.mark.parametrize("harm", ALL, ids=names)
def test_a_unit_says_that_its_file_is_damaged_sets_it_aside_and_goes_on(
    stories: dict[str, Story], harm: Callable[[Path], None]
) -> None:
    story = stories[harm.__name__]
    assert story.told_on_glass, story.log
    assert story.set_aside == 1
    assert story.pressed_after.kept_shown
    assert "set aside as" in story.log


@pytest.mark.parametrize("harm", ALL, ids=names)
def test_a_unit_loses_only_what_cannot_be_read(stories: dict[str, Story], harm: Callable[[Path], None]) -> None:
    story = stories[harm.__name__]
    assert story.saved >= LEAST_SAVED.get(harm, PRESSES), story.log
    assert f"{story.saved} notes read from it" in story.log


@dataclass(frozen=True)
class Refusal:
    """How a host that was started on a damaged store ended, and what it said."""

    exit_code: int
    said: str
    is_untouched: bool
    stored_after_backup: int
    broken: list[str]


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Refusal]]:
    """One house, whose store is damaged in each way, one after the other, and put back from the backup."""
    with built(tmp_path_factory.mktemp("refused")) as house:
        house.start()
        yield {harm.__name__: _refused(house, harm, place) for place, harm in enumerate(ALL, 1)}


def _refused(house: House, harm: Callable[[Path], None], place: int) -> Refusal:
    unit, backup = house.units["balie-1"], house.folder / f"backup-{place}"
    _press(house, unit)
    until("the host has the note", lambda: house.oracle.stored() == 2 * place - 1)
    if harm in damage.OF_A_CLOSED_FILE:
        assert house.host.stop() == 0
    else:
        house.host.kill()
    backup.mkdir()
    _copied(house.store, backup)
    harm(house.store)
    damaged, words = house.store.read_bytes(), len(house.host.said)
    house.host.start()
    try:
        code = house.host.ended()
    except AssertionError:
        raise AssertionError(f"{harm.__name__}: {house.host.said[words:]}") from None
    said, is_untouched = house.host.said[words:], house.store.read_bytes() == damaged
    _copied(backup / house.store.name, house.store.parent)
    house.host.start()
    _press(house, unit)
    until("the note after it came too", lambda: house.oracle.stored() == 2 * place)
    return Refusal(code, said, is_untouched, house.oracle.stored(), house.oracle.judge())


@pytest.mark.parametrize("harm", ALL, ids=names)
def test_a_host_refuses_a_damaged_store_in_a_line_and_goes_on_with_the_backup(
    refusals: dict[str, Refusal], harm: Callable[[Path], None]
) -> None:
    refusal = refusals[harm.__name__]
    assert refusal.exit_code == 1
    assert refusal.said.startswith("belbord-host: store ")
    assert "put a backup in its place" in refusal.said
    assert len(refusal.said.splitlines()) == 1
    assert refusal.is_untouched
    assert refusal.broken == []


def test_a_host_whose_store_is_gone_begins_no_new_one_by_itself(tmp_path: Path) -> None:
    with built(tmp_path) as house:
        house.start()
        assert house.host.stop() == 0
        assert "a new one is begun" in house.host.said
        house.store.unlink()
        house.host.start()
        assert house.host.ended() == 1
        assert "is gone or empty, and there was one" in house.host.said
        assert not house.store.exists()


def _copied(store: Path, folder: Path) -> None:
    """As a backup of all its files: SQLite's own way is not needed while nobody has them open."""
    for suffix in ("-wal", "-shm", ""):
        target = folder / (store.name + suffix)
        target.unlink(missing_ok=True)
        if store.with_name(store.name + suffix).exists():
            shutil.copy(store.with_name(store.name + suffix), target)
