"""The pins on made-up libgpiod chips; on the kernel's own simulated chip they are tested by `make test-kernel`."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gpiod
import gpiozero
import pytest
from gpiod.line import Bias, Direction, Edge, Value

from device.clock import boottime
from device.core import events
from device.drivers import kernel_pins
from device.drivers.kernel_pins import KernelFactory
from device.drivers.keys import ButtonKey
from device.drivers.lights import SignLamp
from device.drivers.pins import real_pins
from device.errors import UnitFault

PI_4 = 0xC03115
FELL, ROSE = gpiod.EdgeEvent.Type.FALLING_EDGE, gpiod.EdgeEvent.Type.RISING_EDGE


@dataclass
class Requested:
    """A line as libgpiod hands it out. What is written to it stands in `levels`; `tell` lets the kernel see edges."""

    number: int
    settings: gpiod.LineSettings
    levels: list[Value] = field(default_factory=list)
    released: bool = False
    level: Value = Value.ACTIVE
    untold: list[gpiod.EdgeEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fd = os.eventfd(0)
        self.reconfigure_lines({self.number: self.settings})

    def reconfigure_lines(self, config: dict[int, gpiod.LineSettings]) -> None:
        self.settings = config[self.number]
        if self.settings.direction is Direction.OUTPUT:
            self.set_value(self.number, self.settings.output_value)

    def get_value(self, number: int) -> Value:
        assert number == self.number
        return self.level

    def set_value(self, number: int, value: Value) -> None:
        assert number == self.number
        self.level = value
        self.levels.append(value)

    def tell(self, *edges: tuple[gpiod.EdgeEvent.Type, int]) -> None:
        self.untold += [gpiod.EdgeEvent(kind.value, at_ns, self.number, 0, 0) for kind, at_ns in edges]
        os.eventfd_write(self.fd, 1)

    def read_edge_events(self) -> list[gpiod.EdgeEvent]:
        os.eventfd_read(self.fd)
        told, self.untold = self.untold, []
        return told

    def release(self) -> None:
        self.released = True
        os.close(self.fd)


class Header:
    """What /dev holds, by path: a label, or why it cannot be opened. `busy`: lines that others have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chips: dict[str, str | OSError] = {}
        self.busy: dict[int, str] = {}
        self.requested: dict[int, Requested] = {}

    def plug(self, name: str, what: str | OSError) -> None:
        (self.folder / name).touch()
        self.chips[str(self.folder / name)] = what

    def open(self, path: str) -> "Chip":
        what = self.chips[path]
        if isinstance(what, OSError):
            raise what
        return Chip(self, path, what)


@dataclass
class Chip:
    header: Header
    path: str
    label: str

    def get_info(self) -> "Chip":
        return self

    def get_line_info(self, number: int) -> Any:
        return type("Info", (), {"consumer": self.header.busy[number]})

    def request_lines(self, config: dict[int, gpiod.LineSettings], consumer: str) -> Requested:
        [(number, settings)] = config.items()
        if number in self.header.busy:
            raise OSError(16, "Device or resource busy")
        self.header.requested[number] = Requested(number, settings)
        return self.header.requested[number]

    def close(self) -> None:
        pass


@pytest.fixture
def header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Header:
    header = Header(tmp_path)
    monkeypatch.setattr(kernel_pins.gpiod, "Chip", header.open)
    monkeypatch.setattr(KernelFactory, "_get_revision", lambda _: PI_4)
    return header


@pytest.fixture
def pins(header: Header) -> Iterator[KernelFactory]:
    header.plug("gpiochip0", "pinctrl-bcm2711")
    factory = KernelFactory(header.folder)
    yield factory
    factory.close()


@pytest.mark.parametrize(("name", "label"), [("gpiochip0", "pinctrl-bcm2835"), ("gpiochip4", "pinctrl-rp1")])
def test_the_header_is_found_by_its_label_whatever_its_number(header: Header, name: str, label: str) -> None:
    header.plug("gpiochip1", "raspberrypi-exp-gpio")
    header.plug(name, label)
    with gpiozero.DigitalInputDevice(17, pull_up=True, pin_factory=KernelFactory(header.folder)):
        assert list(header.requested) == [17]


