"""A PBX that dies with callers waiting, and a wall clock that jumps: nothing stale, nothing lost."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.glass_reader import Seen
from tests.crash.house import House, Unit, built, until
from tests.crash.oracle import Press
from tests.crash.preloaded import set_offset

HOUR, YEAR = 3600.0, 365 * 86_400.0
SEEN_WITHIN_S = 15.0
pytestmark = pytest.mark.timeout(150)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with built(tmp_path) as house:
        yield house


def _shows(unit: Unit, word: str, claim: str, *, after: float | None = None) -> Seen:
    seen = unit.chair.wait(lambda seen: word in seen.words, SEEN_WITHIN_S, after=after)
    assert seen is not None, f"{claim}\n{unit.program.said}"
    return seen


def _is_lit(unit: Unit, lit: bool) -> None:
    assert unit.chair.wait(lambda seen: bool(seen.lamp) == lit, SEEN_WITHIN_S), f"the sign is not {lit}"


def test_after_a_pbx_died_with_callers_waiting_nobody_waits_who_is_not_there(house: House) -> None:
    house.start()
    unit = house.units["balie-1"]
    for number in ("0612345678", "0687654321"):
        house.pbx.do("ring", number=number, patience_s=600)
    _is_lit(unit, True)
    house.pbx.program.kill()
    died = time.monotonic()
    _shows(unit, "Centrale", "the glass says that the PBX is away", after=died)
    _is_lit(unit, False)
    back = time.monotonic()
    house.pbx.program.start()
    until("the PBX is up", house.pbx.is_up)
    _shows(unit, "niemand", "the PBX that came back knows no callers", after=back)
    # From its death on the sign was never busy again, nor a caller shown.
    dark_at = next(frame.at for frame in unit.chair.since(died) if not frame.lamp)
    assert not [frame for frame in unit.chair.since(died) if frame.lamp and frame.at > dark_at]
    house.pbx.do("ring", number="0612345678", patience_s=600)
    _is_lit(unit, True)


def test_a_wall_clock_that_jumps_hours_and_years_makes_nothing_stale_and_loses_nothing(house: House) -> None:
    unit, clock = house.units["balie-1"], house.folder / "clock"
    set_offset(clock, 0.0)
    house.host.clock_offset = unit.program.clock_offset = clock
    house.start()
    began = time.monotonic()
    jumps = (HOUR, -HOUR, 5 * YEAR, -50 * YEAR)
    for made, offset in enumerate(jumps, 1):
        set_offset(clock, offset)
        until(
            "the glass says nothing of the last one",
            lambda: unit.chair.now is not None and unit.chair.now.stage is None,
        )
        felt = unit.chair.press()
        assert felt is not None, house.words()
        house.oracle.pressed(Press(unit.name, *felt[:2]))
        until(f"the note of {offset} s is in the store", lambda made=made: house.oracle.stored() == made)  # type: ignore[misc]
    assert not [frame for frame in unit.chair.since(began) if frame.is_marked], "a clock is no reason to doubt"
    assert house.oracle.judge() == []
    assert "Traceback" not in house.host.said + unit.program.said
    # No storm of reminders, and no note erased by a clock that nobody believes.
    assert house.host.said.count("WARNING") + house.host.said.count("ERROR") <= len(jumps)
