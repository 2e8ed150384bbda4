"""The GPIO chip behind the Pi's 40-pin header, as the kernel gives it through libgpiod."""

import errno
from collections.abc import Iterable
from pathlib import Path

import gpiod

from device.errors import UnitFault

HEADERS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
"""The chip behind the 40-pin header of a Pi up to 3, a Pi 4 and a Pi 5: its number differs between kernels, its label
does not. On a Pi 5 the header hangs on the RP1 and not on the BCM2712 itself."""
CONSUMER = "belbord-desk"
DEVICES = Path("/dev")


class LineTaken(OSError):  # noqa: N818  # says what happened
    """A line is another's; the text names who has it, and the remedy."""


def header_chip(devices: Path = DEVICES) -> gpiod.Chip:
    """The chip behind the 40-pin header, opened. Raises UnitFault."""
    return _header(sorted(devices.glob("gpiochip*")))


def request_line(chip: gpiod.Chip, number: int, settings: gpiod.LineSettings) -> gpiod.LineRequest:
    """Line `number`, BCM, for this process alone. Raises LineTaken, OSError."""
    try:
        return chip.request_lines({number: settings}, consumer=CONSUMER)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        holder = chip.get_line_info(number).consumer or "the kernel"
        raise LineTaken(
            f"it is in use by {holder!r}; end that (`gpioinfo` shows all), or take another line in the board file"
        ) from None


def _header(devices: Iterable[Path]) -> gpiod.Chip:
    seen: list[str] = []
    closed: list[str] = []
    for device in devices:
        try:
            chip = gpiod.Chip(str(device))
        except PermissionError:
            closed.append(str(device))
        except OSError as error:
            seen.append(f"{device} ({error.strerror})")
        else:
            label = chip.get_info().label
            if label in HEADERS:
                return chip
            chip.close()
            seen.append(f"{device} ({label})")
    if closed:
        raise UnitFault(f"pins: no permission to open {', '.join(closed)}; add this user to the group gpio")
    found = f"only {', '.join(seen)}" if seen else "no /dev/gpiochip*"
    raise UnitFault(f"pins: no Pi header: there is {found}; without a Pi use --virtual PORT")
