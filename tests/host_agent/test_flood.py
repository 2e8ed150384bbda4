"""A unit that says more than anybody can read, on the real broker: it alone goes unheard, and not for ever."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count

import pytest

from bench.flooder import connect_packet, publish_packet
from broker.codec import encode
from broker.messages import Hello
from broker.mosquitto import RunningBroker
from host_agent import link
from host_agent.config import Config
from host_agent.core.allowance import Allowance, floods, spend
from host_agent.core.presence import is_here
from tests.host_agent.host_parts import Host, host_at, until

HELLO_2 = "belbord/unit/balie-2/hello"


@contextmanager
def bare(broker: RunningBroker, user: str) -> Iterator[socket.socket]:
    """A connection of `user` without a client behind it."""
    login = broker.login(user)
    with socket.create_connection(("127.0.0.1", broker.port), timeout=10) as link:
        link.sendall(connect_packet(user, login.password))
        assert link.recv(100)[0] == 0x20  # CONNACK
        yield link


def hello(topic: str, number: int) -> bytes:
    return publish_packet(topic, encode(Hello(nonce=f"{number:016x}")))


async def heard(host: Host, unit: socket.socket, name: str) -> None:
    """Say hello, and again, as a unit does, until the host has heard it."""
    async with asyncio.timeout(10):
        for number in count(1000):
            nonce = f"{number:016x}"
            unit.sendall(hello(f"belbord/unit/{name}/hello", number))
            with suppress(TimeoutError):
                await until(partial(_has_heard, host, name, nonce), 0.2)
                return


def _has_heard(host: Host, name: str, nonce: str) -> bool:
    return host.live.presences[name].nonce == nonce


def test_a_flood_is_dropped_at_the_broker_and_the_other_unit_is_heard(
    mosquitto: RunningBroker, office_on_mosquitto: Config
) -> None:
    async def story() -> None:
        async with host_at(office_on_mosquitto) as host:
            await until(lambda: host.link.bus.is_up)
            with bare(mosquitto, "balie-2") as wild, bare(mosquitto, "balie-1") as calm:
                async with asyncio.timeout(20):
                    # The broker itself drops what the host does not read fast enough, so one burst may not do.
                    while "balie-2" not in host.link._shut_out:
                        await asyncio.to_thread(wild.sendall, hello(HELLO_2, 1) * 2_000)
                before = host.link.refusals["flood"]
                await asyncio.to_thread(wild.sendall, hello(HELLO_2, 2) * 20_000)
                await heard(host, calm, "balie-1")
                # What was under way when the broker was told still comes; of the second flood next to nothing does.
                assert host.link.refusals["flood"] - before < 20_000

    asyncio.run(story())


def test_a_unit_that_flooded_is_heard_again(
    mosquitto: RunningBroker, office_on_mosquitto: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "SHUT_OUT_S", 0.2)

    async def story() -> None:
        async with host_at(office_on_mosquitto) as host:
            await until(lambda: host.link.bus.is_up)
            with bare(mosquitto, "balie-2") as unit:
                while not host.link._shut_out:
                    host.link._take_in(HELLO_2, b"{}", False)
                await heard(host, unit, "balie-2")
            assert is_here(host.live.presences["balie-2"], host.live.clock())

    asyncio.run(story())


def test_a_flood_by_cable_costs_its_own_messages_and_the_unit_is_heard_on_the_bus(office_on_mosquitto: Config) -> None:
    async def story() -> None:
        async with host_at(office_on_mosquitto) as host:
            filters = host.link.bus._filters
            for _ in range(20_000):
                host.link._take_from_cable(HELLO_2, b"{}")
            assert host.link.refusals["flood"] > 10_000
            assert not host.link._shut_out
            assert host.link.bus._filters == filters
            host.link._take_in(HELLO_2, b'{"v": 1, "nonce": "0123456789abcdef"}', False)
            assert host.live.presences["balie-2"].nonce == "0123456789abcdef"

    asyncio.run(story())


def test_a_unit_that_is_shut_out_on_the_bus_is_heard_by_cable(office_on_mosquitto: Config) -> None:
    async def story() -> None:
        async with host_at(office_on_mosquitto) as host:
            while not host.link._shut_out:
                host.link._take_in(HELLO_2, b"{}", False)
            host.link._take_from_cable(HELLO_2, b'{"v": 1, "nonce": "0123456789abcdef"}')
            assert host.live.presences["balie-2"].nonce == "0123456789abcdef"

    asyncio.run(story())


def test_a_flood_under_ever_new_names_takes_no_more_memory_and_silences_no_unit_that_is_known(
    office_on_mosquitto: Config, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with host_at(office_on_mosquitto) as host:
            for number in range(20_000):
                host.link._take_in(f"belbord/unit/nobody-{number}/note", b"{}", False)
            assert len(host.link._allowances) == 1
            assert {topic for topic, _ in host.link.bus._filters} == {
                f"belbord/unit/{unit}/{row}" for unit in ("balie-1", "balie-2") for row in ("hello", "note")
            }
            host.link._take_in(HELLO_2, b'{"v": 1, "nonce": "0123456789abcdef"}', False)
            assert host.live.presences["balie-2"].nonce == "0123456789abcdef"

    asyncio.run(story())
    assert len([each for each in caplog.records if "far too much" in each.message]) == 1


def test_an_outbox_of_500_notes_at_once_is_no_flood() -> None:
    allowance = Allowance()
    for _ in range(500):
        allowance, may = spend(allowance, 10.0)
        assert may
    assert not floods(allowance)


def test_a_unit_that_says_a_little_too_much_now_and_then_is_no_flood() -> None:
    allowance, now = Allowance(), 0.0
    for _ in range(50):
        for _ in range(700):
            allowance, _ = spend(allowance, now)
        now += 10.0
    assert not floods(allowance)


def test_a_unit_that_does_not_stop_is_a_flood() -> None:
    allowance, said = Allowance(), 0
    while not floods(allowance):
        allowance, _ = spend(allowance, said / 100_000)
        said += 1
    assert said < 1_000
