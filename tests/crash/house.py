"""A whole house in processes: Mosquitto, a simulated PBX, host and units, each of which can be killed."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from broker.mosquitto import Login, prepare, start, wait_until_it_listens
from tests.crash.chair import Chair
from tests.crash.oracle import Oracle
from tests.crash.ports import steady_port
from tests.crash.programs import Program
from tests.settings import Desk, write_desk, write_host

HOST = "host"
EXTENSION = "202"
"""A phone that no queue rings: its desk's glass shows the queue whatever the callers do."""
READY_WITHIN_S = 20.0
SIGN = """
[sign]
waiting = 1
minimum_lit_s = 0
minimum_dark_s = 0
when_unsure = "dark"
[notes]
withdraw_s = 0
"""
"""The sign follows the queue at once and is dark when unsure; every press is a note of its own."""


class Broker:
    """Mosquitto on one port for as long as the house stands."""

    def __init__(self, folder: Path, users: Sequence[str]) -> None:
        self.folder = folder
        self.port = steady_port()
        self.passwords = {user: f"word-of-{user}" for user in users}
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        prepare(folder, self.port, self.passwords, HOST)

    def start(self) -> None:
        self.starts += 1
        self._process = start(self.folder)

    def wait(self) -> None:
        """Until it listens."""
        assert self._process is not None
        wait_until_it_listens(self._process, self.port, self.folder / "log")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)

    def login(self, user: str, port: int | None = None) -> Login:
        """The way in, by another port where a proxy stands between."""
        return Login("127.0.0.1", port or self.port, user, self.passwords[user])


@dataclass
class Switchboard:
    """The simulated PBX: its program, and the people at it."""

    program: Program
    ami: int
    control: int

    def do(self, action: str, **body: object) -> None:
        """What `host_agent/pbx/simulated/control.py` offers."""
        request = Request(
            f"http://127.0.0.1:{self.control}/actions/{action}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=5) as answer:
            assert json.load(answer)["done"], f"the PBX did not {action}"

    def is_up(self) -> bool:
        return answers(f"http://127.0.0.1:{self.control}/state")


@dataclass
class Unit:
    """A unit: its program, its chair, its outbox."""

    name: str
    program: Program
    chair: Chair
    outbox: Path


@dataclass
class House:
    """All of it. Nothing runs until it is started."""

    folder: Path
    broker: Broker
    pbx: Switchboard
    host: Program
    web: int
    store: Path
    units: dict[str, Unit]
    oracle: Oracle
    opened: ExitStack = field(repr=False)

    def start_all_but_units(self) -> None:
        """Broker, PBX and host."""
        self.broker.start()
        self.pbx.program.start()
        self.broker.wait()
        until("the PBX is up", self.pbx.is_up)
        self.host.start()

    def start(self) -> None:
        """Everything, until every glass is fresh."""
        self.start_all_but_units()
        for unit in self.units.values():
            unit.program.start()
        self.wait_until_fresh(READY_WITHIN_S)

    def wait_until_fresh(self, within_s: float) -> float:
        """Seconds until each glass vouches for what it shows; asserts that this comes in time."""
        began = time.monotonic()
        for unit in self.units.values():
            left = began + within_s - time.monotonic()
            fresh = unit.chair.wait(lambda seen: seen.is_fresh, max(0.0, left))
            assert fresh is not None, f"{unit.name} is not fresh after {within_s} s\n{self.words()}"
        return time.monotonic() - began

    def is_host_linked(self) -> bool:
        """Whether the host runs and the broker let it in."""
        try:
            with urlopen(f"http://127.0.0.1:{self.web}/api/health", timeout=2) as answer:
                return bool(json.load(answer)["link"])
        except (URLError, OSError):
            return False

    def words(self) -> str:
        """The last words of everyone, for a test that failed."""
        programs = {"host": self.host, "pbx": self.pbx.program} | {u.name: u.program for u in self.units.values()}
        return "\n".join(f"--- {name}\n" + "\n".join(each.said.splitlines()[-12:]) for name, each in programs.items())


def until(claim: str, holds: Callable[[], bool], within_s: float = READY_WITHIN_S) -> float:
    """Seconds until it holds; asserts that this comes in time."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within_s, f"not within {within_s} s: {claim}"
        threading.Event().wait(0.02)
    return time.monotonic() - began


def answers(address: str) -> bool:
    """Whether a page is served there."""
    try:
        with urlopen(address, timeout=2):
            return True
    except (URLError, OSError):
        return False


@contextmanager
def built(
    folder: Path,
    names: Sequence[str] = ("balie-1",),
    *,
    broker_of: Callable[[str, int], int] | None = None,
    ami_of: Callable[[int], int] | None = None,
    pbx: Switchboard | None = None,
    desk_more: str = SIGN,
    host_more: str = "",
    store: Path | None = None,
) -> Iterator[House]:
    """A house in `folder`. `broker_of` (user, port) and `ami_of` (port) name the port of a proxy to go through.

    `pbx`: one that runs already, of another house.
    """
    with ExitStack() as opened:
        broker = Broker(folder / "broker", [HOST, *names])
        opened.callback(broker.kill)
        if pbx is None:
            pbx = switchboard(folder)
            opened.callback(pbx.program.kill)
        web, through = steady_port(), broker_of or (lambda _user, port: port)
        store = store or folder / "host.sqlite3"
        config = write_host(
            folder,
            broker.login(HOST, through(HOST, broker.port)),
            web=web,
            ami_port=pbx.ami if ami_of is None else ami_of(pbx.ami),
            ami_secret="ami-word",
            desks=[Desk(name, EXTENSION) for name in names],
            store=store,
            more=host_more,
        )
        host = Program("host", ["run", "--config", str(config)], folder / "host.log")
        opened.callback(host.kill)
        units = {}
        for name in names:
            port = steady_port()
            desk = write_desk(folder, broker.login(name, through(name, broker.port)), more=desk_more)
            program = Program(
                "desk",
                ["run", "--config", str(desk), "--virtual", str(port)],
                folder / f"{name}.log",
                keeps=folder / f"{name}.keeps",
            )
            opened.callback(program.kill)
            chair = opened.enter_context(Chair(name, port))
            units[name] = Unit(name, program, chair, folder / name / "outbox.sqlite3")
        oracle = Oracle(store, {name: folder / f"{name}.keeps" for name in names})
        yield House(folder, broker, pbx, host, web, store, units, oracle, opened)


def switchboard(folder: Path) -> Switchboard:
    """A simulated PBX that is not yet started."""
    (folder / "ami-secret").write_text("ami-word")
    ami, control = steady_port(), steady_port()
    arguments = ["--ami-port", str(ami), "--control-port", str(control)]
    arguments += ["--secret-file", str(folder / "ami-secret"), "--seed", "1"]
    return Switchboard(Program("pbx", arguments, folder / "pbx.log"), ami, control)
