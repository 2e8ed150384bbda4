"""The panels as luma.oled knows them, and where its errors stop; their buses are `device.panel_bus`'s.

luma's device classes give each chip's start sequence, contrast, on and off. Pictures do not go through their
`display()`, which sends whole frames, but through the chip's own address window.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol, runtime_checkable

from device.glass.rectangles import Grid, Rectangle
from device.profile import Chip, Panel


class Serial(Protocol):
    """luma.core's serial interface, as far as it is used here."""

    def command(self, *command: int) -> None: ...
    def data(self, data: Any) -> None: ...
    def cleanup(self) -> None: ...


@runtime_checkable
class Readable(Protocol):
    """A bus on which the chip can be read: I2C, not SPI as these panels are wired."""

    def status(self) -> int:
        """The chip's status byte; raises OSError."""


class PanelFault(OSError):  # noqa: N818  # says what happened
    """The panel cannot be reached; the text names it and the remedy."""


# I2C, SSD1306 datasheet 8.1.5: address and control byte go before each transfer, so a window of six command
# bytes costs 10; SH1106 (three command bytes and one row a window) costs 7. SSD1322: two windows of three, RAM write.
_UPRIGHT = Grid(columns=128, rows=8, cell_bytes=1, cost_bytes=10, tall=True)
GRIDS: dict[Chip, Grid] = {
    "ssd1306": _UPRIGHT,
    "ssd1309": _UPRIGHT,
    "sh1106": Grid(columns=128, rows=8, cell_bytes=1, cost_bytes=7, tall=False),
    "ssd1322": Grid(columns=64, rows=64, cell_bytes=2, cost_bytes=7, tall=True),
}
# Where the glass begins in the chip's memory: 132 columns on an SH1106, 480 on an SSD1322, glass in the middle.
SH1106_OFFSET = 2
SSD1322_OFFSET = (480 - 256) // 2 // 4
# SSD1306 table 9-1 and SH1106 command 21; status: SSD1306 table 9-2 and SH1106 command 22.
NOP = 0xE3
DISPLAY_OFF = 1 << 6


class PanelDevice:
    """One panel on its bus. Opening costs little, so it is opened anew after every fault.

    The luma device is made once and speaks to a tape; the tape is played to the bus at every opening. (A new
    luma device each time would leave an exit hook and its tables behind, and would blank the glass.)
    """

    def __init__(self, panel: Panel, open_bus: Callable[[Panel], Serial]) -> None:
        self._panel = panel
        self._open_bus = open_bus
        self._line = _Line()
        self._device: Any = None
        self._start: list[tuple[bool, bytes]] = []
        self._status_dark: bool | None = None  # what the status said before the display was lit
        self._status_tells = False
        self._lit = False

    def open(self) -> None:
        """Open the bus and initialise the chip, which stays dark: `light()` follows the first picture.

        Raises PanelFault.
        """
        self.close()
        if self._device is None:
            self._device, self._start = _luma_device(self._panel, self._line)
        with _Translated(self._panel):
            self._line.bus = self._open_bus(self._panel)
            for is_data, content in self._start:
                if is_data:
                    self._line.bus.data(list(content))
                else:
                    self._line.bus.command(*content)
        self.contrast(self._panel.contrast)
        self._lit, self._status_tells = False, False
        self._status_dark = self._says_dark()

    def close(self) -> None:
        """Let go of the bus, whatever state it is in."""
        bus, self._line.bus = self._line.bus, None
        if bus is not None:
            try:
                bus.cleanup()
            except Exception as error:  # a bus that is gone may fail in any way, and is gone
                if not _is_of_the_bus(error):
                    raise

    def light(self) -> None:
        """Display on. Raises PanelFault."""
        with _Translated(self._panel):
            self._device.show()
        self._lit = True
        # Not every clone of these chips tells the truth when it is read. This one does if it told both.
        self._status_tells = self._status_tells or (self._status_dark is True and self._says_dark() is False)

    def darken(self) -> None:
        """Display off; the picture stays in the chip. Raises PanelFault."""
        with _Translated(self._panel):
            self._device.hide()
        self._lit = False

    def check(self) -> None:
        """Ask the chip whether it is there and was so all the time. Raises PanelFault.

        One that lost its power for a moment answers again, but its display is off. SPI has no answers.
        """
        if self._panel.bus != "i2c":
            return
        bus = self._line.bus
        if not (self._lit and self._status_tells and isinstance(bus, Readable)):
            with _Translated(self._panel):
                self._line.command(NOP)
            return
        with _Translated(self._panel):
            status = bus.status()
        if status & DISPLAY_OFF:
            raise PanelFault(f"{where(self._panel)}: it was without power for a moment; check its plug")

    def _says_dark(self) -> bool | None:
        """Whether the chip says that its display is off; None when it says nothing."""
        bus = self._line.bus
        if self._panel.bus != "i2c" or not isinstance(bus, Readable):
            return None
        try:
            return bool(bus.status() & DISPLAY_OFF)
        except OSError:
            return None

    def contrast(self, level: int) -> None:
        """Brightness 0-255. Raises PanelFault."""
        with _Translated(self._panel):
            self._device.contrast(level)

    def write(self, window: Rectangle, content: bytes) -> None:
        """Put `content` (see `rectangles.cut`) in the chip's memory at `window`. Raises PanelFault."""
        with _Translated(self._panel):
            match self._panel.chip:
                case "ssd1306" | "ssd1309":  # SSD1306 10.1.4 and 10.1.5: column and page window
                    self._line.command(0x21, window.left, window.right - 1, 0x22, window.top, window.bottom - 1)
                case "sh1106":  # SH1106 commands 1, 2 and 15: one page, a 4 + 4 bit column
                    column = window.left + SH1106_OFFSET
                    self._line.command(0xB0 | window.top, column & 0x0F, 0x10 | column >> 4)
                case "ssd1322":  # SSD1322 10.1.2 and 10.1.5: window, then "write RAM"
                    left, right = window.left + SSD1322_OFFSET, window.right + SSD1322_OFFSET - 1
                    self._device.command(0x15, left, right)
                    self._device.command(0x75, window.top, window.bottom - 1)
                    self._device.command(0x5C)
            self._line.data(list(content))


