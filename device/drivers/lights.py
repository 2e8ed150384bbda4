"""The sign, through gpiozero: a lamp or relay is on or off, a PWM lamp is dimmed, an RGB lamp has colours.

The core asks for every step of a fade: no thread blinks anything, and gpiozero's `blink` and `pulse` are not used.
"""

from types import TracebackType
from typing import Self

import gpiozero
from gpiozero.pins import Factory

from broker.messages import SignState
from device.core.rules import GAMMA, SignKind
from device.errors import UnitFault
from device.profile import Colour, Pins, SignColours


class SignLamp:
    """The sign on BCM line `pin`; dark when opened and when left. Use as a context manager; raises UnitFault."""

    def __init__(
        self,
        pin: int,
        kind: SignKind = "lamp",
        *,
        active_high: bool = True,
        factory: Factory | None = None,
    ) -> None:
        self._pin = pin
        self._kind = kind
        self._active_high = active_high
        self._factory = factory
        self._lamp: gpiozero.OutputDevice | None = None

    def __enter__(self) -> Self:
        make = gpiozero.PWMOutputDevice if self._kind == "pwm" else gpiozero.DigitalOutputDevice
        try:
            self._lamp = make(self._pin, active_high=self._active_high, initial_value=False, pin_factory=self._factory)
        except (gpiozero.GPIOZeroError, OSError, RuntimeError) as error:
            raise UnitFault(f"sign: line GPIO{self._pin} cannot be driven: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lamp is not None:
            self._lamp.off()
            self._lamp.close()

    def set(self, state: SignState, *, glowing: float) -> None:
        """Make the lamp so bright, 0-1."""
        del state  # brightness says it all
        assert self._lamp is not None, "a lamp is used inside its with block"
        self._lamp.value = glowing**GAMMA if self._kind == "pwm" else float(glowing > 0)


class ColourSign:
    """The sign as an RGB lamp on three lines; off when opened and when left. A context manager; raises UnitFault."""

    def __init__(self, pins: Pins, colours: SignColours, factory: Factory | None = None) -> None:
        self._pins = pins
        self._colours = colours
        self._factory = factory
        self._lamp: gpiozero.RGBLED | None = None

    def __enter__(self) -> Self:
        pins = self._pins
        lines = (pins.sign, pins.sign_green, pins.sign_blue)
        try:
            self._lamp = gpiozero.RGBLED(*lines, active_high=pins.sign_active_high, pin_factory=self._factory)
        except (gpiozero.GPIOZeroError, OSError, RuntimeError) as error:
            raise UnitFault(f"sign: lines GPIO{lines} cannot be driven: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lamp is not None:
            self._lamp.off()
            self._lamp.close()

    def set(self, state: SignState, *, glowing: float) -> None:
        """Show the state's colour: from dark's to lit's as far as it glows; `unsure` pulses in its own."""
        assert self._lamp is not None, "a lamp is used inside its with block"
        if state == "unsure":
            shown = _mixed((0, 0, 0), self._colours.unsure, glowing)
        else:
            shown = _mixed(self._colours.dark, self._colours.lit, glowing)
        self._lamp.value = shown


def sign_of(pins: Pins, colours: SignColours, factory: Factory | None = None) -> SignLamp | ColourSign:
    """The sign that a board file describes, not yet opened."""
    if pins.sign_kind == "rgb":
        return ColourSign(pins, colours, factory)
    return SignLamp(pins.sign, pins.sign_kind, active_high=pins.sign_active_high, factory=factory)


def _mixed(one: Colour, other: Colour, share: float) -> tuple[float, ...]:
    """Channels 0-1, from `one` at share 0 to `other` at 1."""
    return tuple(((a + (b - a) * share) / 255) ** GAMMA for a, b in zip(one, other, strict=True))
