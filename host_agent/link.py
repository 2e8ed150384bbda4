"""What the units say to the host, over the bus or a cable: hellos are answered at once, notes receipted once they are
committed.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from broker import topics
from broker.codec import RefusedPayload, decode, encode
from broker.messages import Certificate, Command, Hello, Note, Receipt, Renewal, ShowMessage
from broker.names import UnitName
from host_agent.boards import Boards
from host_agent.bus import Bus, TakeIn
from host_agent.config import Config, Mqtt, Unit
from host_agent.core.allowance import SHUT_OUT_S, Allowance, floods, spend
from host_agent.core.intake import Arrival
from host_agent.errors import StoreFault
from host_agent.home_assistant import HomeAssistant
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
STRANGERS = UnitName("")
"""All units together that nobody named and that did not say hello yet: they share one allowance."""
RefusalKind = Literal["topic", "flood", "retained", "payload", "stranger", "full", "store", "cable"]

Filters = list[tuple[str, int]]
Renew = Callable[[str, Renewal], Awaitable[Certificate | None]]
"""The next certificate for a unit's request, None when it may have none."""
MakeBus = Callable[[Mqtt, Sequence[tuple[str, int]], TakeIn, Callable[[], None]], Bus]


class Link:
    """Hears every unit, over the bus and over cables. `refused` counts by reason what was not taken in.

    `refusals` counts the same by kind, `receipts` those sent. `alive_at`: when the refresh last came round.
    """

    def __init__(self, config: Config, live: LiveOffice, inbox: Inbox, make_bus: MakeBus = Bus) -> None:
        self._root = config.mqtt.root
        self._has_office = config.provisioning is not None
        self._language = config.language
        self._units = {unit.name: unit for unit in config.units}
        self._live = live
        self._inbox = inbox
        self._arrivals: deque[Arrival] = deque()
        self._arrived = asyncio.Event()
        self._allowances: dict[tuple[UnitName, bool], Allowance] = {}
        self._shut_out: set[UnitName] = set()
        self._revoked: frozenset[str] = frozenset()
        self.renew: Renew | None = None
        self._renewing: set[asyncio.Task[None]] = set()
        self.refused: Counter[str] = Counter()
        self.refusals: Counter[RefusalKind] = Counter()
        self.receipts = 0
        self.alive_at = live.clock()
        self._home = HomeAssistant(config, live, lambda row, topic, payload: self.bus.send(row, topic, payload))
        self.bus = make_bus(config.mqtt, self._filters(), self._take_in, self._came_up)
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
            tasks.create_task(self._home.run(), name="Home Assistant")

    def tell_desk(self, unit: str | None, count: int) -> None:
        """Show on one desk (None: on all) that nobody was asked about `count` notes; no caller is named."""
        words = translations("nl" if self._language == "auto" else self._language)
        text = words.ngettext("%(num)d notitie: wie belt terug?", "%(num)d notities: wie belt terug?", count)
        message = encode(ShowMessage(text=text % {"num": count}))
        for name in self._units if unit is None else [UnitName(unit)]:
            self._out.send(topics.COMMAND, topics.unit_topic(self._root, topics.COMMAND, name), message)

    def command(self, unit: UnitName, command: Command) -> bool:
        """Tell one unit to do something; False when no way to it is open. Whether it did, its next hello tells."""
        return self._out.send(topics.COMMAND, topics.unit_topic(self._root, topics.COMMAND, unit), encode(command))

    def _came_up(self) -> None:
        self.boards.refresh()
        self._home.announce()
        # A unit whose own connection held does not ask at once.
        self.boards.office_changed()

    def _take_from_cable(self, topic: str, payload: bytes) -> None:
        self._take_in(topic, payload, retained=False, by_cable=True)

    def _take_in(self, topic: str, payload: bytes, retained: bool, by_cable: bool = False) -> None:
        if topic == self._home.birth_topic:
            self._home.heard(payload)
            return
        place = topics.parse(self._root, topic)
        if place is None:
            self._refuse("a topic that is not ours", "topic")
            return
        row, name = place
        unit = UnitName(name)
        if unit in self._revoked and not by_cable:
            self._refuse(f"unit {unit}: its certificate was revoked", "stranger")
            return
        if not self._may_speak(unit if unit in self._live.presences else STRANGERS, by_cable):
            return
        if retained:
            # Whoever retained it, it is not news: a unit's own messages never are (DESIGN 1.5).
            self._refuse(f"unit {unit}: a retained {row.key}", "retained")
            return
        try:
            message = decode(row, payload)
        except RefusedPayload as fault:
            self._refuse(f"unit {unit}: {fault}", "payload")
            return
        match message:
            case Renewal():
                if not by_cable:
                    self._renew(unit, message)
            case Hello():
                # A last will tells of the network alone while the cable holds.
                if message.online or by_cable or not self.gateway.reaches(unit):
                    self._answer(unit, message)
            case Note():
                self._arrive(Arrival(unit, message, self._inbox.clock()))

    def _may_speak(self, speaker: UnitName, by_cable: bool) -> bool:
        """Spend of what `speaker` may say. Each way has its own: a flood on one does not silence the other."""
        if speaker in self._shut_out and not by_cable:
            self.refusals["flood"] += 1
            return False
        key = speaker, by_cable
        allowance, may = spend(self._allowances.get(key, Allowance()), self._live.clock())
        self._allowances[key] = allowance
        if not may:
            self._refuse(f"{_called(speaker)} too much{' by cable' if by_cable else ''}", "flood")
            # A cable brings no more than the line reads; there is nobody to drop it for us.
            if floods(allowance) and not by_cable:
                self._stop_hearing(speaker)
        return may

    def know(self, config: Config, revoked: frozenset[str]) -> None:
        """Serve the units and queues of `config` from now on, and hear nothing of those that are revoked."""
        self._language = config.language
        self._units = {unit.name: unit for unit in config.units}
        self._revoked = revoked
        remembered = {*self._live.presences, STRANGERS}
        self._allowances = {key: each for key, each in self._allowances.items() if key[0] in remembered}
        self.boards.know(config)
        self._home.know(config)

    def _renew(self, unit: UnitName, wish: Renewal) -> None:
        if self.renew is None or self._renewing:
            # One at a time: whoever is not answered asks again.
            return
        renew = self.renew

        async def answer() -> None:
            if (certificate := await renew(unit, wish)) is not None:
                place = topics.unit_topic(self._root, topics.CERTIFICATE, unit)
                self._out.send(topics.CERTIFICATE, place, encode(certificate))

        task = asyncio.get_running_loop().create_task(answer(), name="renewal")
        self._renewing.add(task)
        task.add_done_callback(self._renewing.discard)

    def _answer(self, name: UnitName, hello: Hello) -> None:
        if not self._live.heard(name, hello):
            self._refuse("more unknown units than are remembered", "stranger")
        elif hello.online:
            # A unit that host.toml does not name is answered too: it then says itself that nothing is set for it.
            self.boards.answer(self._units.get(name) or Unit(name, name, None, ()))

    def _arrive(self, arrival: Arrival) -> None:
        if len(self._arrivals) >= MOST_WAITING_NOTES:
            self._refuse("more notes at once than fit; their units send them again", "full")
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
            self._refuse(f"notes not kept, their units keep them: {fault}", "store")
            return False
        except Exception:
            # Not even the trace: its values hold a caller.
            self._refuse(f"a note of unit {batch[0].unit} that the store cannot take", "store")
            return False
        for arrival, each in zip(batch, kept, strict=True):
            if each.written:
                self._home.pressed(each.unit, arrival.note)
            topic = topics.unit_topic(self._root, topics.RECEIPT, UnitName(each.unit))
            self.receipts += self._out.send(topics.RECEIPT, topic, encode(Receipt(id=each.id, rev=each.rev)))
        return True

    async def _follow_inbox(self) -> None:
        seen = 0
        while True:
            seen = await self._inbox.changes.after(seen)
            self.boards.inbox_changed()

    async def _refresh(self) -> None:
        while True:
            self.alive_at = self._live.clock()
            await asyncio.sleep(REFRESH_S)
            self.boards.refresh()

    def _filters(self) -> Filters:
        """What to hear: every unit, or, while one is shut out, each other one that is known by name."""
        rows = (topics.HELLO, topics.NOTE, *((topics.RENEWAL,) if self._has_office else ()))
        home = [(self._home.birth_topic, 0)] if self._home.is_on else []
        if not self._shut_out:
            return [(topics.topic_filter(self._root, row), row.qos) for row in rows] + home
        heard = sorted({UnitName(name) for name in self._live.presences} - self._shut_out)
        return [(topics.unit_topic(self._root, row, unit), row.qos) for unit in heard for row in rows] + home

    def _stop_hearing(self, unit: UnitName) -> None:
        """Have the broker drop what a unit says for a while: at 100,000 messages a second reading them is too much."""
        log.warning("%s far too much: not listened to for %.0f s", _called(unit), SHUT_OUT_S)
        self._shut_out.add(unit)
        self.bus.listen(self._filters())
        asyncio.get_running_loop().call_later(SHUT_OUT_S, self._hear_again, unit)

    def _hear_again(self, unit: UnitName) -> None:
        self._shut_out.discard(unit)
        self.bus.listen(self._filters())

    def _refuse(self, reason: str, kind: RefusalKind = "cable") -> None:
        self.refusals[kind] += 1
        if reason not in self.refused:
            if len(self.refused) >= MOST_REASONS:
                self.refused[OTHER_REASONS] += 1
                return
            log.warning("refused: %s (told once)", reason)
        self.refused[reason] += 1


def _called(speaker: UnitName) -> str:
    return "units that nobody named say" if speaker == STRANGERS else f"unit {speaker} says"
