"""The button's contact, through gpiozero: each edge with its time goes in the inbox, and nothing is decided here.

`DigitalInputDevice`, not `Button`: that one polls in a thread for holding. Nor is its bounce time used: the mock pins
ignore it, and `core/gestures` does better.
"""

import time
from collections.abc import Callable
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
        contact.when_activated = self._edge(down=True)
        contact.when_deactivated = self._edge(down=False)
        self._contact = contact
        if contact.is_active:
            self._edge(down=True)()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._contact is not None:
            self._contact.close()

    def _edge(self, *, down: bool) -> Callable[[], None]:
        return lambda: self._inbox.put(Edge(boottime(), down, time.time()))
