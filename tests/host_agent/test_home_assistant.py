"""Units in a Home Assistant, over the real Mosquitto with the product's own access list.

What it takes is written out here from its documents: home-assistant.io/integrations/mqtt/#device-discovery-payload.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from broker import topics
from broker.codec import encode
from broker.home import HomeState
from broker.messages import Caller, Hello, Note
from broker.mosquitto import RunningBroker, running
from host_agent.config import Config
from host_agent.config_outward import Home
from host_agent.core.events import QueueSeen, SnapshotTaken
from host_agent.core.home_assistant import button_event, is_told_anew
from tests.host_agent.host_parts import Host, host_at, office_config, until

PREFIX, USER = "homeassistant", "homeassistant"
DEVICE = f"{PREFIX}/device/belbord-balie-1/config"
STATE = f"{PREFIX}/belbord/balie-1/state"
BUTTON = f"{PREFIX}/belbord/balie-1/button"
ID = "ab" * 16

OF_PLATFORM = {
    "sensor": {
        "state_class",
        "device_class",
        "unit_of_measurement",
        "options",
        "expire_after",
        "value_template",
        "icon",
    },
    "binary_sensor": {"device_class", "expire_after", "value_template", "entity_category"},
    "event": {"device_class", "event_types"},
}
OF_EVERY = {"platform", "unique_id", "name", "state_topic"}


@pytest.fixture(scope="module")
def broker() -> Iterator[RunningBroker]:
    with running(["host", "balie-1", "balie-2", USER]) as found:
        yield found


@pytest.fixture
def office(broker: RunningBroker, tmp_path: Path) -> Config:
    config = office_config(tmp_path, port=broker.port, password=broker.passwords["host"])
    return replace(config, home=Home(True, PREFIX))


class Heard:
    """A Home Assistant's ears: the newest payload by topic, and everything in order."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.all: list[tuple[str, bytes, bool]] = []

    def newest(self, topic: str) -> Any:
        said = [payload for place, payload, _ in self.all if place == topic]
        return json.loads(said[-1]) if said and said[-1] else None

    def payloads(self, topic: str) -> list[bytes]:
        return [payload for place, payload, _ in self.all if place == topic]

    async def listen(self) -> None:
        async for message in self.client.messages:
            self.all.append((str(message.topic), bytes(message.payload), bool(message.retain)))  # type: ignore[arg-type]


@asynccontextmanager
async def home_assistant(broker: RunningBroker, user: str = USER) -> AsyncIterator[Heard]:
    """A client that hears all that its rights allow."""
    async with aiomqtt.Client(
        "127.0.0.1", broker.port, username=user, password=broker.passwords[user],
        protocol=aiomqtt.ProtocolVersion.V5, identifier=f"ears-of-{user}",
    ) as client:  # fmt: skip
        await client.subscribe("#")
        heard = Heard(client)
        task = asyncio.create_task(heard.listen())
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _someone_waits(host: Host) -> None:
    host.live.deliver([SnapshotTaken(host.live.clock(), (QueueSeen("receptie", 2),))])


async def _says(broker: RunningBroker, row: topics.Row, message: Any) -> None:
    async with aiomqtt.Client(
        "127.0.0.1", broker.port, username="balie-1", password=broker.passwords["balie-1"],
        protocol=aiomqtt.ProtocolVersion.V5,
    ) as unit:  # fmt: skip
        await unit.publish(f"belbord/{row.levels.format(unit='balie-1')}", encode(message), qos=1)


def test_each_unit_is_announced_as_home_assistant_documents_it(broker: RunningBroker, office: Config) -> None:
    async def story() -> None:
        async with host_at(office), home_assistant(broker) as heard:
            await until(lambda: heard.newest(DEVICE) and heard.newest(STATE))
            said = heard.newest(DEVICE)
            assert said["device"]["identifiers"] == ["belbord-balie-1"]
            assert said["device"]["name"] == "Balie links"
            assert said["origin"]["name"] == "Belbord"
            assert set(said["components"]) == {"waiting", "longest_wait", "sign", "connection", "button"}
            assert len({each["unique_id"] for each in said["components"].values()}) == 5
            state = heard.newest(STATE)
            for entity in said["components"].values():
                platform = entity["platform"]
                assert set(entity) <= OF_EVERY | OF_PLATFORM[platform]
                assert set(entity) >= OF_EVERY
                assert entity["state_topic"] == (BUTTON if platform == "event" else STATE)
                if platform != "event":
                    (key,) = re.fullmatch(r"\{\{ value_json\.(\w+) \}\}", entity["value_template"]).groups()  # type: ignore[union-attr]
                    assert key in state
            assert state["sign"] in said["components"]["sign"]["options"]
            assert state["connection"] in ("ON", "OFF")
            assert heard.newest(DEVICE.replace("balie-1", "balie-2")) is not None
        async with home_assistant(broker) as later:
            await until(lambda: later.newest(DEVICE))
            assert [place for place, _, retained in later.all if retained and place == STATE] == []

    asyncio.run(story())


