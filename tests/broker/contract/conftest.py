"""A listener on the bus that keeps all that reaches it, and waits on conditions with a bound."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.mosquitto import Login, RunningBroker, running

WITHIN_S = 5.0


@pytest.fixture(scope="module")
def mosquitto() -> Iterator[RunningBroker]:
    """A broker of this file's own: another test's retained messages are not for these listeners."""
    with running(["host", "balie-1", "balie-2"]) as broker:
        yield broker


class Bus(Protocol):
    """A running broker under test."""

    def login(self, user: str) -> Login: ...


@dataclass
class Party:
    """One connected client and what was delivered to it."""

    client: paho.Client
    changed: threading.Condition = field(default_factory=threading.Condition)
    received: list[tuple[str, bytes, bool]] = field(default_factory=list)
    connected: ReasonCode | None = None
    disconnected: ReasonCode | None = None
    acknowledged: set[int] = field(default_factory=set)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, WITHIN_S), (
                f"not within {WITHIN_S} s: {what}; got {self.received[-3:]}"
            )

    def subscribe(self, topic: str, qos: int = 1) -> None:
        """Ask for `topic` and wait for the answer, whatever it is: SUBACK says nothing about delivery."""
        mid = self.client.subscribe(topic, options=SubscribeOptions(qos=qos))[1]
        assert mid is not None
        self.wait_until(lambda: mid in self.acknowledged, f"SUBACK for {topic}")

    def publish(
        self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False, expiry_s: int | None = None
    ) -> None:
        properties = Properties(PacketTypes.PUBLISH)
        if expiry_s is not None:
            properties.MessageExpiryInterval = expiry_s
        self.client.publish(topic, payload, qos, retain, properties).wait_for_publish(WITHIN_S)

    def payloads(self) -> list[bytes]:
        return [payload for _, payload, _ in self.received]

    def wait_for(self, payload: bytes) -> None:
        self.wait_until(lambda: payload in self.payloads(), f"delivery of {payload!r}")


Join = Callable[..., Any]


@contextmanager
def joined(
    login: Login,
    *,
    client_id: str = "",
    will: tuple[str, bytes] | None = None,
    keepalive: int = 30,
    session_s: int = 0,
    clean: bool = True,
) -> Iterator[Party]:
    """Connect with MQTT 5 and wait for the broker's answer, be it yes or no."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=paho.MQTTv5, reconnect_on_failure=False)
    client.username_pw_set(login.username, login.password)
    if will:
        client.will_set(*will, qos=1)
    party = Party(client)

    def note(change: Callable[[], None]) -> None:
        with party.changed:
            change()
            party.changed.notify_all()

    def connected(_c: Any, _u: Any, _f: Any, code: ReasonCode, _p: Any) -> None:
        note(lambda: setattr(party, "connected", code))

    def disconnected(_c: Any, _u: Any, _f: Any, code: ReasonCode, _p: Any) -> None:
        note(lambda: setattr(party, "disconnected", code))

    def subscribed(_c: Any, _u: Any, mid: int, _codes: Any, _p: Any) -> None:
        note(lambda: party.acknowledged.add(mid))

    def delivered(_c: Any, _u: Any, message: paho.MQTTMessage) -> None:
        note(lambda: party.received.append((message.topic, message.payload, message.retain)))

    client.on_connect, client.on_disconnect = connected, disconnected
    client.on_subscribe, client.on_message = subscribed, delivered
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = session_s
    client.connect(login.host, login.port, keepalive, clean_start=clean, properties=properties)
    client.loop_start()
    try:
        party.wait_until(lambda: party.connected is not None or party.disconnected is not None, "CONNACK")
        yield party
    finally:
        client.disconnect()
        client.loop_stop()


@pytest.fixture
def bus(mosquitto: RunningBroker) -> Bus:
    """The broker that is held to the contract."""
    return mosquitto


@pytest.fixture
def join(bus: Bus) -> Join:
    """`with join("balie-1") as party:` connects as that user."""

    def as_user(user: str, **options: Any) -> Any:
        return joined(bus.login(user), **options)

    return as_user


@pytest.fixture
def join_with(bus: Bus) -> Join:
    """`with join_with("name", "password") as party:` tries any login."""

    def as_stranger(user: str, password: str, **options: Any) -> Any:
        known = bus.login("host")
        return joined(Login(known.host, known.port, user, password), **options)

    return as_stranger
