import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from device.core.events import ClockRead
from device.drivers.pins import mock_pins
from device.drivers.sounder import Sounder
from device.drivers.wall_clock import LocalClock
from device.errors import UnitFault


@pytest.fixture
def pins() -> Iterator[Any]:
    factory = mock_pins()
    yield factory
    factory.close()


def test_a_tone_is_a_square_wave_as_loud_as_its_duty_and_silence_is_no_wave_at_all(pins: Any) -> None:
    with Sounder(13, pins) as sounder:
        pin = pins.pin(13)
        assert (pin.frequency, pin.state) == (None, 0)
        sounder.beep(880, 0.5)
        assert (pin.frequency, pin.state) == (880, pytest.approx(0.25))
        sounder.beep(1175, 1.0)
        assert (pin.frequency, pin.state) == (1175, pytest.approx(0.5))
        sounder.beep(0, 0.5)
        assert (pin.frequency, pin.state) == (None, 0)
        sounder.beep(880, 0.0)
        assert (pin.frequency, pin.state) == (None, 0)
        sounder.beep(880, 1.0)
    assert pin.frequency is None


def test_a_line_that_is_taken_is_named(pins: Any) -> None:
    with Sounder(13, pins), pytest.raises(UnitFault, match="GPIO13"), Sounder(13, pins):
        pass


@pytest.fixture
def amsterdam() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.__setitem__("TZ", before)
    time.tzset()


@pytest.mark.usefixtures("amsterdam")
@pytest.mark.parametrize(
    ("unix", "weekday", "second"),
    [
        (1_767_225_600.0, 3, 3600.0),  # 2026-01-01 00:00 UTC, a Thursday
        (1_782_853_200.5, 1, 23 * 3600.0 + 0.5),  # 2026-06-30 21:00 UTC, in summer time
    ],
)
def test_local_time_is_told_with_its_weekday(
    tmp_path: Path, heard: Any, unix: float, weekday: int, second: float
) -> None:
    LocalClock(heard.inbox, tmp_path / "synchronized", lambda: unix).read()
    told = heard.a(ClockRead)
    assert (told.weekday, told.second) == (weekday, second)


def test_the_clock_is_known_to_be_right_once_it_was_synchronised(tmp_path: Path, heard: Any) -> None:
    mark = tmp_path / "synchronized"
    clock = LocalClock(heard.inbox, mark)
    clock.read()
    assert not heard.a(ClockRead).known
    mark.touch()
    clock.read()
    assert heard.a(ClockRead).known
