"""The unit's end of the bus in made-up time: what `device/drivers/link.py` does, without its socket and its thread."""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from broker import codec, topics
from broker.messages import Hello, Note
from broker.names import UnitName
from device.core.events import BoardArrived, CommandArrived, Event, LinkDown, LinkUp, NotePublished, ReceiptArrived
from tests.simulation.mosquitto_model import NO_SUBSCRIBER, MosquittoModel
from tests.simulation.network import Connection, Frame, Path
from tests.simulation.world import Timer, World

if TYPE_CHECKING:
    from tests.simulation.oracle import Oracle

# As in device/drivers/link.py and reach.py; a test holds these against them.
KEEPALIVE_S = 8.0
SILENT_S = 12.0
CONNECT_WITHIN_S = 5.0
FIRST_DELAY_S, FAR_DELAY_S = 0.5, 8.0
WILL = codec.encode(Hello(online=False))
EVENTS = {topics.BOARD.key: BoardArrived, topics.RECEIPT.key: ReceiptArrived, topics.COMMAND.key: CommandArrived}


class DeskLink:
    """One process's link. `tell` gets a function of the unit's clock that makes the event."""

    def __init__(
        self, world: World, broker: MosquittoModel, path: Path, unit: str, dice: random.Random, oracle: "Oracle",
        tell: Callable[[Callable[[float], Event]], None], boundary: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._world = world
        self._broker = broker
        self._path = path
        self._unit = unit
        self._dice = dice
        self._oracle = oracle
        self._tell = tell
        self._boundary = boundary
        self._topics = {
            row: topics.unit_topic("belbord", row, UnitName(unit)) for row in topics.TABLE if row.key != "queue"
        }
        self._connection: Connection | None = None
        self._timer: Timer | None = None
        self._under_way: dict[int, Note] = {}
        self._tries = 0
        self._mid = 0
        self._heard_at = 0.0
        self.up = False
        self.ended = False

    def start(self) -> None:
        self._connect()

    def end(self, *, politely: bool, without_power: bool) -> None:
        """The process is gone."""
        self.ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._connection is not None:
            if politely:
                self._connection.send("up", ("disconnect",))
            if without_power:
                self._connection.vanish("up")
            else:
                self._connection.close("up")

    def say_hello(self, hello: Hello) -> None:
        if self.up and self._connection is not None:
            self._oracle.hello_said(self._unit, hello)
            self._publish(topics.HELLO, codec.encode(hello))

    def send_note(self, note: Note) -> None:
        if self.up and self._connection is not None:
            if self._boundary("unit: before sending"):
                return
            self._oracle.ledger.note_sent(self._oracle.desks[self._unit], note)
            self._mid += 1
            self._under_way[self._mid] = note
            self._publish(topics.NOTE, codec.encode(note))
            self._boundary("unit: sent")

    def _publish(self, row: topics.Row, payload: bytes) -> None:
        assert self._connection is not None
        self._world.note_bytes(self._unit, payload)
        self._connection.send("up", ("publish", self._topics[row], payload, row.qos, False, self._mid, row.expiry_s))

    def _connect(self) -> None:
        if self.ended:
            return
        self._connection = self._broker.connect(self._path, self._received)
        if self._connection is None:
            refused = not self._broker.up and not self._path.cut
            self._timer = self._world.after(0.001 if refused else CONNECT_WITHIN_S, self._lost)
            return
        self._heard_at = self._world.now
        will = (self._topics[topics.HELLO], WILL)
        self._connection.send("up", ("connect", self._unit, KEEPALIVE_S, will))
        self._timer = self._world.after(KEEPALIVE_S, self._look)

    def _look(self) -> None:
        """The poll ran out: ask a silent broker, and leave one that stays silent."""
        silent_s = self._world.now - self._heard_at
        if silent_s >= SILENT_S:
            self._lost()
            return
        if silent_s >= KEEPALIVE_S and self._connection is not None:
            self._connection.send("up", ("ping",))
        next_s = (KEEPALIVE_S if silent_s < KEEPALIVE_S else SILENT_S) - silent_s
        self._timer = self._world.after(max(0.02, next_s), self._look)

    def _lost(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._connection is not None:
            self._connection.close("up")
            self._connection = None
        self._under_way.clear()
        if self.up:
            self.up, self._tries = False, 0
            self._tell(LinkDown)
        self._tries += 1
        if not self.ended:
            cap = min(FAR_DELAY_S, FIRST_DELAY_S * 2.0 ** min(self._tries, 16))
            self._timer = self._world.after(self._dice.uniform(0.2, cap), self._connect)

    def _received(self, frame: Frame) -> None:
        if self.ended:
            return
        self._heard_at = self._world.now
        match frame[0]:
            case "connack":
                assert self._connection is not None
                rows = (topics.BOARD, topics.RECEIPT, topics.COMMAND)
                self._connection.send("up", ("subscribe", [self._topics[row] for row in rows]))
            case "suback":
                self.up = True
                self._tell(LinkUp)
            case "puback":
                note = self._under_way.pop(frame[1], None)
                if note is not None and frame[2] != NO_SUBSCRIBER:
                    self._tell(lambda at: NotePublished(at, note.id, note.rev))
            case "publish":
                self._message(frame)
            case "closed":
                self._lost()

    def _message(self, frame: Frame) -> None:
        _, topic, payload, qos, retained, mid = frame
        if qos and self._connection is not None:
            self._connection.send("up", ("puback", mid, 0))
        named = topics.parse("belbord", topic)
        if retained or named is None or named[1] != self._unit:
            self._world.counted["message not ours"] += 1
            return
        row = named[0]
        try:
            message = codec.decode(row, bytes(payload))
        except codec.RefusedPayload:
            self._world.counted["payload refused by a unit"] += 1
            return
        if row is topics.RECEIPT and self._boundary("unit: a receipt came"):
            return
        self._tell(lambda at: self._read(at, row, message, payload))
        if row is topics.RECEIPT:
            self._boundary("unit: a receipt was taken")

    def _read(self, at: float, row: topics.Row, message: Any, payload: bytes) -> Event:
        """The process takes it from its socket: while it stands still, what came in waits there and grows older."""
        if row is topics.BOARD:
            self._oracle.board_came(self._unit, payload)
        event: Event = EVENTS[row.key](at, message)
        return event
