"""A disk that is full or read-only, under real programs: nothing is called kept that is not, and all goes on after."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.crash.house import House, Unit, built, until
from tests.crash.oracle import Press, outbox_count
from tests.crash.small_disk import SmallDisk, mounted

SEEN_WITHIN_S = 15.0
EMPTY_WITHIN_S = 60.0
KEPT = ("kept", "sent", "received")
pytestmark = pytest.mark.timeout(150)


@dataclass
class Place:
    """A house whose unit and host have a small disk each."""

    house: House
    unit: Unit
    units_disk: SmallDisk
    hosts_disk: SmallDisk


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("disks")
    with (
        mounted(folder / "balie-1", "256k") as units_disk,
        mounted(folder / "store", "4m") as hosts_disk,
        built(folder, store=folder / "store" / "host.sqlite3") as house,
    ):
        house.start()
        yield Place(house, house.units["balie-1"], units_disk, hosts_disk)


def _press(place: Place, *, stages: tuple[str, ...] = KEPT) -> Press:
    chair = place.unit.chair
    # The answer to the press before it is not to be taken for this one's.
    until("the glass is at rest", lambda: chair.now is not None and chair.now.stage is None)
    began = time.monotonic()
    felt = chair.press()
    assert felt is not None, place.house.words()
    answer = chair.wait(lambda seen: seen.stage in stages, 5.0, after=began)
    assert answer is not None, place.house.words()
    press = Press(place.unit.name, *felt[:2], kept_shown=answer.stage in KEPT)
    place.house.oracle.pressed(press)
    return press


def _all_comes(place: Place) -> None:
    until("all that was kept is in the store", lambda: outbox_count(place.unit.outbox) == 0, EMPTY_WITHIN_S)
    assert place.house.oracle.judge() == []


def test_on_a_full_disk_a_unit_says_not_kept_also_after_a_kill_and_a_host_receipts_nothing(place: Place) -> None:
    house, unit = place.house, place.unit
    place.units_disk.fill()
    assert not _press(place, stages=(*KEPT, "refused")).kept_shown
    assert "full" in unit.program.said
    unit.program.kill()
    unit.program.start()
    until("the unit is back", lambda: unit.chair.now is not None)
    assert not _press(place, stages=(*KEPT, "refused")).kept_shown
    place.units_disk.empty()
    place.hosts_disk.fill()
    began = time.monotonic()
    until("a press is kept again", lambda: _press(place, stages=(*KEPT, "refused")).kept_shown)
    until("the host says why", lambda: "notes not kept" in house.host.said)
    assert not [frame for frame in unit.chair.since(began) if frame.stage == "received"]
    assert house.oracle.stored() == 0
    place.hosts_disk.empty()
    _all_comes(place)


def test_on_a_read_only_disk_a_unit_says_so_and_a_host_refuses_in_a_line_and_all_goes_on_once_it_is_writable(
    place: Place,
) -> None:
    house, unit = place.house, place.unit
    house.host.kill()
    held = _press(place)
    assert held.kept_shown
    unit.program.kill()
    place.units_disk.read_only()
    place.hosts_disk.read_only()
    words, began = len(house.host.said), time.monotonic()
    house.host.start()
    unit.program.start()
    assert house.host.ended() == 1
    said = house.host.said[words:].splitlines()
    assert len(said) == 1, said
    assert "Read-only file system" in said[0]
    told = unit.chair.wait(lambda seen: "Opslag" in seen.words, SEEN_WITHIN_S, after=began)
    assert told is not None, unit.program.said
    assert not _press(place, stages=(*KEPT, "refused")).kept_shown
    place.units_disk.writable()
    place.hosts_disk.writable()
    house.host.start()
    _all_comes(place)
    assert held.id in house.oracle.stored_ids()
    assert _press(place).kept_shown
