"""What the two programs need of a broker: MQTT 5, quality of service, wills, expiry, retention, one session a user."""

import socket
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest

Join = Callable[..., Any]
NOTE_A, BOARD_A, HELLO_A = "belbord/unit/balie-1/note", "belbord/unit/balie-1/board", "belbord/unit/balie-1/hello"
QUEUE = "belbord/queue/receptie"


def test_a_known_user_is_welcome_with_mqtt_5(join: Join) -> None:
    with join("balie-1") as unit:
        assert not unit.connected.is_failure
        assert unit.connected.packetType == 2  # CONNACK, which carries an MQTT 5 reason code


@pytest.mark.parametrize(("user", "password"), [("balie-1", "wrong"), ("nobody", "x"), ("balie-1", ""), ("", "")])
def test_a_stranger_is_refused(join_with: Join, user: str, password: str) -> None:
    with join_with(user, password) as stranger:
        assert stranger.connected is None or stranger.connected.is_failure


@pytest.mark.parametrize("qos", [0, 1])
def test_a_message_arrives_once_and_whole(join: Join, qos: int) -> None:
    payload = bytes(range(256)) * 60
    with join("host") as host, join("balie-1") as unit:
        host.subscribe("belbord/unit/+/note", qos)
        unit.publish(NOTE_A, payload, qos)
        unit.publish(NOTE_A, b"last", qos)
        host.wait_for(b"last")
        assert host.payloads() == [payload, b"last"]


def test_the_order_of_a_unit_is_kept(join: Join) -> None:
    with join("host") as host, join("balie-1") as unit:
        host.subscribe("belbord/unit/+/note")
        sent = [str(number).encode() for number in range(100)]  # a broker may bound a session's queue
        for payload in sent:
            unit.client.publish(NOTE_A, payload, 1)
        host.wait_for(sent[-1])
        assert host.payloads() == sent


def test_a_wildcard_hears_every_unit(join: Join) -> None:
    with join("host") as host, join("balie-1") as first, join("balie-2") as second:
        host.subscribe("belbord/unit/+/note")
        first.publish(NOTE_A, b"one")
        second.publish("belbord/unit/balie-2/note", b"two")
        host.wait_for(b"one")
        host.wait_for(b"two")


def test_the_will_of_a_unit_that_vanishes_is_told(join: Join) -> None:
    with join("host") as host:
        host.subscribe("belbord/unit/+/hello")
        with join("balie-1", will=(HELLO_A, b"gone")) as unit:
            unit.client.socket().shutdown(socket.SHUT_RDWR)
            host.wait_for(b"gone")


def test_the_will_of_a_unit_that_says_goodbye_is_not_told(join: Join) -> None:
    with join("host") as host:
        host.subscribe("belbord/unit/+/hello")
        with join("balie-1", will=(HELLO_A, b"gone")):
            pass
        with join("balie-1") as again:
            again.publish(HELLO_A, b"marker")
            host.wait_for(b"marker")
        assert host.payloads() == [b"marker"]


def test_queue_counts_are_kept_for_who_comes_later(join: Join) -> None:
    with join("host") as host:
        host.publish(QUEUE, b"counts", 0, retain=True, expiry_s=60)
        with join("balie-1") as late:
            late.subscribe("belbord/queue/+")
            late.wait_for(b"counts")
            assert (QUEUE, b"counts", True) in late.received
        host.publish(QUEUE, b"", 0, retain=True)


def test_kept_queue_counts_expire(join: Join) -> None:
    with join("host") as host, join("balie-1") as probe:
        host.publish(QUEUE, b"counts", 1, retain=True, expiry_s=1)
        deadline = time.monotonic() + 5
        while True:
            probe.received.clear()
            probe.subscribe("belbord/queue/+")  # each subscription sends again what is retained
            probe.subscribe(BOARD_A)
            host.publish(BOARD_A, b"marker")
            probe.wait_for(b"marker")
            if b"counts" not in probe.payloads():
                return
            assert time.monotonic() < deadline, "still there after 5 s"


def test_a_message_for_a_unit_that_is_away_expires(join: Join) -> None:
    with join("host") as host:
        with join("balie-1", session_s=60) as unit:
            unit.subscribe(BOARD_A)
        host.publish(BOARD_A, b"stale", expiry_s=1)
        host.publish(BOARD_A, b"kept", expiry_s=60)
        pause_until_expired()
        with join("balie-1", session_s=0, clean=False) as unit:
            unit.wait_for(b"kept")
            assert b"stale" not in unit.payloads()


def pause_until_expired() -> None:
    """Only the broker's own clock can make a message expire."""
    time.sleep(2.1)


def test_a_session_keeps_a_receipt_for_a_unit_that_is_away_a_moment(join: Join) -> None:
    with join("host") as host:
        with join("balie-1", session_s=60) as unit:
            unit.subscribe("belbord/unit/balie-1/receipt")
        host.publish("belbord/unit/balie-1/receipt", b"receipt")
        with join("balie-1", session_s=0, clean=False) as unit:
            unit.wait_for(b"receipt")


def test_a_unit_that_connects_again_takes_over_its_own_session(join: Join) -> None:
    with join("balie-1", client_id="one") as before, join("balie-1", client_id="two") as after:
        before.wait_until(lambda: before.disconnected is not None, "the older connection ends")
        assert before.disconnected.is_failure
        assert after.disconnected is None


def test_nobody_ends_a_units_session_by_borrowing_its_client_id(join: Join) -> None:
    with join("host") as host, join("balie-1", client_id="balie-1") as victim:
        victim.subscribe(BOARD_A)
        with join("balie-2", client_id="balie-1") as thief:
            assert not thief.connected.is_failure
            host.publish(BOARD_A, b"still here")
            victim.wait_for(b"still here")
        assert victim.disconnected is None


def test_a_payload_beyond_the_limit_ends_that_connection_and_no_other(join: Join) -> None:
    with join("host") as host, join("balie-1") as unit:
        host.subscribe("belbord/unit/+/note")
        unit.client.publish(NOTE_A, b"x" * 100_000, 1)
        unit.wait_until(lambda: unit.disconnected is not None, "the broker hangs up")
        with join("balie-2") as other:
            other.publish("belbord/unit/balie-2/note", b"next")
        host.wait_for(b"next")
        assert host.payloads() == [b"next"]


def test_a_round_trip_is_not_held_back_by_nagle(join: Join) -> None:
    """Without TCP_NODELAY at the broker a QoS 1 round trip waits some 40 ms for a delayed acknowledgement."""
    times: list[float] = []
    with join("host") as host, join("balie-1") as unit:
        for party in (host, unit):
            party.client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        host.subscribe("belbord/unit/+/note")
        unit.subscribe("belbord/unit/balie-1/receipt")
        for number in range(20):
            there, back = f"there-{number}".encode(), f"back-{number}".encode()
            started = time.monotonic()
            unit.client.publish(NOTE_A, there, 1)
            host.wait_for(there)
            host.client.publish("belbord/unit/balie-1/receipt", back, 1)
            unit.wait_for(back)
            times.append(time.monotonic() - started)
    assert statistics.median(times) < 0.030
