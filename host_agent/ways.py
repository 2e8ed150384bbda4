"""The ways to a unit: the broker, and a cable where there is one."""

from typing import Protocol

from broker.topics import Row
from host_agent.bus import Bus
from host_agent.serial_gateway import SerialGateway


class Sender(Protocol):
    """Hands a message on in this very turn of the loop; False when nobody could be given it."""

    @property
    def is_up(self) -> bool: ...
    def send(self, row: Row, topic: str, payload: bytes) -> bool: ...


class EveryWay:
    """Sends over each way that is up: a unit shows the freshest, and a receipt twice is one receipt."""

    def __init__(self, bus: Bus, gateway: SerialGateway) -> None:
        self._bus = bus
        self._gateway = gateway

    @property
    def is_up(self) -> bool:
        """Whether there is any way at all."""
        return self._bus.is_up or self._gateway.is_up

    def send(self, row: Row, topic: str, payload: bytes) -> bool:
        """Send over each way; True when one took it."""
        by_cable = self._gateway.send(row, topic, payload)
        return self._bus.send(row, topic, payload) or by_cable
