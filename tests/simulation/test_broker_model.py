"""What the modelled broker does, a real Mosquitto with the product's configuration does too."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from broker import topics
from broker.mosquitto import RunningBroker, running
from broker.names import QueueName, UnitName
from tests.simulation.mosquitto_model import MosquittoModel
from tests.simulation.network import Connection, Frame, Path
from tests.simulation.world import World

NOTES = topics.unit_topic("belbord", topics.NOTE, UnitName("balie-1"))
HELLOS = topics.unit_topic("belbord", topics.HELLO, UnitName("balie-1"))
COUNTS = topics.queue_topic("belbord", QueueName("receptie"))
WITHIN_S = 10.0
QUIET_S = 0.3
SUCCESS, NOBODY = 0x00, 0x10


class House(Protocol):
    """A broker, a host that listens to notes and hellos, and a unit. The host reads only when it is asked to."""

    def host_listens(self) -> None: ...
    def host_hears(self) -> list[bytes]: ...
    def unit_joins(self) -> None: ...
    def unit_says(self, count: int) -> list[int]: ...
    def unit_leaves(self, *, politely: bool) -> None: ...
    def unit_is_cut_off(self) -> bool: ...
    def host_retains(self, payload: bytes) -> None: ...
    def latecomer_is_told(self) -> bytes | None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


class RealHouse:
    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._broker: RunningBroker = opened.enter_context(running(["host", "balie-1", "balie-2"]))
        self._units: list[paho.Client] = []
        self._heard: list[bytes] = []

    def _client(self, user: str) -> paho.Client:
        login = self._broker.login(user)
        client = paho.Client(CallbackAPIVersion.VERSION2, "", protocol=paho.MQTTv5, reconnect_on_failure=False)
        client.username_pw_set(user, login.password)
        client.will_set(HELLOS, b"will")
        client.user_data_set([])
        client.on_message = lambda _c, heard, message: heard.append(bytes(message.payload))
        client.on_publish = lambda _c, heard, _mid, reason, _p: heard.append(reason.value)
        client.on_subscribe = lambda _c, heard, *_: heard.append("subscribed")
        client.on_connect = lambda _c, heard, *_: heard.append("connected")
        client.connect(login.host, login.port, keepalive=60)
        _turn(client, lambda: "connected" in client.user_data_get())
        client.user_data_get().clear()
        return client

    def _subscribed(self, user: str, *filters: str) -> paho.Client:
        client = self._client(user)
        for wanted in filters:
            client.subscribe(wanted, 1)
            _turn(client, lambda: "subscribed" in client.user_data_get())
            client.user_data_get().remove("subscribed")
        return client

    def host_listens(self) -> None:
        self._host = self._subscribed("host", "belbord/unit/+/note", "belbord/unit/+/hello")

    def host_hears(self) -> list[bytes]:
        client = self._host
        quiet_since = time.monotonic()
        many = 0
        while time.monotonic() - quiet_since < QUIET_S:
            if client.loop(0.05) != paho.MQTT_ERR_SUCCESS:
                break
            if len(client.user_data_get()) != many:
                many, quiet_since = len(client.user_data_get()), time.monotonic()
        return list(client.user_data_get())

    def unit_joins(self) -> None:
        self._units.append(self._client("balie-1"))

    def unit_says(self, count: int) -> list[int]:
        client = self._units[-1]
        for number in range(count):
            client.publish(NOTES, b"%d" % number, 1)
        _turn(client, lambda: len(client.user_data_get()) >= count)
        return list(client.user_data_get())

    def unit_leaves(self, *, politely: bool) -> None:
        client = self._units[-1]
        if politely:
            client.disconnect()
        elif (sock := client.socket()) is not None:
            sock.close()

    def unit_is_cut_off(self) -> bool:
        first = self._units[0]
        deadline = time.monotonic() + WITHIN_S
        while first.loop(0.05) == paho.MQTT_ERR_SUCCESS:
            if time.monotonic() > deadline:
                return False
        return True

    def host_retains(self, payload: bytes) -> None:
        client = self._client("host")
        lasting = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        lasting.MessageExpiryInterval = 60
        client.publish(COUNTS, payload, 1, True, lasting)
        _turn(client, lambda: bool(client.user_data_get()))
        client.disconnect()

    def latecomer_is_told(self) -> bytes | None:
        client = self._subscribed("balie-2", COUNTS)
        deadline = time.monotonic() + QUIET_S
        while not client.user_data_get() and time.monotonic() < deadline:
            client.loop(0.05)
        return next(iter(client.user_data_get()), None)

    def kill(self) -> None:
        os.kill(self._broker.pid, signal.SIGKILL)

    def restart(self) -> None:
        self._broker = self._opened.enter_context(running(self._broker.passwords))


def _turn(client: paho.Client, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not done():
        assert time.monotonic() < deadline, "the broker did not answer"
        client.loop(0.05)


class ModelHouse:
    def __init__(self) -> None:
        self._world = World(1)
        self._broker = MosquittoModel(self._world)
        self._units: list[tuple[Connection, list[Any]]] = []

    def _client(self, name: str, received: Callable[[Frame], None]) -> Connection:
        connection = self._broker.connect(Path(self._world, name), received)
        assert connection is not None
        connection.send("up", ("connect", name, 6000.0, (HELLOS, b"will")))
        return connection

    def _pass(self) -> None:
        self._world.run_until(self._world.now + 5.0)

    def host_listens(self) -> None:
        self._frames: list[Frame] = []
        self._host = self._client("host", lambda frame: self._frames.append(frame))
        self._host.send("up", ("subscribe", ["belbord/unit/+/note", "belbord/unit/+/hello"]))
        self._pass()

    def host_hears(self) -> list[bytes]:
        self._pass()
        heard: list[bytes] = []
        while self._frames:
            frames, self._frames[:] = list(self._frames), []
            for frame in frames:
                if frame[0] == "publish":
                    heard.append(frame[2])
                    if frame[3]:
                        self._host.send("up", ("puback", frame[5], 0))
            self._pass()
        return heard

    def unit_joins(self) -> None:
        frames: list[Any] = []
        self._units.append((self._client("balie-1", frames.append), frames))
        self._pass()

    def unit_says(self, count: int) -> list[int]:
        connection, frames = self._units[-1]
        for number in range(count):
            connection.send("up", ("publish", NOTES, b"%d" % number, 1, False, number, None))
        self._pass()
        return [frame[2] for frame in frames if frame[0] == "puback"]

    def unit_leaves(self, *, politely: bool) -> None:
        connection, _ = self._units[-1]
        if politely:
            connection.send("up", ("disconnect",))
        connection.close("up")

    def unit_is_cut_off(self) -> bool:
        self._pass()
        return ("closed",) in self._units[0][1]

    def host_retains(self, payload: bytes) -> None:
        connection = self._client("host", lambda frame: None)
        connection.send("up", ("publish", COUNTS, payload, 1, True, 1, 60))
        self._pass()
        connection.send("up", ("disconnect",))
        self._pass()

    def latecomer_is_told(self) -> bytes | None:
        return self._broker.retained_now(COUNTS)

    def kill(self) -> None:
        self._broker.kill()

    def restart(self) -> None:
        self._broker.start()


@pytest.fixture(params=["model", "mosquitto"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    with ExitStack() as opened:
        yield ModelHouse() if request.param == "model" else RealHouse(opened)


def test_a_note_that_nobody_listens_to_is_acknowledged_with_that_reason(house: House) -> None:
    house.unit_joins()
    assert house.unit_says(1) == [NOBODY]


def test_a_note_is_acknowledged_and_delivered(house: House) -> None:
    house.host_listens()
    house.unit_joins()
    assert house.unit_says(3) == [SUCCESS] * 3
    assert house.host_hears() == [b"0", b"1", b"2"]


def test_more_than_the_queue_holds_is_acknowledged_and_lost(house: House) -> None:
    house.host_listens()
    house.unit_joins()
    assert house.unit_says(1100) == [SUCCESS] * 1100
    heard = house.host_hears()
    assert heard == [b"%d" % number for number in range(len(heard))]
    # Twenty on their way and a thousand behind them; Mosquitto 2.0.21 lets twenty more wait than 2.0.11 does.
    assert len(heard) in (1020, 1040)


def test_a_killed_broker_forgets_what_it_acknowledged(house: House) -> None:
    house.host_listens()
    house.unit_joins()
    assert house.unit_says(60) == [SUCCESS] * 60
    house.kill()
    assert len(house.host_hears()) <= 20
    house.restart()
    house.host_listens()
    assert house.host_hears() == []


def test_counts_outlive_who_retained_them_and_not_the_broker(house: House) -> None:
    assert house.latecomer_is_told() is None
    house.host_retains(b"busy")
    assert house.latecomer_is_told() == b"busy"
    house.kill()
    house.restart()
    assert house.latecomer_is_told() is None


@pytest.mark.parametrize("politely", [True, False])
def test_only_who_vanishes_has_a_will_told(house: House, politely: bool) -> None:
    house.host_listens()
    house.unit_joins()
    house.unit_leaves(politely=politely)
    assert house.host_hears() == ([] if politely else [b"will"])


def test_who_comes_again_under_the_same_name_cuts_off_the_first_and_its_will_is_told(house: House) -> None:
    house.host_listens()
    house.unit_joins()
    house.unit_joins()
    assert house.unit_is_cut_off()
    assert house.host_hears() == [b"will"]