class _Line:
    """The serial interface a luma device holds for life, whichever bus is behind it; none: words fall away."""

    def __init__(self) -> None:
        self.bus: Serial | None = None
        self.tape: list[tuple[bool, bytes]] | None = None

    def command(self, *command: int) -> None:
        if self.tape is not None:
            self.tape.append((False, bytes(command)))
        elif self.bus is not None:
            self.bus.command(*command)

    def data(self, data: Any) -> None:
        if self.tape is not None:
            self.tape.append((True, bytes(data)))
        elif self.bus is not None:
            self.bus.data(data)

    def cleanup(self) -> None:
        """Called by luma's exit hook; the bus is closed by its owner."""


class _Translated:
    """Turns what luma and the kernel raise into PanelFault."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, PanelFault) and _is_of_the_bus(error):
            raise PanelFault(f"{where(self._panel)}: {error}; check its plug and that the bus is on") from error


def open_panel(panel: Panel) -> PanelDevice:
    """The real panel of a board file, not yet opened."""
    from device.panel_bus import open_bus

    return PanelDevice(panel, open_bus)


def where(panel: Panel) -> str:
    """What a panel is called in a message: its chip and its place on the bus."""
    place = (
        f"I2C {panel.bus_port}, 0x{panel.address:02X}"
        if panel.bus == "i2c"
        else f"SPI {panel.bus_port}.{panel.address}"
    )
    return f"{panel.chip} on {place}"


def _is_of_the_bus(error: BaseException) -> bool:
    from luma.core.error import Error

    return isinstance(error, (OSError, Error))


def _luma_device(panel: Panel, line: _Line) -> tuple[Any, list[tuple[bool, bytes]]]:
    """The luma device for `panel` on `line`, and its start sequence without the blank frame and the display-on."""
    line.tape = []
    device = _dark_class(panel.chip)(line, width=panel.width, height=panel.height, mode="1")
    tape, line.tape = line.tape, None
    return device, tape


def luma_class(chip: Chip) -> Any:
    """The device class of luma.oled for `chip`, as it is."""
    return getattr(_luma_chips(), chip)


@cache
def _dark_class(chip: Chip) -> Any:
    """The luma class for `chip`; its start neither blanks the glass nor lights it before its picture is there."""
    base: Any = luma_class(chip)

    class Dark(base):  # type: ignore[misc]
        _made = False

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._made = True

        def clear(self) -> None:
            if self._made:
                super().clear()

        def show(self) -> None:
            if self._made:
                super().show()

    return Dark


@cache
def _luma_chips() -> Any:
    """The module with luma's device classes, imported without the four threads it starts for scrolling hotspots.

    Nothing here scrolls by hotspots, and threads that only wait still cost memory and a start.
    """
    from luma.core import threadpool

    real, threadpool.threadpool = threadpool.threadpool, _no_pool
    try:
        from luma.oled import device
    finally:
        threadpool.threadpool = real
    return device


def _no_pool(threads: int) -> None:
    del threads
