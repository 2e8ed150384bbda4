"""Every row of the topic table, said by every role, in every way, judged by who was delivered what."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from broker.topics import TABLE, Direction, Row

Join = Callable[..., Any]
Delivery = tuple[str, str, str]
"""(who heard, who said, topic)"""
ROLES = ("host", "balie-1", "balie-2")
UNITS = ("balie-1", "balie-2")


def _topics(row: Row) -> Iterator[tuple[str, str]]:
    """Whose topic it is, and the topic."""
    if row.direction is Direction.HOST_TO_ANYONE:
        yield "anyone", f"belbord/{row.levels.format(queue='receptie')}"
    else:
        for unit in UNITS:
            yield unit, f"belbord/{row.levels.format(unit=unit)}"


def _deserved(row: Row, whose: str, topic: str) -> set[Delivery]:
    match row.direction:
        case Direction.UNIT_TO_HOST:
            return {("host", whose, topic)}
        case Direction.HOST_TO_UNIT:
            return {(whose, "host", topic)}
        case Direction.HOST_TO_ANYONE:
            return {(hearer, "host", topic) for hearer in ROLES}


FILTERS = ("#", "belbord/#", "+/+/+/+", "+/+/+", "$share/all/#", "belbord/unit/+/+", "belbord/queue/+")


@pytest.mark.parametrize("retain", [False, True], ids=["said", "retained"])
def test_each_row_reaches_whom_it_is_for_and_nobody_else(join: Join, retain: bool) -> None:
    with join("host") as host, join("balie-1") as first, join("balie-2") as second:
        parties = dict(zip(ROLES, (host, first, second), strict=True))
        everything = [(row, whose, topic) for row in TABLE for whose, topic in _topics(row)]
        for party, topic in product(parties.values(), (*FILTERS, *(topic for _, _, topic in everything))):
            party.subscribe(topic)
        for (role, party), (_, _, topic) in product(parties.items(), everything):
            party.publish(topic, f"{role} {topic}".encode(), retain=retain)
        for party, topic in ((host, "belbord/unit/balie-1/board"), (host, "belbord/unit/balie-2/board"),
                             (first, "belbord/unit/balie-1/note"), (second, "belbord/unit/balie-2/note")):  # fmt: skip
            party.publish(topic, b"the end")
        for party in parties.values():
            party.wait_for(b"the end")
        delivered = {
            (hearer, *payload.decode().split(" ", 1))
            for hearer, party in parties.items()
            for _, payload, _ in party.received
            # The broker is everybody's in this folder: what others left there is not ours.
            if payload.split(b" ")[0].decode() in ROLES
        }
        for _, _, topic in everything:
            host.publish(topic, b"", retain=True)
            first.publish(topic, b"", retain=True)
            second.publish(topic, b"", retain=True)
    assert delivered == {delivery for row, whose, topic in everything for delivery in _deserved(row, whose, topic)}


def test_nobody_without_a_name_hears_or_says_anything(join: Join, join_with: Join) -> None:
    with join("host") as host:
        host.subscribe("#")
        host.subscribe("belbord/unit/+/note")
        with join_with("", "") as nobody:
            assert nobody.connected is None or nobody.connected.is_failure
        with join("balie-1") as unit:
            unit.publish("belbord/unit/balie-1/note", b"the end")
            host.wait_for(b"the end")
        # Once for each filter that it matches, as MQTT 5 allows (3.3.4).
        assert {payload for payload in host.payloads() if not payload.startswith(b"{")} == {b"the end"}
