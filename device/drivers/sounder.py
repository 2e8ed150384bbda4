"""The buzzer, through gpiozero: a passive piezo fed with a square wave. The core ends each note; no thread does."""

from types import TracebackType
from typing import Self

import gpiozero
from gpiozero.pins import Factory

from device.errors import UnitFault

LOUDEST = 0.5
"""Duty cycle of full volume: a square wave with as much high as low is the loudest there is."""


class Sounder:
    """A passive buzzer on BCM line `pin`; silent when opened and when left. A context manager; raises UnitFault."""

    def __init__(self, pin: int, factory: Factory | None = None) -> None:
        self._pin = pin
        self._factory = factory
        self._line: gpiozero.PWMOutputDevice | None = None

    def __enter__(self) -> Self:
        try:
            self._line = gpiozero.PWMOutputDevice(self._pin, pin_factory=self._factory)
            self._line.frequency = None  # no pulses while it is silent
        except (gpiozero.GPIOZeroError, OSError, RuntimeError) as error:
            raise UnitFault(f"buzzer: line GPIO{self._pin} cannot be driven: {error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self.beep(0, 0.0)
            self._line.close()

    def beep(self, hertz: int, volume: float) -> None:
        """Sound at `hertz` from now on, `volume` 0-1 by the duty cycle; 0 Hz: be silent, with the line low."""
        assert self._line is not None, "a buzzer is used inside its with block"
        if hertz and volume:
            self._line.frequency = hertz
            self._line.value = LOUDEST * volume
        else:
            self._line.frequency = None
            self._line.pin.state = 0
