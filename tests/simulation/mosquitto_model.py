"""A broker that does what a real Mosquitto was measured to do: it acknowledges and forgets.

Frames are MQTT packets as tuples, from a client's point of view:
("connect", client, keepalive_s, will) ("connack",) ("subscribe", filters) ("suback",) ("publish", topic, payload, qos,
retain, mid, expiry_s) ("puback", mid, reason) ("ping",) ("pong",) ("disconnect",). Toward a client: ("publish",
topic, payload, qos, retained flag, mid). A will is (topic, payload). Clean start, no session outlives its connection.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulation.network import Connection, Frame, Path
from tests.simulation.world import Timer, World

MOST_INFLIGHT = 20
MOST_QUEUED = 1000
NO_SUBSCRIBER = 0x10
GRACE = 1.5
"""A client that is silent for so many of its keep-alives is dead (MQTT 5, 3.1.2.10)."""


@dataclass(eq=False)
class _Client:
    connection: Connection
    name: str
    keepalive_s: float
    will: tuple[str, bytes] | None
    heard_at: float
    filters: list[list[str]] = field(default_factory=list)
    inflight: int = 0
    queued: deque[Frame] = field(default_factory=deque)
    watch: Timer | None = None


@dataclass
class _Retained:
    payload: bytes
    until: float


class MosquittoModel:
    """`before` and `after` are asked at each acknowledgement of a QoS 1 message: they may kill it right there."""

    def __init__(self, world: World, *, keeps_retained: bool = False) -> None:
        self._world = world
        self.up = True
        self.wedged = False
        """Takes everything, acknowledges, and delivers nothing (B14)."""
        self.keeps_retained = keeps_retained
        self.late_will_s = 0.0
        self.heard: Callable[[str, bytes], None] = lambda _topic, _payload: None
        self.boundary: Callable[[str], bool] = lambda _place: False
        self._clients: dict[str, _Client] = {}
        self._arriving: list[Connection] = []
        self._retained: dict[str, _Retained] = {}
        self._listening: dict[str, list[_Client]] = {}
        self._mid = 0

    def connect(self, path: Path, receiver: Callable[[Frame], None]) -> Connection | None:
        """A TCP connection to the broker's port; None when nobody listens or no packet gets through."""
        if not self.up or path.cut:
            return None
        connection = Connection(self._world, path)
        connection.receivers["down"] = receiver
        connection.receivers["up"] = lambda frame: self._first(connection, frame)
        self._arriving.append(connection)
        return connection

    def kill(self) -> None:
        """kill -9: every socket is closed by the kernel, every session, queue and retained message is gone."""
        self.up = False
        for client in list(self._clients.values()):
            self._drop(client)
            client.connection.close("down")
        for connection in self._arriving:
            connection.close("down")
        self._clients.clear()
        self._listening.clear()
        self._arriving.clear()
        if not self.keeps_retained:
            self._retained.clear()

    def start(self) -> None:
        self.up = True
        self.wedged = False

    def publish(self, topic: str, payload: bytes, qos: int = 0, *, retained: bool = False) -> int:
        """Deliver as if a client had sent it; returns how many subscribers it was for."""
        return self._route(topic, payload, qos, retained)

    def _first(self, connection: Connection, frame: Frame) -> None:
        if connection in self._arriving:
            self._arriving.remove(connection)
        if frame[0] != "connect":
            connection.vanish("down")
            return
        _, name, keepalive_s, will = frame
        other = self._clients.get(name)
        if other is not None:
            self._end(other, with_will=True)
            other.connection.close("down")
        client = _Client(connection, name, keepalive_s, will, self._world.now)
        self._clients[name] = client
        self._listening.clear()
        connection.receivers["up"] = lambda got: self._take(client, got)
        connection.send("down", ("connack",))
        self._watch(client)

    def _watch(self, client: _Client) -> None:
        client.watch = self._world.at(client.heard_at + GRACE * client.keepalive_s, self._look, client)

    def _look(self, client: _Client) -> None:
        if self._clients.get(client.name) is not client:
            return
        if self._world.now >= client.heard_at + GRACE * client.keepalive_s:
            self._end(client, with_will=True)
            client.connection.close("down")
        else:
            self._watch(client)

    def _take(self, client: _Client, frame: Frame) -> None:
        if not self.up or self._clients.get(client.name) is not client:
            return
        client.heard_at = self._world.now
        connection = client.connection
        match frame[0]:
            case "publish":
                _, topic, payload, qos, retain, mid, expiry_s = frame
                self._published(client, topic, payload, qos, retain, mid, expiry_s)
            case "puback":
                client.inflight -= 1
                if client.queued:
                    client.inflight += 1
                    connection.send("down", client.queued.popleft())
            case "ping":
                connection.send("down", ("pong",))
            case "subscribe":
                self._listening.clear()
                client.filters += [wanted.split("/") for wanted in frame[1]]
                connection.send("down", ("suback",))
            case "disconnect":
                self._end(client, with_will=False)
                connection.close("down")
            case "closed":
                self._end(client, with_will=True)
                connection.vanish("down")

    def _published(
        self, client: _Client, topic: str, payload: bytes, qos: int, retain: bool, mid: int, expiry_s: float | None
    ) -> None:
        self.heard(topic, payload)
        if retain:
            until = float("inf") if expiry_s is None else self._world.now + expiry_s
            self._retained[topic] = _Retained(payload, until)
        if qos and self.boundary("broker: before the note is passed on"):
            return
        found = len(self._listeners(topic)) if self.wedged else self._route(topic, payload, qos, False)
        if qos:
            if self.boundary("broker: passed on, not acknowledged"):
                return
            client.connection.send("down", ("puback", mid, 0 if found else NO_SUBSCRIBER))
            self.boundary("broker: acknowledged")

    def _listeners(self, topic: str) -> list[_Client]:
        """Who has subscribed to it; remembered until somebody comes, goes or subscribes."""
        found = self._listening.get(topic)
        if found is None:
            levels = topic.split("/")
            clients = self._clients.values()
            found = [client for client in clients if any(_fits(wanted, levels) for wanted in client.filters)]
            self._listening[topic] = found
        return found

    def _route(self, topic: str, payload: bytes, qos: int, retained: bool) -> int:
        listeners = self._listeners(topic)
        for client in listeners:
            self._hand(client, topic, payload, qos, retained)
        return len(listeners)

    def _hand(self, client: _Client, topic: str, payload: bytes, qos: int, retained: bool) -> None:
        self._mid += 1
        frame = ("publish", topic, payload, qos, retained, self._mid)
        if qos == 0:
            client.connection.send("down", frame)
        elif client.inflight < MOST_INFLIGHT:
            client.inflight += 1
            client.connection.send("down", frame)
        elif len(client.queued) < MOST_QUEUED:
            client.queued.append(frame)
        else:
            # Measured: the publisher was told Success, and the message is gone.
            self._world.counted["queue overflow"] += 1

    def retained_now(self, topic: str) -> bytes | None:
        """What a late joiner would be told."""
        kept = self._retained.get(topic)
        return kept.payload if kept is not None and self._world.now < kept.until else None

    def _end(self, client: _Client, *, with_will: bool) -> None:
        if self._clients.get(client.name) is client:
            del self._clients[client.name]
            self._listening.clear()
        self._drop(client)
        if with_will and client.will is not None:
            if self.late_will_s:
                self._world.counted["late will"] += 1
            self._world.after(self.late_will_s, self._say_will, client.will)

    def _say_will(self, will: tuple[str, bytes]) -> None:
        if self.up and not self.wedged:
            self._world.counted["will"] += 1
            self._route(*will, 0, False)

    def _drop(self, client: _Client) -> None:
        if client.watch is not None:
            client.watch.cancel()
        client.queued.clear()


def _fits(wanted: list[str], levels: list[str]) -> bool:
    return len(wanted) == len(levels) and all(w in ("+", level) for w, level in zip(wanted, levels, strict=True))