def test_a_machine_without_a_header_is_told_what_there_is(header: Header) -> None:
    with pytest.raises(UnitFault, match=r"no /dev/gpiochip\*; without a Pi use --virtual"):
        KernelFactory(header.folder)
    header.plug("gpiochip0", "INT34C6:00")
    with pytest.raises(UnitFault, match=r"only .*gpiochip0 \(INT34C6:00\)"):
        KernelFactory(header.folder)


def test_a_user_without_permission_is_told_the_group(header: Header) -> None:
    header.plug("gpiochip0", PermissionError(13, "Permission denied"))
    with pytest.raises(UnitFault, match=r"no permission to open .*gpiochip0; add this user to the group gpio"):
        KernelFactory(header.folder)


def test_this_machine_without_pins_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr(KernelFactory.__init__, "__defaults__", (tmp_path,))
    with pytest.raises(UnitFault, match="no Pi header"):
        real_pins()


def test_a_line_that_another_program_has_is_named_with_its_holder(
    header: Header, pins: KernelFactory, heard: Any
) -> None:
    header.busy[17] = "one-wire"
    with pytest.raises(UnitFault, match=r"GPIO17 cannot be read: it is in use by 'one-wire'; .* the board file"):
        ButtonKey(17, heard.inbox, pins).__enter__()


def test_the_button_s_line_is_pulled_up_and_watched_at_both_edges(
    header: Header, pins: KernelFactory, heard: Any
) -> None:
    with ButtonKey(17, heard.inbox, pins):
        settings = header.requested[17].settings
        assert (settings.direction, settings.bias, settings.edge_detection) == (
            Direction.INPUT, Bias.PULL_UP, Edge.BOTH,
        )  # fmt: skip
    assert header.requested[17].released


def test_edges_have_the_kernel_s_time_however_late_they_are_told(
    header: Header, pins: KernelFactory, heard: Any
) -> None:
    with ButtonKey(17, heard.inbox, pins):
        fell_ns = time.monotonic_ns() - 250_000_000
        expected = boottime() - 0.25
        header.requested[17].tell((FELL, fell_ns), (ROSE, fell_ns + 4_700_000))
        down, up = heard.a(events.Edge), heard.a(events.Edge)
    assert (down.down, up.down) == (True, False)
    assert down.at == pytest.approx(expected, abs=0.05)
    assert time.time() - down.clock == pytest.approx(boottime() - down.at, abs=0.05)
    # Within what a turn of the interpreter takes between two clocks.
    assert up.at - down.at == pytest.approx(0.0047, abs=0.001)


def test_a_watch_that_ended_can_begin_again(header: Header, pins: KernelFactory, heard: Any) -> None:
    for _ in range(2):
        with ButtonKey(17, heard.inbox, pins):
            header.requested[17].tell((FELL, time.monotonic_ns()))
            assert heard.a(events.Edge).down


@pytest.mark.parametrize("active_high", [True, False])
def test_the_lamp_s_line_is_driven_and_dark_from_its_first_moment(
    header: Header, pins: KernelFactory, active_high: bool
) -> None:
    dark, lit = (Value.INACTIVE, Value.ACTIVE) if active_high else (Value.ACTIVE, Value.INACTIVE)
    with SignLamp(18, active_high=active_high, factory=pins) as sign:
        sign.set("lit", glowing=1.0)
        line = header.requested[18]
        assert line.levels == [dark, lit]
    assert line.levels[-1] is dark
    assert line.released


def test_a_line_that_only_switches_refuses_to_be_dimmed(pins: KernelFactory) -> None:
    with pytest.raises(UnitFault, match="GPIO18"), SignLamp(18, "pwm", factory=pins):
        pass


def test_a_line_with_a_resistor_of_its_own_cannot_be_pulled_down(pins: KernelFactory) -> None:
    with pytest.raises(gpiozero.PinFixedPull):
        pins.pin("GPIO2").pull = "down"
