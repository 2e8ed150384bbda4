"""Where pins come from: a real Pi's through gpiozero over lgpio, or gpiozero's mock pins for a virtual unit."""

import os
import tempfile
from pathlib import Path

import gpiozero
from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.errors import UnitFault


def real_pins() -> Factory:
    """The pin factory of this machine; GPIOZERO_PIN_FACTORY chooses another. Raises UnitFault with the remedy."""
    # lgpio makes a FIFO in its working directory when it is imported; where that is not writable, it fails.
    os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY") or tempfile.mkdtemp(prefix="belbord-lgpio-"))
    try:
        if os.environ.get("GPIOZERO_PIN_FACTORY"):
            gpiozero.Device.ensure_pin_factory()
            return gpiozero.Device.pin_factory
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    except ImportError as error:
        raise UnitFault(f"pins: {error}; on a Pi, install belbord[pi]; elsewhere use --virtual PORT") from error
    except (gpiozero.GPIOZeroError, OSError, RuntimeError) as error:
        where = "" if Path("/dev/gpiochip0").exists() else ": there is no /dev/gpiochip0"
        raise UnitFault(f"pins: {error or type(error).__name__}{where}; without a Pi use --virtual PORT") from error


def mock_pins() -> MockFactory:
    """Pins that exist only in this process; each can be a PWM pin."""
    return MockFactory(pin_class=MockPWMPin)
