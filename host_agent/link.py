"""What the units say to the host, over the bus or a cable: hellos are answered at once, notes receipted once they are
committed.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence

from broker import topics
from broker.codec import RefusedPayload, decode, encode
from broker.messages import Hello, Note, Receipt, ShowMessage
from broker.names import UnitName
from host_agent.boards import Boards
from host_agent.bus import Bus, TakeIn
from host_agent.config import Config, Mqtt, Unit
from host_agent.core.allowance import Allowance, spend
from host_agent.core.intake import Arrival
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.live import LiveOffice
from host_agent.serial_gateway import SerialGateway
from host_agent.ways import EveryWay
from host_agent.words import translations

log = logging.getLogger(__name__)

REFRESH_S = 30.0
"""Half of the time after which the broker forgets queue counts."""
MOST_WAITING_NOTES = 2_000
BATCH = 100
MOST_REASONS = 500
OTHER_REASONS = "for yet other reasons"

MakeBus = Callable[[Mqtt, Sequence[tuple[str, int]], TakeIn, Callable[[], None]], Bus]


class Link:
    """Hears every unit, over the bus and over cables. `refused` counts by reason what was not taken in."""

    def __init__(self, config: Config, live: LiveOffice, inbox: Inbox, make_bus: MakeBus = Bus) -> None:
        self._root = config.mqtt.root
        self._language = config.language
        self._units = {unit.name: unit for unit in config.units}
        self._live = live
        self._inbox = inbox
        self._arrivals: deque[Arrival] = deque()
        self._arrived = asyncio.Event()
        self._allowances: dict[str, Allowance] = {}
        self.refused: Counter[str] = Counter()
        filters = [(topics.topic_filter(self._root, row), row.qos) for row in (topics.HELLO, topics.NOTE)]
        self.bus = make_bus(config.mqtt, filters, self._take_in, self._came_up)
        self.gateway = SerialGateway(config.serial, self._root, self._take_from_cable, self._refuse)
        self._out = EveryWay(self.bus, self.gateway)
        self.boards = Boards(config, live, inbox, self._out)

    async def run(self) -> None:
        """Stay connected and do all that follows from it, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.bus.run(), name="broker")
            tasks.create_task(self.gateway.run(), name="cables")
            tasks.create_task(self._keep_notes(), name="note intake")
            tasks.create_task(self._follow_inbox(), name="inbox counts")
            tasks.create_task(self._refresh(), name="refresh")

    def tell_desk(self, unit: str | None, count: int) -> None:
        """Show on one desk (None: on all) that nobody was asked about `count` notes; no caller is named."""
        words = translations("nl" if self._language == "auto" else self._language)
        text = words.ngettext("%(num)d notitie: wie belt terug?", "%(num)d notities: wie belt terug?", count)
        message = encode(ShowMessage(text=text % {"num": count}))
        for name in self._units if unit is None else [UnitName(unit)]:
            self._out.send(topics.COMMAND, topics.unit_topic(self._root, topics.COMMAND, name), message)

    def _came_up(self) -> None:
        self.boards.refresh()
        # A unit whose own connection held does not ask at once.
        self.boards.office_changed()

    def _take_from_cable(self, topic: str, payload: bytes) -> None:
        self._take_in(topic, payload, retained=False, by_cable=True)

    def _take_in(self, topic: str, payload: bytes, retained: bool, by_cable: bool = False) -> None:
        place = topics.parse(self._root, topic)
        if place is None:
            self._refuse("a topic that is not ours")
            return
        row, name = place
        unit = UnitName(name)
        allowance, may = spend(self._allowances.get(unit, Allowance()), self._live.clock())
        self._allowances[unit] = allowance
        if not may:
            self._refuse(f"unit {unit} says too much")
            return
        if retained:
            # Whoever retained it, it is not news: a unit's own messages never are (DESIGN 1.5).
            self._refuse(f"unit {unit}: a retained {row.key}")
            return
        try:
            message = decode(row, payload)
        except RefusedPayload as fault:
            self._refuse(f"unit {unit}: {fault}")
            return
        match message:
            case Hello():
                # A last will tells of the network alone while the cable holds.
                if message.online or by_cable or not self.gateway.reaches(unit):
                    self._answer(unit, message)
            case Note():
                self._arrive(Arrival(unit, message, self._inbox.clock()))

    def _answer(self, name: UnitName, hello: Hello) -> None:
        if not self._live.heard(name, hello):
            self._refuse("more unknown units than are remembered")
        elif hello.online:
            # A unit that host.toml does not name is answered too: it then says itself that nothing is set for it.
            self.boards.answer(self._units.get(name) or Unit(name, name, None, ()))

    def _arrive(self, arrival: Arrival) -> None:
        if len(self._arrivals) >= MOST_WAITING_NOTES:
            self._refuse("more notes at once than fit; their units send them again")
            return
        self._arrivals.append(arrival)
        self._arrived.set()

    async def _keep_notes(self) -> None:
        """Commit what has arrived, many notes at a time when many came, and only then receipt them."""
        while True:
            await self._arrived.wait()
            batch = [self._arrivals.popleft() for _ in range(min(BATCH, len(self._arrivals)))]
            if not self._arrivals:
                self._arrived.clear()
            if not await self._kept(batch) and len(batch) > 1:
                # One note that cannot be kept must not hold up the others (J6).
                for arrival in batch:
                    await self._kept([arrival])

    async def _kept(self, batch: Sequence[Arrival]) -> bool:
        try:
            kept = await self._inbox.take_in(batch)
        except StoreFault as fault:
            self._refuse(f"notes not kept, their units keep them: {fault}")
            return False
        except Exception:
            # Not even the trace: its values hold a caller.
            self._refuse(f"a note of unit {batch[0].unit} that the store cannot take")
            return False
        for each in kept:
            topic = topics.unit_topic(self._root, topics.RECEIPT, UnitName(each.unit))
            self._out.send(topics.RECEIPT, topic, encode(Receipt(id=each.id, rev=each.rev)))
        return True

    async def _follow_inbox(self) -> None:
        seen = 0
        while True:
            seen = await self._inbox.changes.after(seen)
            self.boards.inbox_changed()

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            self.boards.refresh()

    def _refuse(self, reason: str) -> None:
        if reason not in self.refused:
            if len(self.refused) >= MOST_REASONS:
                self.refused[OTHER_REASONS] += 1
                return
            log.warning("refused: %s (told once)", reason)
        self.refused[reason] += 1
