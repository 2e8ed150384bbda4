from itertools import pairwise
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.core.events import Edge
from device.drivers.keys import ButtonKey
from device.drivers.lights import SOFT, SignLamp
from device.drivers.pins import mock_pins
from device.errors import UnitFault


@pytest.fixture
def pins() -> Any:
    factory = mock_pins()
    yield factory
    factory.close()


def test_each_edge_goes_in_the_inbox_with_its_time(pins: MockFactory, heard: Any) -> None:
    with ButtonKey(17, heard.inbox, pins):
        for _ in range(2):
            pins.pin(17).drive_low()
            pins.pin(17).drive_high()
        edges = [heard.a(Edge) for _ in range(4)]
    assert [edge.down for edge in edges] == [True, False, True, False]
    assert all(a.at <= b.at for a, b in pairwise(edges))
    assert edges[0].clock > 1_600_000_000


def test_a_button_that_is_down_at_the_start_is_told(pins: MockFactory, heard: Any) -> None:
    pins.pin(17).function = "input"
    pins.pin(17).pull = "up"
    pins.pin(17).drive_low()
    with ButtonKey(17, heard.inbox, _Held(pins)):
        assert heard.a(Edge).down


class _Held:
    """The pins with the button's contact closed from outside, so that the pull-up does not lift it."""

    def __init__(self, pins: MockFactory) -> None:
        self._pins = pins

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pins, name)

    def pin(self, name: Any) -> Any:
        pin = self._pins.pin(name)
        pin.drive_high = lambda: None
        return pin


def test_a_line_that_is_taken_is_named(pins: MockFactory, heard: Any) -> None:
    with ButtonKey(17, heard.inbox, pins), pytest.raises(UnitFault, match="GPIO17"), SignLamp(17, factory=pins):
        pass


@pytest.mark.parametrize("active_high", [True, False])
def test_the_lamp_glows_as_told_and_is_dark_before_and_after(pins: MockFactory, active_high: bool) -> None:
    dark = 0 if active_high else 1
    with SignLamp(18, active_high=active_high, factory=pins) as sign:
        pin = pins.pin(18)
        seen = [pin.state]
        sign.set("lit", glowing=True)
        seen.append(pin.state)
        sign.set("dark", glowing=False)
        seen.append(pin.state)
        sign.set("lit", glowing=True)
    assert seen == [dark, 1 - dark, dark]
    # Leaving switches it off before the line is let go.
    assert dark in [state for _, state in pin.states[-2:]]


def test_a_pwm_lamp_winks_softly(pins: MockFactory) -> None:
    assert pins.pin_class is MockPWMPin
    with SignLamp(18, "pwm", factory=pins) as sign:
        sign.set("unsure", glowing=True)
        assert pins.pin(18).state == pytest.approx(SOFT)
        sign.set("lit", glowing=True)
        assert pins.pin(18).state == pytest.approx(1.0)


def test_a_relay_does_not_wink(pins: MockFactory) -> None:
    with SignLamp(18, "relay", factory=pins) as sign:
        sign.set("unsure", glowing=True)
        assert pins.pin(18).state == 0
