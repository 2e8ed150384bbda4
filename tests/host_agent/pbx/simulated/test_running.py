"""The simulated PBX as a program: over TCP, over HTTP, going away and coming back."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest


class Wire:
    """A raw AMI client that keeps the stream."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.stream = b""

    def send(self, **fields: str) -> None:
        self.connection.sendall("".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n")

    def until(self, text: bytes) -> bytes:
        """Read on until `text` has come; the stream so far. Ends at once when the PBX hangs up."""
        while text not in self.stream:
            received = self.connection.recv(65536)
            assert received, f"hung up before {text!r}: {self.stream[-300:]!r}"
            self.stream += received
        return self.stream


def _hung_up(connection: socket.socket) -> bool:
    """Read to the end, which may come as a reset."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


@contextmanager
def logged_in(pbx: Any) -> Iterator[Wire]:
    with socket.create_connection(("127.0.0.1", pbx.ami_port), timeout=5) as connection:
        wire = Wire(connection)
        wire.until(b"Asterisk Call Manager/11.0.0\r\n")
        wire.send(Action="Login", Username="belbord", Secret=pbx.secret)
        wire.until(b"FullyBooted")
        yield wire


def test_what_is_done_at_the_switchboard_is_told_over_ami(running_pbx: Any) -> None:
    with logged_in(running_pbx) as wire:
        running_pbx.act("ring", number="0612345678", name="Van 't Hof")
        assert b"CallerIDName: Van \\'t Hof" in wire.until(b"Event: QueueCallerJoin")
        running_pbx.act("answer", extension="100")
        wire.until(b"Event: AgentConnect")
        running_pbx.act("hold", extension="100")
        wire.until(b"Event: Hold\r\n")
        running_pbx.act("resume", extension="100")
        running_pbx.act("transfer", extension="100", to="202")
        wire.until(b"Event: BlindTransfer")
        assert running_pbx.act("hang_up", extension="100")["done"] is False


def test_a_phone_that_nobody_answers_rings_on_the_clock(running_pbx: Any) -> None:
    with logged_in(running_pbx) as wire:
        running_pbx.act("ring", queue="service")
        wire.connection.settimeout(10)
        wire.until(b"Event: AgentConnect")  # Anouk answers after some seconds


def test_the_pbx_goes_away_and_comes_back_with_its_callers(running_pbx: Any) -> None:
    running_pbx.act("ring")
    with logged_in(running_pbx) as wire:
        running_pbx.act("pbx_away")
        while wire.connection.recv(65536):
            pass
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", running_pbx.ami_port), timeout=2)
    assert running_pbx.state()["pbx"] == "away"
    running_pbx.act("pbx_back")
    with logged_in(running_pbx) as wire:
        wire.send(Action="QueueStatus", ActionID="q")
        assert wire.until(b"QueueStatusComplete").count(b"Event: QueueEntry") == 1


def test_a_restarted_pbx_lost_its_callers_and_boots_a_moment(running_pbx: Any) -> None:
    running_pbx.act("ring")
    with logged_in(running_pbx) as wire:
        running_pbx.act("pbx_away", restart=True)
        wire.until(b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: True")
    running_pbx.act("pbx_back")
    with logged_in(running_pbx) as wire:
        wire.send(Action="QueueStatus", ActionID="q")
        assert wire.until(b"QueueStatusComplete").count(b"Event: QueueEntry") == 0


def test_a_busy_morning_and_calm(running_pbx: Any) -> None:
    with logged_in(running_pbx) as wire:
        running_pbx.act("busy_morning")
        wire.until(b"Event: QueueCallerJoin")
        assert running_pbx.state()["busy"]
        state = running_pbx.act("calm")["state"]
        assert not state["busy"]
        assert [queue["waiting"] for queue in state["queues"]] == [[], []]


def test_the_state_is_told_as_it_changes(running_pbx: Any) -> None:
    with httpx.stream("GET", f"http://127.0.0.1:{running_pbx.control_port}/events", timeout=5) as stream:
        lines = stream.iter_lines()
        assert '"ringing"' not in next(line for line in lines if line.startswith("data:"))
        running_pbx.act("ring")
        assert '"ringing"' in next(line for line in lines if line.startswith("data:"))


@pytest.mark.parametrize(
    ("path", "content", "kind", "status"),
    [
        ("/actions/dance", b"{}", "application/json", 404),
        ("/actions/answer", b"{}", "application/json", 400),
        ("/actions/ring", b"[1]", "application/json", 400),
        ("/actions/ring", b"{", "application/json", 400),
        ("/actions/ring", b'{"patience_s": "long"}', "application/json", 400),
        ("/actions/ring", b"x" * 5000, "application/json", 400),
        ("/actions/ring", b"{}", "text/plain", 415),
    ],
)
def test_a_wrong_request_is_refused(running_pbx: Any, path: str, content: bytes, kind: str, status: int) -> None:
    url = f"http://127.0.0.1:{running_pbx.control_port}{path}"
    assert httpx.post(url, content=content, headers={"content-type": kind}).status_code == status


def test_another_host_name_is_refused(running_pbx: Any) -> None:
    url = f"http://127.0.0.1:{running_pbx.control_port}/state"
    assert httpx.get(url, headers={"host": "evil.example"}).status_code == 400


def test_rubbish_on_the_wire_ends_that_connection_and_no_other(running_pbx: Any) -> None:
    with logged_in(running_pbx) as wire:
        with socket.create_connection(("127.0.0.1", running_pbx.ami_port), timeout=5) as bad:
            bad.sendall(b"x" * 100_000 + b"\n")
            assert _hung_up(bad)
        wire.send(Action="Ping")
        wire.until(b"Ping: Pong")
