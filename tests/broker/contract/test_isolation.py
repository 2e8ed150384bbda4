"""Who can reach whom, judged by what is delivered: a broker may grant a subscription and mean nothing by it."""

from collections.abc import Callable
from typing import Any

import pytest

Join = Callable[..., Any]
BOARD_A = "belbord/unit/balie-1/board"
MARKER = b"marker"

# (who speaks, topic): what no unit may say, by any way.
FORBIDDEN = [
    ("balie-1", "belbord/unit/balie-2/note"),
    ("balie-1", "belbord/unit/balie-2/hello"),
    ("balie-1", "belbord/unit/balie-2/board"),
    ("balie-1", "belbord/unit/balie-2/receipt"),
    ("balie-1", "belbord/unit/balie-2/command"),
    ("balie-1", "belbord/unit/balie-1/board"),
    ("balie-1", "belbord/unit/balie-1/receipt"),
    ("balie-1", "belbord/unit/balie-1/command"),
    ("balie-1", "belbord/unit/balie-1/note/x"),
    ("balie-1", "belbord/queue/receptie"),
    ("balie-1", "elsewhere/x"),
    ("host", "belbord/unit/balie-1/note"),
    ("host", "belbord/unit/balie-1/hello"),
]
NOSY = ["#", "+/#", "belbord/#", "belbord/unit/#", "belbord/unit/+/board", "belbord/unit/balie-2/board",
        "belbord/unit/balie-2/#",
        "$share/g/#", "$share/g/belbord/unit/+/board", "$SYS/#", "$SYS/broker/version"]  # fmt: skip


def _everybody_listens(*parties: Any) -> None:
    for party in parties:
        for topic in (
            "#",
            "belbord/#",
            "belbord/unit/+/note",
            "belbord/unit/+/hello",
            "elsewhere/#",
            "belbord/queue/+",
        ):
            party.subscribe(topic)
    for party, unit in zip(parties[1:], ("balie-1", "balie-2"), strict=False):
        for levels in ("board", "receipt", "command"):
            party.subscribe(f"belbord/unit/{unit}/{levels}")


def _marker_reaches_all(host: Any, first: Any, second: Any) -> None:
    """A broker serves one connection in order, so what comes after shows that nothing came before."""
    host.publish("belbord/unit/balie-1/board", MARKER)
    host.publish("belbord/unit/balie-2/board", MARKER)
    first.publish("belbord/unit/balie-1/note", MARKER)
    for party in (host, first, second):
        party.wait_for(MARKER)


@pytest.mark.parametrize(("speaker", "topic"), FORBIDDEN)
@pytest.mark.parametrize("retain", [False, True])
def test_what_one_may_not_say_reaches_nobody(join: Join, speaker: str, topic: str, retain: bool) -> None:
    with join("host") as host, join("balie-1") as first, join("balie-2") as second:
        _everybody_listens(host, first, second)
        {"host": host, "balie-1": first}[speaker].publish(topic, b"forged", retain=retain)
        _marker_reaches_all(host, first, second)
        for party in (host, first, second):
            assert b"forged" not in party.payloads()
    with join("host") as late, join("balie-2") as other:
        _everybody_listens(late)
        other.publish("belbord/unit/balie-2/note", MARKER)
        late.wait_for(MARKER)
        assert b"forged" not in late.payloads()


@pytest.mark.parametrize(("speaker", "topic"), FORBIDDEN)
def test_a_will_on_a_forbidden_topic_reaches_nobody(join: Join, speaker: str, topic: str) -> None:
    other = "balie-2" if speaker == "balie-1" else "balie-1"
    with join("host" if speaker != "host" else "balie-2") as listener, join(other) as victim:
        for party in (listener, victim):
            party.subscribe("belbord/#")
            party.subscribe("belbord/unit/+/note")
            party.subscribe(f"belbord/unit/{other}/board")
        with join(speaker, will=(topic, b"forged")) as gone:
            if gone.connected is not None and not gone.connected.is_failure:
                gone.client.socket().shutdown(2)
                gone.wait_until(lambda: gone.disconnected is not None, "the connection ends")
        with join("host") as host:
            host.publish(f"belbord/unit/{other}/board", MARKER)
            victim.wait_for(MARKER)
        assert b"forged" not in victim.payloads() + listener.payloads()


@pytest.mark.parametrize("nosy", NOSY)
def test_a_unit_that_listens_everywhere_hears_only_what_is_its_own(join: Join, nosy: str) -> None:
    with join("host") as host, join("balie-1") as first, join("balie-2") as second:
        first.subscribe(nosy)
        first.subscribe(BOARD_A)
        for levels in ("board", "receipt", "command"):
            host.publish(f"belbord/unit/balie-2/{levels}", b"for the other")
        second.publish("belbord/unit/balie-2/note", b"by the other")
        second.publish("belbord/unit/balie-2/hello", b"by the other")
        host.publish(BOARD_A, MARKER)
        first.wait_for(MARKER)
        assert {topic for topic, _, _ in first.received} <= {BOARD_A}


def test_everybody_hears_the_queue_counts(join: Join) -> None:
    with join("host") as host, join("balie-1") as first, join("balie-2") as second:
        for unit in (first, second):
            unit.subscribe("belbord/queue/+")
        host.publish("belbord/queue/receptie", b"counts")
        first.wait_for(b"counts")
        second.wait_for(b"counts")
