"""The real buses of a panel: luma's interfaces, I2C with a way to read, SPI with its two lines from the kernel."""

from functools import cache
from typing import Any

from device.errors import UnitFault
from device.panel import PanelFault, Serial, where
from device.profile import Panel

RESET_S = 0.001
"""SSD1322 datasheet 8.9: reset is low for 100 µs at least, and as long passes before the first command."""


def open_bus(panel: Panel) -> Serial:
    """The bus of `panel`, opened. Raises PanelFault, and what luma and the kernel raise."""
    if panel.bus == "i2c":
        bus: Serial = _readable_i2c()(port=panel.bus_port, address=panel.address)
        return bus
    return _open_spi(panel)


@cache
def _readable_i2c() -> Any:
    """The I2C interface of luma, which only writes, with a way to read."""
    from luma.core.interface.serial import i2c

    class ReadableI2c(i2c):  # type: ignore[misc]
        def status(self) -> int:
            return int(self._bus.read_byte(self._addr))

    return ReadableI2c


def _open_spi(panel: Panel) -> Serial:
    try:
        import spidev  # noqa: F401  # luma imports it too, but says nothing of where it comes from

        lines = _KernelLines()
    except ImportError as error:
        raise PanelFault(f"{where(panel)}: {error}; a panel on SPI needs belbord[spi]") from None
    except UnitFault as fault:
        raise PanelFault(f"{where(panel)}: {fault}") from None
    try:
        bus: Serial = _lined_spi()(
            gpio=lines,
            port=panel.bus_port,
            device=panel.address,
            gpio_DC=panel.data_command,
            gpio_RST=panel.reset,
            reset_hold_time=RESET_S,
            reset_release_time=RESET_S,
        )
    except Exception:
        lines.close()
        raise
    return bus


class _KernelLines:
    """Lines of the header as luma asks for them, with the names and calls of RPi.GPIO; all of them outputs.

    luma's own choice, rpi-lgpio, brings lgpio's threads, which wake an idle processor a thousand times a second.
    """

    OUT, LOW, HIGH = "out", False, True

    def __init__(self) -> None:
        from device.gpio_chip import header_chip

        self._chip = header_chip()
        self._lines: dict[int, Any] = {}

    def setup(self, number: int, direction: str) -> None:
        from gpiod import LineSettings
        from gpiod.line import Direction

        from device.gpio_chip import request_line

        assert direction == self.OUT, "a panel's lines are told, not asked"
        self._lines[number] = request_line(self._chip, number, LineSettings(direction=Direction.OUTPUT))

    def output(self, number: int, level: bool) -> None:  # as RPi.GPIO has it
        from gpiod.line import Value

        self._lines[number].set_value(number, Value.ACTIVE if level else Value.INACTIVE)

    def close(self) -> None:
        for line in self._lines.values():
            line.release()
        self._lines.clear()
        self._chip.close()


@cache
def _lined_spi() -> Any:
    """The SPI interface of luma, which gives its lines back when it is closed."""
    from luma.core.interface.serial import spi

    class LinedSpi(spi):  # type: ignore[misc]
        def cleanup(self) -> None:
            try:
                super().cleanup()
            finally:
                self._gpio.close()

    return LinedSpi
