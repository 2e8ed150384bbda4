"""A panel on SPI, driven through a made-up spidev and made-up kernel lines into the modelled chip at their end."""

import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import gpiod
import pytest
from gpiod.line import Direction, Value

from device import gpio_chip
from device.drivers.modelled_chips import ModelledChip, chip_model
from device.drivers.screen import ScreenDriver
from device.glass.draw import Moment, draw
from device.panel import PanelFault, open_panel
from device.profile import Panel, load_profile
from device.words import words_of
from tools.glass_examples import EXAMPLES


class Wires:
    """The Pi's side of the cable: two lines of the header and the SPI bus, with `chip` at the other end."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.chip: ModelledChip = chip_model(panel.chip)
        self.levels: dict[int, bool] = {}
        self.resets = 0
        self.opened: list[tuple[int, int]] = []
        self.closed = 0
        self.taken: set[int] = set()

    # The kernel's GPIO chip.

    def get_info(self) -> Any:
        return type("Info", (), {"label": "pinctrl-bcm2711"})

    def get_line_info(self, number: int) -> Any:
        return type("Info", (), {"consumer": "fan"})

    def request_lines(self, config: dict[int, gpiod.LineSettings], consumer: str) -> "Wires":
        [(number, settings)] = config.items()
        if number in self.taken:
            raise OSError(16, "Device or resource busy")
        assert settings.direction is Direction.OUTPUT
        self.levels[number] = False
        return self

    def set_value(self, number: int, value: Value) -> None:
        high = value is Value.ACTIVE
        self.resets += number == self.panel.reset and high and not self.levels[number]
        self.levels[number] = high

    def release(self) -> None:
        self.levels.popitem()

    # The SPI bus.

    def open(self, port: int, device: int) -> None:
        self.opened.append((port, device))

    def writebytes(self, content: list[int]) -> None:
        assert self.panel.data_command is not None
        assert self.levels[self.panel.reset or 0], "the chip is held in reset"
        self.chip.receive(bytes((0x40 if self.levels[self.panel.data_command] else 0x00,)) + bytes(content))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(params=["oled-2.42-ssd1309", "oled-3.12-ssd1322"])
def wires(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wires:
    made = Wires(load_profile(request.param).panel)
    (tmp_path / "gpiochip0").touch()
    spidev = ModuleType("spidev")
    spidev.SpiDev = lambda: made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spidev", spidev)
    monkeypatch.setitem(sys.modules, "RPi", None)  # rpi-lgpio is not wanted
    monkeypatch.setattr(gpio_chip.gpiod, "Chip", lambda _: made)
    monkeypatch.setattr(gpio_chip.header_chip, "__defaults__", (tmp_path,))
    return made


def test_a_page_reaches_the_chip_over_spi_with_lines_from_the_kernel_and_without_lgpio(wires: Wires) -> None:
    page = EXAMPLES["ringing"]
    expected = draw(page, wires.panel, words_of("nl"), Moment()).tobytes()
    drawn = threading.Event()
    with ScreenDriver(wires.panel, open_panel, "nl", lambda *_: drawn.set(), clock=lambda: 0.0) as screen:
        screen.show(page)
        assert drawn.wait(10)
        assert wires.chip.on
        assert wires.chip.picture().tobytes() == expected
    assert wires.opened == [(0, 0)]
    assert wires.resets == 1
    assert not any(name == "lgpio" or name.startswith("RPi.") for name in sys.modules)


def test_a_panel_that_is_closed_gives_its_lines_back(wires: Wires) -> None:
    device = open_panel(wires.panel)
    device.open()
    assert set(wires.levels) == {wires.panel.data_command, wires.panel.reset}
    device.close()
    assert wires.levels == {}
    device.open()
    device.close()
    assert wires.levels == {}


def test_a_line_that_another_has_is_named_with_its_holder_and_the_other_line_is_given_back(wires: Wires) -> None:
    assert wires.panel.reset is not None
    wires.taken.add(wires.panel.reset)
    with pytest.raises(PanelFault, match="in use by 'fan'"):
        open_panel(wires.panel).open()
    assert wires.levels == {}
