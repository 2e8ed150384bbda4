"""The whole way by cable: a real desk program, the host's real parts and store, and pseudo-terminals between them."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from broker.mosquitto import RunningBroker
from host_agent.config import Config, parse
from host_agent.core.callers import Party, WaitingCaller
from host_agent.core.events import PbxConnected, QueueSeen, SnapshotTaken
from host_agent.core.search import Wanted
from tests.host_agent.host_parts import OFFICE, Host, host_at
from tests.serial.cable_rig import BYTES_PER_S, CableRig, flipping

ROOT = Path(__file__).parents[2]
CLOSED_PORT = 1
"""Nobody listens there: there is no broker."""


def until(fits: Callable[[], object], within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not fits():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.005)


class RunningHost:
    """A host's parts on an event loop in a thread of their own."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self.parts: Host
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    def __enter__(self) -> "RunningHost":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(15)
        assert not self._thread.is_alive()

    async def _run(self) -> None:
        async with host_at(self._config) as self.parts:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            self._ready.set()
            await self._stop.wait()

    def waiting(self, count: int) -> None:
        """The PBX tells that so many wait at the reception."""

        def deliver() -> None:
            live = self.parts.live
            now = live.clock()
            callers = tuple(WaitingCaller(f"call-{n}", Party("0612345678"), now) for n in range(count))
            live.deliver([PbxConnected(now), SnapshotTaken(now, (QueueSeen("receptie", count, callers),))])

        self._loop.call_soon_threadsafe(deliver)

    def notes(self) -> list[str]:
        """The ids of what stands in the inbox."""
        shelves = asyncio.run_coroutine_threadsafe(self.parts.inbox.shelves(Wanted(), limit=100), self._loop)
        return [note.id for note in shelves.result(10).open]


class RunningDesk:
    """A desk program, with its button on a string."""

    def __init__(self, folder: Path, config: str) -> None:
        self.outbox = folder / "state" / "outbox.sqlite3"
        self.log = folder / "desk.log"
        (folder / "desk.toml").write_text(
            f'unit = "balie-1"\nstate_directory = "{folder / "state"}"\n{config}'
            "[sign]\nminimum_lit_s = 0\nminimum_dark_s = 0\nwaiting = 3\n"
            "[notes]\nwithdraw_s = 0\n"  # else a second press takes the first one back
        )
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests/device/desk_on_stdin.py"), str(folder / "desk.toml")],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip

    def ask(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def answer(self, word: str) -> str:
        self.ask(word)
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def press(self) -> None:
        self.ask("down")
        threading.Event().wait(0.08)  # a finger: the contact must really be closed for a while
        self.ask("up")
        threading.Event().wait(0.2)  # a touch within 250 ms of the last one is taken for mashing

    def owed(self) -> list[str]:
        """The ids of the notes that the host has not receipted."""
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(f"file:{self.outbox}?mode=ro", uri=True)) as db,
        ):
            return [row[0] for row in db.execute("SELECT id FROM note")]
        return []

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        return code


@dataclass
class House:
    rig: CableRig
    host: RunningHost
    desk: RunningDesk

    def busy(self, is_busy: bool) -> None:
        """Four callers wait, or none; the sign follows."""
        self.host.waiting(4 if is_busy else 0)
        until(lambda: self.desk.answer("sign") == f"sign {int(is_busy)}")

    def keeps_a_note(self) -> str:
        """Press, and follow the note until it stands in the inbox and the unit has forgotten it; its id."""
        before = self.host.notes()
        self.desk.press()
        until(lambda: len(self.host.notes()) == len(before) + 1 and not self.desk.owed())
        (new,) = set(self.host.notes()) - set(before)
        return new


@contextmanager
def house_at(folder: Path, broker: RunningBroker | None = None, rate: float | None = None) -> Iterator[House]:
    """Desk and host on a cable, and with a broker on that too."""
    with ExitStack() as stack:
        rig = stack.enter_context(CableRig(folder, rate))
        (folder / "mqtt-password").touch(0o600)
        (folder / "mqtt-password").write_text("-\n" if broker is None else broker.passwords["host"])
        office = OFFICE.format(port=CLOSED_PORT if broker is None else broker.port, web=8088)
        cable = f'[[serial]]\nport = "{rig.host}"\nunit = "balie-1"\n'
        host = stack.enter_context(RunningHost(parse(office + cable, folder=folder)))
        config = f'[serial]\nport = "{rig.unit}"\n'
        if broker is not None:
            (folder / "pw").touch(0o600)
            (folder / "pw").write_text(broker.passwords["balie-1"])
            config += f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\npassword_file = "pw"\n'
        desk = RunningDesk(folder, config)
        stack.callback(desk.end)
        yield House(rig, host, desk)


