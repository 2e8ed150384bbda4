"""An office to play with, and the running simulated PBX."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from broker.mosquitto import free_port
from host_agent.pbx.simulated.actions import Action, CallerRings, TimePasses
from host_agent.pbx.simulated.facts import Office, Temper, the_office
from host_agent.pbx.simulated.office import step
from host_agent.pbx.simulated.packets import Live
from host_agent.pbx.simulated.people import Person

JAN = Person("0612345678", "Jan de Jong")


@dataclass
class Story:
    """An office to which things happen one after another."""

    office: Office
    now: float = 0.0
    told: list[Live] = field(default_factory=list)
    done: bool = True

    def happens(self, action: Action, after_s: float = 1.0) -> list[Live]:
        """Let `action` happen `after_s` later; what the PBX then said."""
        self.now += after_s
        taken = step(self.office, action, self.now)
        self.office, self.done = taken.office, taken.done
        self.told += taken.told
        return list(taken.told)

    def rings(self, person: Person = JAN, queue: str = "receptie", temper: Temper | None = None) -> str:
        """A caller joins; its Uniqueid."""
        told = self.happens(CallerRings(person, queue, temper or Temper()))
        return dict(told[0].fields)["Uniqueid"]

    def pass_time(self, seconds: float) -> list[Live]:
        """Time passes in quarters of a second."""
        return [live for _ in range(int(seconds * 4)) for live in self.happens(TimePasses(), 0.25)]


@pytest.fixture
def story() -> Story:
    return Story(the_office(1_795_344_000.0))


@dataclass
class RunningPbx:
    """The simulated PBX as a process."""

    process: "subprocess.Popen[bytes]"
    ami_port: int
    control_port: int
    secret: str

    def act(self, name: str, /, **body: Any) -> dict[str, Any]:
        answer = httpx.post(f"http://127.0.0.1:{self.control_port}/actions/{name}", json=body, timeout=5)
        answer.raise_for_status()
        return dict(answer.json())

    def state(self) -> dict[str, Any]:
        return dict(httpx.get(f"http://127.0.0.1:{self.control_port}/state", timeout=5).json())


def wait_until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


@pytest.fixture
def running_pbx(tmp_path: Path) -> Iterator[RunningPbx]:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    ami_port, control_port = free_port(), free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "host_agent.pbx.simulated", "--ami-port", str(ami_port)),
            *("--control-port", str(control_port), "--secret-file", str(secret), "--seed", "1"),
        ],
        cwd=Path(__file__).parents[4],
        env={**os.environ, "PYTHONPATH": "."},
    )
    running = RunningPbx(process, ami_port, control_port, "s3cret")

    def answers() -> bool:
        assert process.poll() is None, "the simulated PBX ended"
        try:
            return running.state()["pbx"] == "up"
        except httpx.TransportError:
            return False

    try:
        wait_until(answers)
        yield running
    finally:
        process.terminate()
        assert process.wait(5) == 0
