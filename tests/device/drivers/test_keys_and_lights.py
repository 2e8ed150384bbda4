from itertools import pairwise
from typing import Any

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.core.events import Edge
from device.drivers.keys import ButtonKey
from device.drivers.lights import ColourSign, SignLamp, sign_of
from device.drivers.pins import mock_pins
from device.errors import UnitFault
from device.profile import Pins, SignColours


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


def test_a_pwm_lamp_is_dimmed_evenly_to_the_eye(pins: MockFactory) -> None:
    assert issubclass(pins.pin_class, MockPWMPin)
    with SignLamp(18, "pwm", factory=pins) as sign:
        sign.set("lit", glowing=0.5)
        assert pins.pin(18).state == pytest.approx(0.25)
        sign.set("lit", glowing=1.0)
        assert pins.pin(18).state == pytest.approx(1.0)


def test_a_relay_is_on_or_off(pins: MockFactory) -> None:
    with SignLamp(18, "relay", factory=pins) as sign:
        sign.set("lit", glowing=1.0)
        assert pins.pin(18).state == 1
        sign.set("unsure", glowing=0.0)
        assert pins.pin(18).state == 0


RGB = Pins(button=17, sign=18, sign_kind="rgb", sign_green=23, sign_blue=24)


def colour(pins: MockFactory) -> tuple[float, ...]:
    return tuple(round(pins.pin(line).state, 3) for line in (18, 23, 24))


def test_an_rgb_sign_shows_each_state_in_its_colour_and_is_off_before_and_after(pins: MockFactory) -> None:
    colours = SignColours(lit=(255, 0, 0), dark=(0, 51, 0), unsure=(0, 0, 255))
    seen = []
    with ColourSign(RGB, colours, pins) as sign:
        seen.append(colour(pins))
        for state, glowing in (("dark", 0.0), ("lit", 1.0), ("lit", 0.5), ("unsure", 0.0), ("unsure", 1.0)):
            sign.set(state, glowing=glowing)
            seen.append(colour(pins))
    assert seen == [(0, 0, 0), (0, 0.04, 0), (1, 0, 0), (0.25, 0.01, 0), (0, 0, 0), (0, 0, 1)]
    assert [0 in [state for _, state in pins.pin(line).states[-2:]] for line in (18, 23, 24)] == [True] * 3


def test_the_colours_of_an_rgb_sign_differ_in_brightness_as_well() -> None:
    colours = SignColours()
    light = [0.2126 * r**2 + 0.7152 * g**2 + 0.0722 * b**2 for r, g, b in (colours.lit, colours.dark)]
    assert light[0] > 8 * light[1]


@pytest.mark.parametrize(
    ("pins_of", "kind"), [(Pins(17, 18), SignLamp), (Pins(17, 18, "relay"), SignLamp), (RGB, ColourSign)]
)
def test_the_board_file_says_which_sign_it_is(pins_of: Pins, kind: type) -> None:
    assert isinstance(sign_of(pins_of, SignColours()), kind)
