"""The sign's lamp, through gpiozero: a lamp or relay is on or off, a PWM lamp winks softly. No thread blinks it."""

from types import TracebackType
from typing import Literal, Self

import gpiozero
from gpiozero.pins import Factory

from broker.messages import SignState
from device.errors import UnitFault

SOFT = 0.3
"""The wink of an unsure sign on a PWM lamp: clearly not the full light of a busy one."""


class SignLamp:
    """The sign on BCM line `pin`; dark when opened and when left. Use as a context manager; raises UnitFault."""

    def __init__(
        self,
        pin: int,
        kind: Literal["lamp", "pwm", "relay"] = "lamp",
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

    def set(self, state: SignState, *, glowing: bool) -> None:
        """Make the lamp glow or not. A relay does not wink: it would click all day."""
        assert self._lamp is not None, "a lamp is used inside its with block"
        if state == "unsure" and self._kind == "relay":
            glowing = False
        level = 0.0 if not glowing else SOFT if state == "unsure" and self._kind == "pwm" else 1.0
        self._lamp.value = level
