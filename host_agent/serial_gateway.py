"""The host's ends of the cables. The gateway speaks for the unit at each: what comes in is taken in as from MQTT, and
what is told to that unit goes down its cable too.

Each cable has a thread (broker/serial_line.py). It hands over through a bounded queue: a cable gone wild fills that,
and then loses its own messages.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from broker import topics
from broker.frames import Speaker
from broker.names import UnitName
from broker.serial_line import SerialLine
from host_agent.config_serial import SerialCable

MOST_WAITING = 200
"""Messages that a cable may have handed over while the loop was busy."""

_CARRIED = (topics.BOARD, topics.RECEIPT, topics.COMMAND)
"""What a unit needs without a network; certificates are the network's own."""

TakeIn = Callable[[str, bytes], None]
"""(topic, payload); the topic is the unit's own."""


class SerialGateway:
    """All cables. `take_in` and `refuse` are called from the event loop; neither may block or raise."""

    def __init__(
        self, cables: Sequence[SerialCable], root: str, take_in: TakeIn, refuse: Callable[[str], None]
    ) -> None:
        self._root = root
        self._ends = {cable.unit: _End(cable, root, take_in, refuse) for cable in cables}

    async def run(self) -> None:
        """Keep every cable open until cancelled."""
        loop = asyncio.get_running_loop()
        with ExitStack() as lines:
            for end in self._ends.values():
                end.loop = loop
                lines.enter_context(end.line)
            await loop.create_future()

    @property
    def is_up(self) -> bool:
        """Whether any unit is reached by its cable."""
        return any(end.line.is_up for end in self._ends.values())

    def reaches(self, unit: str) -> bool:
        """Whether this unit's cable is up."""
        end = self._ends.get(UnitName(unit))
        return end is not None and end.line.is_up

    def send(self, row: topics.Row, topic: str, payload: bytes) -> bool:
        """Send it down the cable of the unit that it is for; False when that has none, or it is not up."""
        place = topics.parse(self._root, topic)
        if place is None or row not in _CARRIED or not self.reaches(place[1]):
            return False
        return self._ends[UnitName(place[1])].line.say(row, topic, payload)


class _End:
    """One cable's end; what the line calls comes from its thread."""

    def __init__(self, cable: SerialCable, root: str, take_in: TakeIn, refuse: Callable[[str], None]) -> None:
        self._unit = cable.unit
        self._root = root
        self._take_in = take_in
        self._refuse = refuse
        self._brought: deque[tuple[str, bytes]] = deque()
        self._refusals: deque[str] = deque(maxlen=MOST_WAITING)
        self._is_called = False
        self.loop: asyncio.AbstractEventLoop | None = None
        self.line = SerialLine(cable.port, Speaker.HOST, cable.unit, self)

    def came_up(self) -> None:
        """The unit says hello itself."""

    def went_down(self) -> None:
        """Its hellos stay away, which is seen where hellos are counted."""

    def heard(self, topic: str, payload: bytes) -> None:
        """A message: a unit may speak on its own topics, and on no other's."""
        if topics.own_row(self._root, topic, self._unit, topics.Direction.UNIT_TO_HOST) is None:
            self.refused("a topic that is not its own: has it the same root?")
        elif len(self._brought) >= MOST_WAITING:
            self.refused("more than can be taken in")
        else:
            self._brought.append((topic, payload))
            self._call()

    def refused(self, reason: str) -> None:
        """Count it, in the loop."""
        self._refusals.append(f"unit {self._unit}, cable: {reason}")
        self._call()

    def _call(self) -> None:
        loop = self.loop
        if not self._is_called and loop is not None and not loop.is_closed():
            self._is_called = True
            loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        """In the loop. What the thread adds meanwhile calls again, or is taken along."""
        self._is_called = False
        for _ in range(len(self._refusals)):
            self._refuse(self._refusals.popleft())
        for _ in range(len(self._brought)):
            self._take_in(*self._brought.popleft())
