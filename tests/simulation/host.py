"""The host agent in made-up time: its real office, boards, link and inbox, on a modelled broker connection and disk."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path as FilePath
from typing import Any

from broker.codec import decode
from broker.names import Extension, QueueName, UnitName
from broker.topics import DEFAULT_ROOT, RECEIPT, Row
from host_agent.config import Config, Mqtt, Pbx, Unit, Web
from host_agent.core.retry import pause_s
from host_agent.core.units import QueueSetting
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.link import Link
from host_agent.live import LiveOffice
from host_agent.pbx.asterisk.adapter import AsteriskAdapter
from tests.simulation.made_up_loop import MadeUpLoop
from tests.simulation.mosquitto_model import MosquittoModel
from tests.simulation.network import Connection, Frame, Path
from tests.simulation.oracle import Oracle
from tests.simulation.store_model import ModelNoteStore, Shelf
from tests.simulation.watched import Stamped
from tests.simulation.world import Timer, World

KEEPALIVE_S = 10.0
CONNECT_WITHIN_S = 10.0
WALL_AT_START = 1_795_000_000.0


class Disk:
    """The host's disk: `shelf` is what was synced. `state`: good, failing or slow."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.state = "good"


class _StoreThread:
    """One call at a time, in order, each with its commit; the process may die before and after it."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self._waiting: list[tuple[Callable[[Any], Any], Any]] = []
        self._busy = False

    async def ask(self, call: Callable[[Any], Any]) -> Any:
        future = self._host.loop.create_future()
        self._waiting.append((call, future))
        self._next()
        return await future

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        host = self._host
        takes = host.dice.uniform(0.5, 8.0) if host.disk.state == "slow" else host.dice.uniform(0.0005, 0.01)
        host.world.after(takes, self._answer, *self._waiting.pop(0), host.process)

    def _answer(self, call: Callable[[Any], Any], future: Any, process: int) -> None:
        host = self._host
        if process != host.process or not host.runs or host.boundary("host: before its commit"):
            return
        if host.disk.state == "failing":
            result: Any = StoreFault("store: database or disk is full")
        else:
            try:
                result = call(ModelNoteStore(host.disk.shelf))
            except StoreFault as fault:
                result = fault
            host.committed()
        if host.boundary("host: committed, no receipt"):
            return
        self._busy = False
        if not future.done():
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
        self._next()


class ModelBus:
    """As `host_agent.bus.Bus`, on the modelled broker."""

    def __init__(self, host: "Host", filters: Sequence[tuple[str, int]], take_in: Any, came_up: Any) -> None:
        self._host = host
        self._filters = [wanted for wanted, _ in filters]
        self._take_in = take_in
        self._came_up = came_up
        self._connection: Connection | None = None
        self._timer: Timer | None = None
        self._attempt = 0
        self._heard_at = 0.0
        self._mid = 0
        self.is_up = False
        self.ended = False

    def send(self, row: Row, topic: str, payload: bytes) -> bool:
        if not self.is_up or self._connection is None or self.ended:
            return False
        host = self._host
        if row is RECEIPT:
            receipt = decode(row, payload)
            if host.boundary("host: before a receipt"):
                return False
            host.oracle.ledger.receipt_sent(receipt.id, receipt.rev)
        stamped = Stamped(payload)
        stamped.born, stamped.true_at = host.world.now, min(host.world.now, host.pbx_said_at())
        self._mid += 1
        host.world.note_bytes("host", payload)
        self._connection.send("up", ("publish", topic, stamped, row.qos, row.retained, self._mid, row.expiry_s))
        if row is RECEIPT:
            host.boundary("host: a receipt sent")
        return True

    async def run(self) -> None:
        self.connect()
        await self._host.loop.create_future()

    def connect(self) -> None:
        if self.ended:
            return
        host = self._host
        self._connection = host.broker.connect(host.path, self._received)
        if self._connection is None:
            refused = not host.broker.up and not host.path.cut
            self._timer = host.world.after(0.001 if refused else CONNECT_WITHIN_S, self._lost)
            return
        self._heard_at = host.world.now
        self._connection.send("up", ("connect", "host", KEEPALIVE_S, None))
        self._timer = host.world.after(KEEPALIVE_S, self._look)

    def _look(self) -> None:
        if self._host.world.now - self._heard_at >= 2 * KEEPALIVE_S:
            self._lost()
            return
        if self._connection is not None:
            self._connection.send("up", ("ping",))
        self._timer = self._host.world.after(KEEPALIVE_S / 2, self._look)

    def _lost(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._connection is not None:
            self._connection.close("up")
            self._connection = None
        self.is_up = False
        if not self.ended:
            pause = pause_s(self._attempt, self._host.dice.random())
            self._attempt += 1
            self._timer = self._host.world.after(pause, self.connect)

    def _received(self, frame: Frame) -> None:
        if self.ended:
            return
        self._heard_at = self._host.world.now
        match frame[0]:
            case "connack":
                assert self._connection is not None
                self._connection.send("up", ("subscribe", self._filters))
            case "suback":
                self.is_up = True
                self._attempt = 0
                self._host.inside(self._came_up)
            case "publish":
                _, topic, payload, qos, retained, mid = frame
                if qos and self._connection is not None:
                    self._connection.send("up", ("puback", mid, 0))
                self._host.inside(self._take_in, topic, bytes(payload), retained)
            case "closed":
                self._lost()

    def end(self, *, without_power: bool) -> None:
        self.ended = True
        self.is_up = False
        if self._timer is not None:
            self._timer.cancel()
        if self._connection is not None:
            if without_power:
                self._connection.vanish("up")
            else:
                self._connection.close("up")


class Host:
    """The machine beside the PBX: its disk and clocks outlive the process."""

    def __init__(
        self, world: World, desks: Sequence[tuple[str, str, tuple[str, ...]]], broker: MosquittoModel, oracle: Oracle,
        disk: Disk, boundary: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self.world = world
        self.broker = broker
        self.oracle = oracle
        self.disk = disk
        self.path = Path(world, "host")
        self.dice: random.Random = world.chance("host")
        self.wall_off = 0.0
        self.process = 0
        self.runs = False
        self.crashes = 0
        self.pbx_said_at: Callable[[], float] = lambda: float("-inf")
        self.started: Callable[[], None] = lambda: None
        self.died: Callable[[], None] = lambda: None
        self._boundary = boundary
        self.config = _config(desks)
        self._seen: set[str] = set()
        self.loop = MadeUpLoop(world)

    def start(self) -> None:
        if self.runs:
            return
        self.process += 1
        self.runs = True
        self.loop = MadeUpLoop(self.world)
        self.world.after_each = self._turn
        inbox = self.inbox = Inbox(_StoreThread(self), clock=self.wall)  # type: ignore[arg-type]  # the same port
        names = [unit.name for unit in self.config.units]
        self.live = LiveOffice(names, AsteriskAdapter.capabilities, clock=lambda: self.world.now)

        def make_bus(_settings: Mqtt, filters: Any, take_in: Any, came_up: Any) -> Any:
            self.bus = ModelBus(self, filters, take_in, came_up)
            return self.bus

        self.link = Link(self.config, self.live, inbox, make_bus)
        self.live.on_office = self.link.boards.office_changed
        self.loop.must_last(inbox.run())
        self.loop.must_last(self.link.run())
        self.started()

    def _turn(self) -> None:
        loop = self.loop
        if loop.ready:
            loop.turn()
            if loop.faults:
                self.oracle.broken("I7", f"the host caught {loop.faults[0]}")

    def wall(self) -> float:
        return WALL_AT_START + self.world.now + self.wall_off

    def inside(self, call: Callable[..., Any], *arguments: Any) -> None:
        """Let the process do something in its own loop, now."""
        self.loop.call_soon(call, *arguments)

    def crash(self, *, power: bool) -> None:
        if not self.runs:
            return
        self.runs = False
        self.crashes += 1
        self.bus.end(without_power=power)
        self.died()
        self.world.note("host died")
        # Not in the middle of one of its own turns.
        self.world.after(0.0, self.loop.end)
        self.world.after(self.dice.uniform(3.0, 10.0) if power else self.dice.uniform(0.5, 3.0), self.start)

    def boundary(self, place: str) -> bool:
        if self.runs and self._boundary(place):
            self.crash(power=self.dice.random() < 0.5)
            return True
        return False

    def committed(self) -> None:
        """The oracle looks at what stands on the disk now."""
        shelf = self.disk.shelf
        if not shelf.written:
            return
        for note_id in shelf.written:
            note = shelf.notes.get(note_id)
            if note is None or note.unit is None:
                continue
            if note_id in shelf.tombstones:
                self.oracle.broken("I2", f"the erased note {note_id} of {note.unit} is back")
            if note_id not in self._seen:
                self._seen.add(note_id)
                age_s = note.arrived_at - note.pressed_at
                self.oracle.ledger.committed_at_host(note.unit, note_id, age_s, exact=note.certainty == "exact")
            if sum(entry.what == "kept" for entry in shelf.history[note_id]) != 1:
                self.oracle.broken("I2", f"the host kept note {note_id} more than once")
        shelf.written.clear()
        for unit in self.config.units:
            queues = {queue.name for queue in unit.queues}
            self.oracle.past.open_notes(
                unit.name,
                sum(
                    note.state == "open" and (note.unit == unit.name or note.queue in queues)
                    for note in shelf.notes.values()
                ),
            )


def _config(desks: Sequence[tuple[str, str, tuple[str, ...]]]) -> Config:
    names = sorted({queue for _, _, queues in desks for queue in queues})
    settings = {name: QueueSetting(QueueName(name), name.title()) for name in names}
    units = tuple(
        Unit(UnitName(name), name, Extension(line), tuple(settings[queue] for queue in queues))
        for name, line, queues in desks
    )
    mqtt = Mqtt("broker", 1883, "host", "-", None, DEFAULT_ROOT)
    pbx = Pbx("asterisk", "pbx", 5038, "belbord", "-", False, None)
    web = Web("127.0.0.1", 0, (), ())
    return Config("nl", FilePath("unused"), mqtt, pbx, web, tuple(settings.values()), units)
