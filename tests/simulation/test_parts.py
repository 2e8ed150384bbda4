"""The small parts of made-up time: they are what the rest is believed by."""

import asyncio
from dataclasses import dataclass, field
from dataclasses import replace as plainly

import pytest

from device.core.unit import Unit
from device.drivers import link, reach
from host_agent import bus
from tests.simulation import desk_link, host, quick
from tests.simulation.made_up_loop import MadeUpLoop
from tests.simulation.network import Connection, Path
from tests.simulation.world import Violation, World


def test_the_modelled_links_keep_to_the_real_ones_numbers() -> None:
    assert (desk_link.KEEPALIVE_S, desk_link.SILENT_S) == (link.KEEPALIVE_S, link.SILENT_S)
    assert desk_link.CONNECT_WITHIN_S == link.CONNECT_WITHIN_S
    assert (desk_link.FIRST_DELAY_S, desk_link.FAR_DELAY_S) == (reach.FIRST_DELAY_S, reach.FAR_DELAY_S)
    assert desk_link.NO_SUBSCRIBER == link.NO_SUBSCRIBER
    assert (host.KEEPALIVE_S, host.CONNECT_WITHIN_S) == (bus.KEEPALIVE_S, bus.CONNECT_WITHIN_S)


@dataclass(frozen=True)
class _Odd:
    a: int
    b: int = field(kw_only=True, default=2)
    c: int = field(init=False, default=3)


def test_the_quick_replace_gives_what_the_plain_one_gives() -> None:
    unit = Unit("balie-1", "1.0")
    assert quick.replace(unit, now=4.0, boot="f" * 16) == plainly(unit, now=4.0, boot="f" * 16)
    assert quick.replace(_Odd(1), b=5) == plainly(_Odd(1), b=5)
    with pytest.raises(TypeError):
        quick.replace(unit, nothing=1)


def test_things_happen_in_the_order_of_their_time_and_then_of_their_asking() -> None:
    world, seen = World(1), []
    for name, at in (("c", 2.0), ("a", 1.0), ("b", 1.0)):
        world.at(at, seen.append, name)
    world.at(1.5, seen.append, "never").cancel()
    world.run_until(3.0)
    assert seen == ["a", "b", "c"]


def test_a_loop_that_does_not_sleep_is_a_broken_promise() -> None:
    world = World(1)

    def spin() -> None:
        world.after(0.0, spin)

    spin()
    with pytest.raises(Violation, match="spins"):
        world.run_until(1.0)


def test_asyncio_sleeps_and_waits_in_made_up_time() -> None:
    world = World(1)
    loop = MadeUpLoop(world)
    world.after_each = loop.turn
    woke: list[float] = []

    async def sleeper() -> None:
        await asyncio.sleep(3600.0)
        woke.append(world.now)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 60.0)
        woke.append(world.now)

    loop.create_task(sleeper())
    loop.turn()
    world.run_until(10_000.0)
    assert woke == [3600.0, 3660.0]
    assert loop.faults == []


def test_what_is_under_way_when_a_path_is_cut_arrives_in_order_once_it_is_mended() -> None:
    world = World(1)
    path = Path(world, "unit")
    connection, heard = Connection(world, path), []
    connection.receivers["up"] = heard.append
    connection.send("up", ("one",))
    path.cut.add("up")
    connection.send("up", ("two",))
    world.run_until(100.0)
    assert heard == []
    path.mend("up")
    world.run_until(101.0)
    assert heard == [("one",), ("two",)]


def test_a_machine_without_power_says_nothing_and_a_process_that_dies_is_heard_of() -> None:
    for dies, heard_of in (("vanish", []), ("close", [("closed",)])):
        world, heard = World(1), []
        connection = Connection(world, Path(world, "unit"))
        connection.receivers["up"] = heard.append
        getattr(connection, dies)("up")
        world.run_until(10.0)
        assert heard == heard_of
