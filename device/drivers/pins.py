"""Where pins come from: a real Pi's from the kernel, or gpiozero's mock pins for a virtual unit."""

import os
import tempfile
from collections.abc import Callable
from functools import cache

import gpiozero
from gpiozero.pins import Factory
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.errors import UnitFault


def real_pins() -> Factory:
    """The pins of this machine; GPIOZERO_PIN_FACTORY chooses another factory. Raises UnitFault with the remedy."""
    try:
        if _chosen():
            gpiozero.Device.ensure_pin_factory()
            return gpiozero.Device.pin_factory
        from device.drivers.kernel_pins import KernelFactory

        return KernelFactory()
    except ImportError as error:
        raise UnitFault(f"pins: {error}; on a Pi, install belbord[pi]; elsewhere use --virtual PORT") from error
    except (gpiozero.GPIOZeroError, OSError) as error:
        raise UnitFault(f"pins: {error or type(error).__name__}; without a Pi use --virtual PORT") from error


def able_to_pulse(factory: Factory) -> Factory:
    """Pins that can be dimmed or sound, beside those of `factory`. Raises UnitFault with the remedy.

    The kernel's lines are on or off. Pulses on any line come from lgpio, whose threads wake the processor some 1700
    times a second from then on: a unit with a plain lamp or a relay and no buzzer never loads it.
    """
    return factory if isinstance(factory, MockFactory) or _chosen() else _lgpio_pins()


class MockPins(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Pins that exist only in this process; each can be a PWM pin.

    `changed` is called with a pin after its level or frequency changed, in the thread that did it: set it to hear of
    outputs too, of which gpiozero's own tell nobody.
    """

    def __init__(self) -> None:
        super().__init__(pin_class=_TellingPin)
        self.changed: Callable[[MockPWMPin], None] = _nobody


class _TellingPin(MockPWMPin):  # type: ignore[misc]
    def _change_state(self, value: float) -> bool:
        changed = bool(super()._change_state(value))
        if changed:
            self.factory.changed(self)
        return changed

    def _set_frequency(self, value: float | None) -> None:
        super()._set_frequency(value)
        self.factory.changed(self)


def mock_pins() -> MockPins:
    """The pins of a virtual unit."""
    return MockPins()


def _nobody(pin: MockPWMPin) -> None:
    del pin


def _chosen() -> bool:
    return bool(os.environ.get("GPIOZERO_PIN_FACTORY"))


@cache
def _lgpio_pins() -> Factory:
    # lgpio makes a FIFO in its working directory when it is imported; where that is not writable, it fails.
    os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY") or tempfile.mkdtemp(prefix="belbord-lgpio-"))
    try:
        from gpiozero.pins.lgpio import LGPIOFactory

        return LGPIOFactory()
    except ImportError as error:
        raise UnitFault(f"pins: {error}; a sign that fades, an RGB sign and a buzzer need belbord[pwm]") from error
    except (gpiozero.GPIOZeroError, OSError, RuntimeError) as error:
        raise UnitFault(f"pins: lgpio: {error or type(error).__name__}") from error
