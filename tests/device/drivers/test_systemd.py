import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.drivers.systemd import ServiceManager


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def said(manager: socket.socket) -> list[str]:
    words = []
    while True:
        try:
            words.append(manager.recv(100).decode())
        except BlockingIOError:
            return words


def test_ready_watchdog_and_stopping_reach_systemd(manager: socket.socket) -> None:
    environment = {
        "NOTIFY_SOCKET": manager.getsockname(),
        "WATCHDOG_USEC": "20000000",
        "WATCHDOG_PID": str(os.getpid()),
    }
    now = 100.0
    with ServiceManager(lambda: now, environment) as unit:
        assert unit.interval_s == 20.0
        unit.ready()
        unit.beat()
        now = 101.0
        unit.beat()
        now = 106.0
        unit.beat()
        unit.stopping()
    assert said(manager) == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]


def test_an_abstract_socket_is_reached(manager: socket.socket) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hidden:
        name = f"belbord-test-{os.getpid()}"
        hidden.bind("\0" + name)
        with ServiceManager(lambda: 0.0, {"NOTIFY_SOCKET": "@" + name}) as unit:
            unit.ready()
        assert hidden.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    "environment",
    [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}],
)
def test_without_a_watchdog_for_this_process_nobody_watches(environment: dict[str, str]) -> None:
    with ServiceManager(lambda: 0.0, environment) as unit:
        assert unit.interval_s is None
        unit.ready()
        unit.beat()


def test_a_manager_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    with ServiceManager(lambda: 0.0, {"NOTIFY_SOCKET": str(tmp_path / "nobody")}) as unit:
        unit.ready()
