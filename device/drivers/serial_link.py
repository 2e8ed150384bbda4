"""The link to the host over a cable: what `link.py` does over MQTT, on a serial port.

The same topics and payloads, judged by the same codec; what the broker's ACL refuses is refused here. That a note was
sent is not told: on a cable nobody answers for it but the host itself, and its receipt comes as soon.
"""

import logging
from types import TracebackType
from typing import Self

from broker import codec, topics
from broker.frames import Speaker
from broker.messages import Hello, Note
from broker.names import UnitName
from broker.serial_line import SerialLine
from device.access import Cable
from device.clock import boottime
from device.core.events import LinkDown, LinkUp
from device.drivers.taking_in import HEARD, TakingIn
from device.ports import Inbox

log = logging.getLogger(__name__)


class SerialLink:
    """The unit's end of the cable. Use as a context manager; it reports into `inbox`."""

    def __init__(self, cable: Cable, unit: UnitName, inbox: Inbox) -> None:
        self._root = cable.root
        self._unit = unit
        self._inbox = inbox
        self._taking_in = TakingIn("cable", inbox)
        self._line = SerialLine(cable.port, Speaker.UNIT, unit, self)

    def __enter__(self) -> Self:
        self._line.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.say_hello(Hello(online=False))
        self._line.__exit__(kind, error, trace)

    @property
    def refusals(self) -> dict[str, int]:
        """How often something was refused, by reason."""
        return self._taking_in.refusals

    def say_hello(self, hello: Hello) -> None:
        """Send `hello` when the cable is up, else drop it."""
        self._say(topics.HELLO, hello)

    def send_note(self, note: Note) -> None:
        """Send `note` when the cable is up, else drop it; a newer sending of it takes its place in the line."""
        self._say(topics.NOTE, note, note.id)

    def _say(self, row: topics.Row, message: Hello | Note, key: str | None = None) -> None:
        if self._line.is_up:
            self._line.say(row, topics.unit_topic(self._root, row, self._unit), codec.encode(message), key)

    def came_up(self) -> None:
        """For the line."""
        self._inbox.put(LinkUp(boottime(), "serial"))

    def went_down(self) -> None:
        """For the line."""
        self._inbox.put(LinkDown(boottime(), "serial"))

    def heard(self, topic: str, payload: bytes) -> None:
        """For the line: decode what is ours to hear, and refuse the rest."""
        row = topics.own_row(self._root, topic, self._unit, topics.Direction.HOST_TO_UNIT)
        if row is None or row not in HEARD:
            self.refused("a topic that is not ours to hear: has the host the same root?")
        else:
            self._taking_in.take(row, payload)

    def refused(self, reason: str) -> None:
        """For the line: count it."""
        self._taking_in.refuse(reason)
