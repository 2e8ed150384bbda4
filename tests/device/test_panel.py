"""What a panel says when it cannot be reached: which one, and what to do."""

import sys
from types import ModuleType
from typing import Any

import pytest

from device.panel import PanelFault, open_panel
from device.profile import load_profile


def test_an_i2c_panel_without_a_bus_names_itself_and_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_bus(*_: Any) -> Any:
        raise FileNotFoundError(2, "No such file or directory", "/dev/i2c-1")

    smbus2 = ModuleType("smbus2")
    smbus2.SMBus = no_bus  # type: ignore[attr-defined]
    smbus2.i2c_msg = type("i2c_msg", (), {"write": None})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "smbus2", smbus2)
    with pytest.raises(PanelFault, match=r"sh1106 on I2C 1, 0x3C: .*/dev/i2c-1; check its plug"):
        open_panel(load_profile("oled-1.3-sh1106").panel).open()


def test_a_panel_on_spi_names_the_package_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spidev", None)
    with pytest.raises(PanelFault, match=r"ssd1309 on SPI 0\.0: .*spidev.*needs belbord\[spi\]"):
        open_panel(load_profile("oled-2.42-ssd1309").panel).open()


def test_closing_twice_and_before_opening_is_nothing() -> None:
    device = open_panel(load_profile("oled-1.3-sh1106").panel)
    device.close()
    device.close()
