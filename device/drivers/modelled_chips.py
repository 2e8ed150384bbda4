"""Models of the panels' controller chips: commands, address window, memory, what is seen of it.

Sources: Solomon Systech SSD1306 rev 1.1 (8.1.5 I2C transfers, 9 command table, 10.1.3 addressing), Sino Wealth
SH1106 v2.3 (commands 1-22), Solomon Systech SSD1322 rev 1.2 (8, 9 command table).
"""

from abc import ABC, abstractmethod
from typing import Protocol

from PIL import Image

from device.profile import Chip


class ModelledChip(Protocol):
    """A chip at the end of a bus, with the glass it drives."""

    contrast: int
    on: bool

    def receive(self, transfer: bytes) -> None:
        """Take one transfer in: control byte and content, as on I2C."""

    def power_on(self, memory: bytes) -> None:
        """Forget everything; the RAM holds `memory` over and over, or zeros."""

    def picture(self) -> Image.Image:
        """What the glass shows, mode "1"."""


def chip_model(chip: Chip) -> ModelledChip:
    """A model of `chip`, fresh from power-on, with empty memory."""
    match chip:
        case "ssd1306" | "ssd1309":
            return Ssd1306()
        case "sh1106":
            return Sh1106()
        case "ssd1322":
            return Ssd1322()


