"""Panels that exist only in memory: chips modelled at the byte level of their bus, behind luma's serial interface.

The virtual unit shows them and the tests read them; `device.panel` drives them exactly as it drives real ones.
Faults are part of the model: unplugged, plugged in again with whatever its memory woke up with, or hanging.
"""

import errno
import threading
from collections.abc import Callable
from typing import Any

from PIL import Image

from device.drivers.modelled_chips import ModelledChip, chip_model
from device.panel import DISPLAY_OFF, PanelDevice, Serial
from device.profile import Panel


class ModelledBus:
    """luma's serial interface with one modelled chip at its end. `bytes_sent` counts all that crosses the wire."""

    def __init__(self, chip: ModelledChip) -> None:
        self.chip = chip
        self.bytes_sent = 0
        self.changed: Callable[[], None] = _nobody
        self._plugged = True
        self._free = threading.Event()
        self._free.set()
        self.held = threading.Event()  # a transfer has begun that does not end

    def command(self, *command: int) -> None:
        """One transfer of commands; raises OSError when nothing answers."""
        self._transfer(0x00, bytes(command))

    def data(self, content: Any) -> None:
        """One transfer of picture bytes; raises OSError when nothing answers."""
        self._transfer(0x40, bytes(content))

    def status(self) -> int:
        """The chip's status byte, of which only "display off" is modelled; raises OSError when nothing answers."""
        self._await_answer()
        self.bytes_sent += 2
        return 0 if self.chip.on else DISPLAY_OFF

    def cleanup(self) -> None:
        """Nothing to let go of."""

    def unplug(self) -> None:
        """From now on nobody answers."""
        self._plugged = False
        self._free.set()

    def replug(self, memory: bytes = b"") -> None:
        """The chip answers again: fresh from power-on, its RAM holding `memory` over and over (nothing: zeros)."""
        self.chip.power_on(memory)
        self._plugged = True

    def hang(self) -> None:
        """From now on a transfer does not end, until `unplug` or `let_go`."""
        self.held.clear()
        self._free.clear()

    def let_go(self) -> None:
        """Transfers end again."""
        self._free.set()

    def _transfer(self, control: int, content: bytes) -> None:
        self._await_answer()
        # I2C: the address byte and the control byte go before the content.
        self.bytes_sent += 2 + len(content)
        self.chip.receive(bytes((control,)) + content)
        self.changed()

    def _await_answer(self) -> None:
        if not self._free.is_set():
            self.held.set()
            self._free.wait()
        if not self._plugged:
            raise OSError(errno.EREMOTEIO, "no answer from the panel")


class ModelledPanel:
    """The panel of a board file, in memory.

    `changed` is called, in the screen's thread, after each transfer: set it to hear of a new picture.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.bus = ModelledBus(chip_model(panel.chip))

    def make_device(self, panel: Panel) -> PanelDevice:
        """What `ScreenDriver` asks for."""
        return PanelDevice(panel, self._open)

    def picture(self) -> Image.Image:
        """What the glass shows now, mode "1"; black while the display is off."""
        return self.bus.chip.picture()

    @property
    def contrast(self) -> int:
        """Brightness 0-255 as the chip was last told."""
        return self.bus.chip.contrast

    @property
    def on(self) -> bool:
        """Whether the display is on."""
        return self.bus.chip.on

    @property
    def changed(self) -> Callable[[], None]:
        return self.bus.changed

    @changed.setter
    def changed(self, hook: Callable[[], None]) -> None:
        self.bus.changed = hook

    def _open(self, panel: Panel) -> Serial:
        del panel
        return self.bus


def _nobody() -> None:
    pass
