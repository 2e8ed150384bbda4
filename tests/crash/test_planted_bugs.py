"""The oracle finds what it is there for: a tick or a receipt that comes before its commit, in real programs.

Beside each stands the same program without the bug, as slow and killed as soon: of that it must not complain.
"""

from pathlib import Path

import pytest

from tests.crash.deadly_moments import DESK, HOST
from tests.crash.house import House, built, until
from tests.crash.oracle import Press, outbox_count
from tests.crash.planted import RECEIPT_FIRST, SLOW, TICK_FIRST
from tests.crash.programs import Death

SEEN_WITHIN_S = 10.0
EMPTY_WITHIN_S = 60.0
SOUND, ILL = "balie-1", "balie-2"
pytestmark = pytest.mark.timeout(120)


def _press(house: House, name: str, stage: str) -> Press:
    """A press at `name`, once the glass says of it that it came to `stage`."""
    unit = house.units[name]
    until(f"{name} is there", lambda: unit.chair.now is not None)
    felt = unit.chair.press()
    assert felt is not None, house.words()
    press = Press(name, *felt[:2])
    house.oracle.pressed(press)
    seen = unit.chair.wait(lambda seen: seen.stage == stage, SEEN_WITHIN_S, after=None)
    assert seen is not None, house.words()
    press.kept_shown = True
    return press


def _all_comes(house: House) -> None:
    outboxes = [unit.outbox for unit in house.units.values()]
    until("the outboxes are empty", lambda: not any(map(outbox_count, outboxes)), EMPTY_WITHIN_S)
    house.oracle.owed()


def test_a_tick_that_is_shown_before_its_commit_is_found(tmp_path: Path) -> None:
    with built(tmp_path, (SOUND, ILL)) as house:
        house.units[SOUND].program.altered = (SLOW,)
        house.units[ILL].program.altered = (SLOW, TICK_FIRST)
        for unit in house.units.values():
            unit.program.start()
        presses = {}
        for name, unit in house.units.items():
            presses[name] = _press(house, name, "kept")
            unit.program.kill()
            unit.program.altered = ()
            unit.program.start()
        house.start_all_but_units()
        _all_comes(house)
        assert house.oracle.judge() == [f"{presses[ILL].id} was shown as kept and is not in the store"]


def test_a_receipt_that_is_sent_before_its_commit_is_found(tmp_path: Path) -> None:
    with built(tmp_path, (SOUND, ILL)) as house:
        house.host.altered = (SLOW,)
        house.start()
        presses = {}
        for name, next_life in ((SOUND, (SLOW, RECEIPT_FIRST)), (ILL, ())):
            presses[name] = _press(house, name, "received")
            house.oracle.received(presses[name])
            house.host.kill()
            house.host.altered = next_life
            house.host.start()
            until("the host is linked", house.is_host_linked)
        _all_comes(house)
        lost = presses[ILL].id
        assert house.oracle.judge() == [
            f"{ILL} says received of {lost}, the host's store does not have it",
            f"{lost} was shown as kept and is not in the store",
        ]


def test_each_deadly_moment_kills_and_nothing_else_does(tmp_path: Path) -> None:
    with built(tmp_path, (*(f"unit-{place}" for place, _ in enumerate(DESK)), "presser")) as house:
        # A host that stays: what dies with its unit needs somebody who answers.
        house.start_all_but_units()
        for unit, moment in zip(house.units.values(), (*DESK, None), strict=True):
            unit.program.start(None if moment is None else Death(moment))
        for unit in house.units.values():
            until(
                f"{unit.name} is there or has died",
                lambda unit=unit: unit.chair.now is not None or not unit.program.is_alive,
            )  # type: ignore[misc]
            unit.chair.press()
        for unit, moment in zip(house.units.values(), DESK, strict=False):
            assert unit.program.died_within(SEEN_WITHIN_S), f"{moment}: {unit.program.said}"
            assert unit.program.was_killed, f"{moment}: {unit.program.said}"
        for moment in HOST:
            house.host.kill()
            house.host.start(Death(moment))
            until(f"a press for {moment}", lambda: house.units["presser"].chair.press() is not None)
            assert house.host.died_within(SEEN_WITHIN_S), f"{moment}: {house.host.said}"
            assert house.host.was_killed, f"{moment}: {house.host.said}"