def _filled(memory: bytes, size: int) -> bytearray:
    return bytearray((memory * (size // len(memory) + 1))[:size] if memory else size)


class _Upright(ABC):
    """What SSD1306 and SH1106 share: eight pixels upright in a byte, and most commands."""

    MEMORY_COLUMNS = 128
    FIRST_COLUMN = 0  # of the glass
    ARGUMENTS = {0x81: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}  # noqa: RUF012  # a table, never written

    def __init__(self) -> None:
        self.power_on(b"")

    def power_on(self, memory: bytes) -> None:
        self.memory = _filled(memory, self.MEMORY_COLUMNS * 8)
        self.on = False
        self.contrast = 0x80 if self.MEMORY_COLUMNS == 132 else 0x7F
        self.column = self.page = self.start_line = 0
        self.mirrored = self.upside_down = True
        self.inverse = self.all_lit = False
        self._pending: list[int] = []

    def receive(self, transfer: bytes) -> None:
        at = 0
        while at < len(transfer):
            control = transfer[at]
            at += 1
            # Co = 0: the rest of the transfer is of one kind; Co = 1: one byte follows, then a control byte again.
            until = at + 1 if control & 0x80 else len(transfer)
            for byte in transfer[at:until]:
                if control & 0x40:
                    self._store(byte)
                else:
                    self._command_byte(byte)
            at = until

    def picture(self) -> Image.Image:
        if not self.on:
            return Image.new("1", (128, 64))
        image = Image.new("1", (128, 64), self.all_lit)
        if not self.all_lit:
            pixels = image.load()
            assert pixels is not None
            for y in range(64):
                source = (y + self.start_line) % 64
                offset = (source // 8) * self.MEMORY_COLUMNS + self.FIRST_COLUMN
                bit = 1 << source % 8
                for x in range(128):
                    pixels[x, y] = 255 if self.memory[offset + x] & bit else 0
        if self.inverse:
            image = image.point(lambda lit: 255 - lit)
        # A module is mounted so that SEG remap and reversed COM scan (A1, C8) show the memory upright.
        if self.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        if self.upside_down:
            image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        return image

    def _command_byte(self, byte: int) -> None:
        self._pending.append(byte)
        command, arguments = self._pending[0], self._pending[1:]
        if len(arguments) == self.ARGUMENTS.get(command, 0):
            self._pending = []
            self._perform(command, arguments)

    def _perform(self, command: int, arguments: list[int]) -> None:
        match command:
            case _ if command <= 0x0F:
                self.column = self.column & 0xF0 | command
            case _ if command <= 0x1F:
                self.column = self.column & 0x0F | (command & 0x0F) << 4
            case _ if 0x40 <= command <= 0x7F:
                self.start_line = command & 0x3F
            case 0x81:
                self.contrast = arguments[0]
            case 0xA0 | 0xA1:
                self.mirrored = command == 0xA0
            case 0xA4 | 0xA5:
                self.all_lit = command == 0xA5
            case 0xA6 | 0xA7:
                self.inverse = command == 0xA7
            case 0xAE | 0xAF:
                self.on = command == 0xAF
            case _ if 0xB0 <= command <= 0xB7:
                self.page = command & 0x07
            case _ if 0xC0 <= command <= 0xCF:
                self.upside_down = command < 0xC8
            case _:
                pass  # clocks, voltages and timing: nothing that is seen

    @abstractmethod
    def _store(self, byte: int) -> None:
        """Write `byte` where the address counter stands, and move it on as the chip does."""


class Ssd1306(_Upright):
    """SSD1306, and SSD1309, which has the same commands and memory: 128 columns by 8 pages, three addressing modes."""

    ARGUMENTS = {  # noqa: RUF012  # a table, never written
        **_Upright.ARGUMENTS, 0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x8D: 1, 0xA3: 2, 0xFD: 1,
    }  # fmt: skip

    def power_on(self, memory: bytes) -> None:
        super().power_on(memory)
        self.mode = 2  # page addressing after reset (10.1.3)
        self.columns = (0, 127)
        self.pages = (0, 7)

    def _perform(self, command: int, arguments: list[int]) -> None:
        match command:
            case 0x20:
                self.mode = arguments[0] & 0x03
            case 0x21:
                self.columns = (arguments[0] & 0x7F, arguments[1] & 0x7F)
                self.column = self.columns[0]
            case 0x22:
                self.pages = (arguments[0] & 0x07, arguments[1] & 0x07)
                self.page = self.pages[0]
            case _:
                super()._perform(command, arguments)

    def _store(self, byte: int) -> None:
        self.page, self.column = self.page & 0x07, self.column & 0x7F  # as many address lines as there are
        self.memory[self.page * 128 + self.column] = byte
        if self.mode == 1:  # vertical: down the pages, then the next column
            self.page, wrapped = _next(self.page, self.pages)
            if wrapped:
                self.column, _ = _next(self.column, self.columns)
            return
        window = self.columns if self.mode == 0 else (0, 127)
        self.column, wrapped = _next(self.column, window)
        if wrapped and self.mode == 0:
            self.page, _ = _next(self.page, self.pages)


class Sh1106(_Upright):
    """SH1106: 132 columns by 8 pages, page addressing only; a module's 128 columns begin at the third."""

    MEMORY_COLUMNS = 132
    FIRST_COLUMN = 2
    ARGUMENTS = {**_Upright.ARGUMENTS, 0xAD: 1}  # noqa: RUF012  # a table, never written

    def _store(self, byte: int) -> None:
        if self.column < self.MEMORY_COLUMNS:
            self.memory[self.page * self.MEMORY_COLUMNS + self.column] = byte
            self.column += 1


class Ssd1322:
    """SSD1322: 480 by 128 grey pixels, four in a column address of two bytes; the glass is the middle 256 by 64.

    On SPI the D/C line takes the place of the control byte; arguments come as data.
    """

    COLUMNS = 120
    FIRST_COLUMN = 28

    def __init__(self) -> None:
        self.power_on(b"")

    def power_on(self, memory: bytes) -> None:
        self.memory = _filled(memory, self.COLUMNS * 2 * 128)
        self.on = False
        self.contrast = 0x7F
        self.shown = 0xA6
        self.start_line = 0
        self.columns, self.rows = (0, self.COLUMNS - 1), (0, 127)
        self.column = self.row = self._half = 0
        self._command = 0x00
        self._arguments: list[int] = []

    def receive(self, transfer: bytes) -> None:
        for byte in transfer[1:]:
            if transfer[0] & 0x40:
                self._take(byte)
            else:
                self._begin(byte)

    def picture(self) -> Image.Image:
        image = Image.new("1", (256, 64))
        pixels = image.load()
        assert pixels is not None
        for y in range(64 if self.on and self.shown != 0xA4 else 0):
            offset = ((y + self.start_line) % 128 * self.COLUMNS + self.FIRST_COLUMN) * 2
            for x in range(256):
                grey = self.memory[offset + x // 2] >> (0 if x % 2 else 4) & 0x0F
                lit = self.shown == 0xA5 or (grey == 0 if self.shown == 0xA7 else grey > 0)
                pixels[x, y] = 255 if lit else 0
        return image

    def _begin(self, command: int) -> None:
        self._command, self._arguments = command, []
        if command in (0xAE, 0xAF):
            self.on = command == 0xAF
        elif 0xA4 <= command <= 0xA7:
            self.shown = command

    def _take(self, byte: int) -> None:
        if self._command == 0x5C:
            self._store(byte)
            return
        self._arguments.append(byte)
        match self._command, self._arguments:
            case 0x15, [first, last]:
                self.columns = (first, last)
                self.column, self._half = first, 0
            case 0x75, [first, last]:
                self.rows = (first, last)
                self.row = first
            case 0xA1, [line]:
                self.start_line = line
            case 0xC1, [level]:
                self.contrast = level
            case _:
                pass  # clocks, voltages and timing: nothing that is seen

    def _store(self, byte: int) -> None:
        self.memory[(self.row * self.COLUMNS + self.column) * 2 + self._half] = byte
        self._half ^= 1
        if not self._half:
            self.column, wrapped = _next(self.column, self.columns)
            if wrapped:
                self.row, _ = _next(self.row, self.rows)


def _next(at: int, window: tuple[int, int]) -> tuple[int, bool]:
    """The place after `at` in a window, and whether that is its beginning again."""
    return (window[0], True) if at == window[1] else (at + 1, False)