def test_without_any_network_the_board_is_shown_and_a_note_is_received(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        house.busy(True)
        calm = house.desk.answer("glass")
        house.host.waiting(5)
        until(lambda: house.desk.answer("glass") != calm)
        house.keeps_a_note()
        house.busy(False)
        assert house.desk.end() == 0
        presence = house.host.parts.live.presences["balie-1"]
        until(lambda: not house.host.parts.live.presences["balie-1"].hello.online)  # its farewell came by cable
        assert presence.hello is not None
    log = house.desk.log.read_text()
    assert "connected at" in log
    assert "345678" not in log


def test_with_broker_and_cable_a_note_arrives_once_and_either_may_go(tmp_path: Path, mosquitto: RunningBroker) -> None:
    with house_at(tmp_path, mosquitto) as house:
        gateway = house.host.parts.link.gateway
        until(lambda: gateway.is_up and "link: connected" in house.desk.log.read_text())
        house.busy(True)
        kept = [house.keeps_a_note()]
        house.rig.unplug()
        until(lambda: not gateway.is_up)
        house.busy(False)
        kept.append(house.keeps_a_note())
        house.rig.plug()
        until(lambda: gateway.is_up)
        house.busy(True)
        kept.append(house.keeps_a_note())
        assert sorted(house.host.notes()) == sorted(kept)
        conflicts = [
            entry
            for note_id in kept
            for entry in house.host.parts.store.find(note_id)[1]  # type: ignore[index]  # it is there
            if entry.what == "conflict"
        ]
        assert conflicts == []


def test_notes_pressed_while_the_cable_is_out_arrive_when_it_is_in_again(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        until(lambda: house.host.parts.link.gateway.is_up)
        house.rig.unplug()
        for _ in range(3):
            before = len(house.desk.owed())
            house.desk.press()
            until(lambda: len(house.desk.owed()) == before + 1)  # noqa: B023  # ran at once
        owed = house.desk.owed()
        assert house.host.notes() == []
        house.rig.plug()
        until(lambda: not house.desk.owed())
        assert sorted(house.host.notes()) == sorted(owed)


def test_on_a_noisy_cable_notes_arrive_once_and_nothing_wrong_is_shown(tmp_path: Path) -> None:
    with house_at(tmp_path) as house:
        until(lambda: house.host.parts.link.gateway.is_up)
        house.rig.spoil = flipping(1e-4)
        for number in range(3):
            house.busy(number % 2 == 0)
            house.keeps_a_note()
        assert len(house.host.notes()) == 3


def test_at_115200_baud_a_board_is_on_the_glass_well_within_a_second(tmp_path: Path) -> None:
    with house_at(tmp_path, rate=BYTES_PER_S) as house:
        house.busy(False)
        took = []
        for number in range(12):
            threading.Event().wait(0.15)  # the pace of boards: this measures the way, not the pace
            shown = house.desk.answer("glass")
            began = time.monotonic()
            house.host.waiting(4 + number)
            until(lambda: house.desk.answer("glass") != shown)  # noqa: B023  # ran at once
            took.append(time.monotonic() - began)
        print(sorted(took))
        assert median(took) < 0.5


def test_the_two_programs_themselves_need_nothing_but_the_cable(tmp_path: Path) -> None:
    with ExitStack() as stack:
        rig = stack.enter_context(CableRig(tmp_path))
        (tmp_path / "mqtt-password").touch(0o600)
        (tmp_path / "mqtt-password").write_text("-\n")
        config = tmp_path / "host.toml"
        config.write_text(
            OFFICE.format(port=CLOSED_PORT, web=_free_port()) + f'[[serial]]\nport = "{rig.host}"\nunit = "balie-1"\n'
        )
        program = [sys.executable, "-c", "import sys; from host_agent.app import main; sys.exit(main())"]
        said = (tmp_path / "host.log").open("w")
        stack.callback(said.close)
        host = subprocess.Popen([*program, "run", "--config", str(config)], stderr=said, cwd=ROOT)
        stack.callback(host.kill)
        desk = RunningDesk(tmp_path, f'[serial]\nport = "{rig.unit}"\n')
        stack.callback(desk.end)
        until(lambda: "connected at" in desk.log.read_text())
        desk.press()
        until(lambda: desk.owed() or _kept(tmp_path))
        until(lambda: _kept(tmp_path) == 1 and not desk.owed())
        assert desk.end() == 0
        host.terminate()
        assert host.wait(15) == 0
    log = (tmp_path / "host.log").read_text()
    assert f"cable balie-1: connected at {rig.host}" in log
    assert "Traceback" not in log


def _kept(folder: Path) -> int:
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{folder / 'host.sqlite3'}?mode=ro", uri=True)) as db,
    ):
        return int(db.execute("SELECT count(*) FROM notes").fetchone()[0])
    return 0


def _free_port() -> int:
    from broker.mosquitto import free_port

    return free_port()