def test_counts_sign_and_connection_are_told_as_they_change(broker: RunningBroker, office: Config) -> None:
    async def story() -> None:
        async with host_at(office) as host, home_assistant(broker) as heard:
            await until(lambda: heard.newest(STATE))
            assert heard.newest(STATE) == {
                "waiting": None, "longest_wait_s": None, "sign": "unsure", "connection": "OFF",
            }  # fmt: skip
            _someone_waits(host)
            await _says(broker, topics.HELLO, Hello(nonce="a" * 16, sign="lit"))
            await until(lambda: heard.newest(STATE)["waiting"] == 2 and heard.newest(STATE)["connection"] == "ON")
            assert heard.newest(STATE)["sign"] == "lit"

    asyncio.run(story())


def test_the_button_is_an_event_once_and_no_caller_is_in_anything(broker: RunningBroker, office: Config) -> None:
    async def story() -> None:
        caller = Caller(name="Zoë Canaria", number="0612345678")
        async with host_at(office) as host, home_assistant(broker) as heard:
            await until(lambda: host.link.bus.is_up)
            note = Note(id=ID, pressed_s_ago=1.0, caller=caller, queue="receptie")
            for _ in range(3):
                await _says(broker, topics.NOTE, note)
            await until(lambda: host.link.receipts >= 3)
            await _says(broker, topics.NOTE, Note(id=ID, rev=2, pressed_s_ago=2.0, caller=caller, withdrawn=True))
            await until(lambda: len(heard.payloads(BUTTON)) == 2)
            assert [json.loads(each)["event_type"] for each in heard.payloads(BUTTON)] == ["kept", "withdrawn"]
            assert {place.split("/")[0] for place, _, _ in heard.all} <= {PREFIX, "belbord"}
            assert not [place for place, _, _ in heard.all if place.startswith("belbord/unit")]
            everything = b"".join(payload for _, payload, _ in heard.all)
            assert not [word for word in (b"Canaria", b"0612345678", b"345678") if word in everything]

    asyncio.run(story())


def test_a_birth_has_everything_announced_again(broker: RunningBroker, office: Config) -> None:
    async def story() -> None:
        async with host_at(office), home_assistant(broker) as heard:
            await until(lambda: heard.newest(DEVICE))
            before = len(heard.payloads(DEVICE))
            await heard.client.publish(f"{PREFIX}/status", "offline")
            await heard.client.publish(f"{PREFIX}/status", "online")
            await until(lambda: len(heard.payloads(DEVICE)) == before + 1)

    asyncio.run(story())


def test_a_unit_that_is_removed_is_taken_back_at_once_or_when_the_host_is_back(
    broker: RunningBroker, office: Config
) -> None:
    async def story() -> None:
        async with host_at(office) as host, home_assistant(broker) as heard:
            other = DEVICE.replace("balie-1", "balie-2")
            await until(lambda: heard.newest(DEVICE) and heard.newest(other))
            host.link.know(replace(office, units=office.units[:1]), frozenset())
            await until(lambda: heard.payloads(other)[-1] == b"")
            assert heard.newest(DEVICE) is not None
        async with host_at(replace(office, home=Home(False, PREFIX))), home_assistant(broker) as heard:
            await until(lambda: heard.payloads(DEVICE) and heard.payloads(DEVICE)[-1] == b"")
        async with home_assistant(broker) as heard:
            await heard.client.publish(f"{PREFIX}/status", "mark")
            await until(lambda: heard.payloads(f"{PREFIX}/status"))
            assert not heard.payloads(DEVICE)

    asyncio.run(story())


def test_off_is_silent(broker: RunningBroker, office: Config) -> None:
    async def story() -> None:
        async with host_at(replace(office, home=Home())) as host, home_assistant(broker) as heard:
            await until(lambda: host.link.bus.is_up)
            _someone_waits(host)
            await until(lambda: [place for place, _, _ in heard.all if place == "belbord/queue/receptie"])
            assert not [place for place, _, _ in heard.all if place.startswith(PREFIX)]

    asyncio.run(story())


def test_a_unit_can_not_speak_for_home_assistant(broker: RunningBroker, office: Config) -> None:
    async def story() -> None:
        async with home_assistant(broker) as heard, home_assistant(broker, "balie-1") as unit:
            for topic in (f"{PREFIX}/status", DEVICE, STATE, BUTTON):
                await unit.client.publish(topic, "x", qos=1)
            await heard.client.publish(f"{PREFIX}/status", "mark", qos=1)
            await until(lambda: heard.payloads(f"{PREFIX}/status"))
            assert [payload for place, payload, _ in heard.all if place.startswith(PREFIX)] == [b"mark"]
            assert not [place for place, _, _ in unit.all if place.startswith(PREFIX)]

    asyncio.run(story())


def test_a_wait_that_only_grows_is_told_in_steps_and_old_presses_are_no_events() -> None:
    told = HomeState(waiting=1, longest_wait_s=10, sign="lit", connection="ON")
    assert not is_told_anew(told, HomeState(waiting=1, longest_wait_s=14, sign="lit", connection="ON"), 4.0)
    assert is_told_anew(told, HomeState(waiting=1, longest_wait_s=15, sign="lit", connection="ON"), 5.0)
    assert is_told_anew(told, HomeState(waiting=1, longest_wait_s=3, sign="lit", connection="ON"), 1.0)
    assert is_told_anew(told, told, 20.0)
    assert button_event(Note(id=ID, pressed_s_ago=61.0)) is None
    assert button_event(Note(id=ID)) is None
    assert button_event(Note(id=ID, rev=2, pressed_s_ago=1.0)) is None
