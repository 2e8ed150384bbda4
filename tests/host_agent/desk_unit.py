"""A desk unit reduced to what it says and hears, on paho: independent of the code under test."""

import queue
from types import TracebackType
from typing import Any, Self

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from broker.mosquitto import RunningBroker


class DeskUnit:
    """Connected while in its `with`; `heard` holds (topic, message, retained) as they come."""

    def __init__(self, broker: RunningBroker, name: str) -> None:
        self.name = name
        self.heard: queue.Queue[tuple[str, Any, bool]] = queue.Queue()
        self._broker = broker
        self._subscribed: queue.Queue[int] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.username_pw_set(name, broker.passwords[name])
        self._client.on_message = lambda _c, _u, m: self.heard.put(
            (m.topic, msgspec.json.decode(m.payload) if m.payload else None, m.retain)
        )
        self._client.on_subscribe = lambda _c, _u, mid, _codes, _p: self._subscribed.put(mid)

    def __enter__(self) -> Self:
        self._client.connect("127.0.0.1", self._broker.port)
        self._client.loop_start()
        topics = [(f"belbord/unit/{self.name}/{what}", 1) for what in ("board", "receipt")]
        self._client.subscribe([*topics, ("belbord/queue/+", 1)])
        self._subscribed.get(timeout=10)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def say(self, what: str, message: object, *, retain: bool = False, raw: bytes | None = None) -> None:
        """Publish on this unit's own topic and wait until the broker has it."""
        payload = msgspec.json.encode(message) if raw is None else raw
        self._client.publish(f"belbord/unit/{self.name}/{what}", payload, 1, retain).wait_for_publish(10)

    def next(self, ending: str) -> Any:
        """The next message on a topic that ends so; fails when none comes."""
        while True:
            topic, message, _retained = self.heard.get(timeout=10)
            if topic.endswith(ending):
                return message

    def has_heard(self, ending: str) -> int:
        """How many messages wait on a topic that ends so."""
        return sum(topic.endswith(ending) for topic, _m, _r in list(self.heard.queue))
