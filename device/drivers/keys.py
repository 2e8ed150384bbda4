"""The button's contact, through gpiozero: each edge with its time goes in the inbox, and nothing is decided here.

The time is the edge's own, as the pins tell it, and not that of the moment at which this process got round to it.

`DigitalInputDevice`, not `Button`: that one polls in a thread for holding. Nor is its bounce time used: the mock pins
ignore it, and `core/gestures` does better.
"""

import time
from types import TracebackType
from typing import Self

import gpiozero
from gpiozero.pins import Factory

from device.clock import boottime
from device.core.events import Edge
from device.errors import UnitFault
from device.ports import Inbox


class ButtonKey:
    """A push button between BCM line `pin` and ground. Use as a context manager; raises UnitFault."""

    def __init__(self, pin: int, inbox: Inbox, factory: Factory | None = None) -> None:
        self._pin = pin
        self._inbox = inbox
        self._factory = factory
        self._contact: gpiozero.DigitalInputDevice | None = None

    def __enter__(self) -> Self:
        try:
            contact = gpiozero.DigitalInputDevice(self._pin, pull_up=True, pin_factory=self._factory)
        except (gpiozero.GPIOZeroError, OSError, RuntimeError) as error:
            raise UnitFault(f"button: line GPIO{self._pin} cannot be read: {error}") from error
        self._contact = contact
        contact.when_activated = self._closed
        contact.when_deactivated = self._opened
        if contact.is_active:
            self._closed(contact)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._contact is not None:
            self._contact.close()

    # How long ago it was comes from the pins: from the kernel's, by the time that the kernel gave the edge.
    def _closed(self, contact: gpiozero.DigitalInputDevice) -> None:
        self._put(down=True, age_s=contact.active_time or 0.0)

    def _opened(self, contact: gpiozero.DigitalInputDevice) -> None:
        self._put(down=False, age_s=contact.inactive_time or 0.0)

    def _put(self, *, down: bool, age_s: float) -> None:
        self._inbox.put(Edge(boottime() - age_s, down, time.time() - age_s))
