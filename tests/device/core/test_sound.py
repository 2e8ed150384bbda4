from typing import Any

import pytest

from device.core import effects as do
from device.core import events as was
from device.core.rules import Rules, SoundRules
from device.core.sound import CLICK, FIRST_CALLER, LIMIT_PASSED, Tune

ON = SoundRules(on=True, volume=0.4, limit_s=60.0)


def heard(desk: Any) -> list[tuple[float, int]]:
    return [(round(at, 3), effect.hertz) for at, effect in desk.did if isinstance(effect, do.Beep)]


def played(tune: Tune, at: float) -> list[tuple[float, int]]:
    notes = []
    for hertz, seconds in tune:
        notes.append((round(at, 3), hertz))
        at += seconds
    return [*notes, (round(at, 3), 0)]


@pytest.fixture
def desk(make_desk: Any) -> Any:
    return make_desk(Rules(sound=ON)).start()


def test_it_is_off_by_default(make_desk: Any) -> None:
    desk = make_desk().start()
    desk.board(100.5)
    desk.board(101.0, waiting=3, longest=80.0)
    desk.press(102.0)
    desk.pass_to(110.0)
    assert heard(desk) == []


def test_the_first_caller_is_heard_once_and_the_second_not(desk: Any) -> None:
    desk.board(100.5)
    desk.board(101.0, waiting=1, longest=0.0)
    desk.board(103.0, waiting=2, longest=2.0)
    desk.pass_to(110.0)
    assert heard(desk) == played(FIRST_CALLER, 101.0)


def test_callers_who_waited_before_the_unit_knew_are_no_news(desk: Any) -> None:
    desk.board(100.5, waiting=2, longest=5.0)
    desk.pass_to(105.0)
    assert heard(desk) == []


def test_the_limit_is_heard_when_it_passes_without_any_message(desk: Any) -> None:
    desk.board(100.5, waiting=1, longest=58.0)
    desk.pass_to(110.0)
    assert heard(desk) == played(LIMIT_PASSED, 102.5)


def test_a_kept_note_clicks_when_it_is_on_the_disk_and_a_failed_one_does_not(make_desk: Any) -> None:
    good, bad = make_desk(Rules(sound=ON)).start(), make_desk(Rules(sound=ON), "bad").start()
    for desk in (good, bad):
        desk.press(101.0)
        desk.pass_to(105.0)
    assert heard(good) == played(CLICK, 101.1)
    assert heard(bad) == []


def test_quiet_hours_are_silent_and_only_those(make_desk: Any) -> None:
    desk = make_desk(Rules(sound=SoundRules(on=True, quiet=(18 * 60, 8 * 60)))).start()
    desk.take(was.ClockRead(100.1, known=True, weekday=0, second=20.0 * 3600))
    desk.press(101.0)
    assert heard(desk) == []
    desk.take(was.ClockRead(108.0, known=True, weekday=0, second=9.0 * 3600))
    desk.press(109.0)
    assert heard(desk)[0][1] == CLICK[0][0]


def test_each_note_is_as_loud_as_the_config_says(desk: Any) -> None:
    desk.press(101.0)
    assert {effect.volume for _, effect in desk.did if isinstance(effect, do.Beep)} == {0.4}


def test_leaving_is_silent(desk: Any) -> None:
    desk.board(100.5)
    desk.board(101.0, waiting=1, longest=0.0)
    desk.take(was.StopAsked(101.05))
    assert heard(desk)[-1] == (101.05, 0)


def test_at_rest_nothing_is_asked_for(desk: Any) -> None:
    desk.board(100.5)
    desk.board(101.0, waiting=1, longest=0.0)
    desk.pass_to(102.0)
    assert desk.unit.playing == ()
