"""The desk unit as a real process: first frame, memory, sleep, and the way from the button to the receipt."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import paho.mqtt.client as paho
import psutil
from paho.mqtt.enums import CallbackAPIVersion

from broker.mosquitto import RunningBroker, running
from broker.names import UnitName
from device.access import Broker
from device.clock import boottime
from device.core.events import LinkUp, ReceiptArrived, Started, StopAsked
from device.core.notes import KeptNote
from device.core.pages import NoteShown, Page
from device.core.rules import NoteRules, Rules
from device.core.unit import Unit
from device.drivers import outbox_file
from device.drivers.keys import ButtonKey
from device.drivers.lights import SignLamp
from device.drivers.link import MqttLink
from device.drivers.outbox import SqliteOutbox
from device.drivers.pins import mock_pins
from device.drivers.reach import no_delay
from device.drivers.systemd import ServiceManager
from device.loop import Drivers, run
from device.ports import Inbox

ROOT = Path(__file__).parent.parent
UNIT = UnitName("balie-1")
BARE = UnitName("balie-2")
"""Whose topics the bare round trip uses."""
STARTS = 7
IDLE_S = 60.0
PRESSES = 40


def measure() -> dict[str, float]:
    """Medians; times in ms, memory in MiB."""
    with tempfile.TemporaryDirectory(prefix="belbord-bench-") as name, running(["host", UNIT, BARE]) as broker:
        folder = Path(name)
        starts = [(_first_frame_ms(folder, broker), _bare_import_ms()) for _ in range(STARTS)]
        first_frame, bare_import = (median(column) for column in zip(*starts, strict=True))
        with _host(folder, broker):
            rss, wakes = _at_rest(folder, broker)
            touch, release, floor = _presses(folder, broker)
    return {
        "first_frame_ms": first_frame,
        "bare_import_ms": bare_import,
        "first_frame_ratio": first_frame / bare_import,
        "rss_mib": rss,
        "idle_wakes_per_s": wakes,
        "touch_to_page_ms_p50": touch,
        "release_to_receipt_ms_p50": release,
        "two_commits_and_round_trip_ms_p50": floor,
        "release_to_receipt_ratio": release / floor,
    }


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _config(folder: Path, broker: RunningBroker) -> Path:
    (folder / "pw").write_text(broker.passwords[UNIT])
    (folder / "pw").chmod(0o600)
    path = folder / "desk.toml"
    path.write_text(
        f'unit = "{UNIT}"\nstate_directory = "{folder / "state"}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\npassword_file = "pw"\n'
    )
    return path


@contextmanager
def _process(folder: Path, broker: RunningBroker) -> Iterator[subprocess.Popen[str]]:
    """The unit with modelled pins and panel; its log on stderr."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/device/desk_on_stdin.py"), str(_config(folder, broker))],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment(),
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=15)


def _await(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    raise RuntimeError(f"the unit ended before it said {words!r}")


def _first_frame_ms(folder: Path, broker: RunningBroker) -> float:
    began = time.monotonic()
    with _process(folder, broker) as process:
        _await(process, "the panel works")
        took = time.monotonic() - began
        # Its end is asked for only once it listens for that.
        _await(process, "is at work")
    return 1000 * took


def _bare_import_ms() -> float:
    began = time.monotonic()
    lines = "import luma.core.interface.serial, luma.oled.device, PIL.Image, PIL.ImageDraw, PIL.ImageFont"
    subprocess.run([sys.executable, "-c", lines], check=True)
    return 1000 * (time.monotonic() - began)


def _at_rest(folder: Path, broker: RunningBroker) -> tuple[float, float]:
    """Resident memory in MiB, and voluntary context switches a second over all threads (proc(5)), page quiet."""
    pause = threading.Event()
    with _process(folder, broker) as process:
        _await(process, "connected to")
        pause.wait(12)
        before, began = _wakes(process.pid), time.monotonic()
        pause.wait(IDLE_S)
        wakes = (_wakes(process.pid) - before) / (time.monotonic() - began)
        return psutil.Process(process.pid).memory_info().rss / 2**20, wakes


def _wakes(pid: int) -> int:
    lines = (
        line for task in Path(f"/proc/{pid}/task").iterdir() for line in (task / "status").read_text().splitlines()
    )
    return sum(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))


@contextmanager
def _host(folder: Path, broker: RunningBroker) -> Iterator[None]:
    access = {
        "port": broker.port,
        "password": broker.passwords["host"],
        "unit": UNIT,
        "bare": BARE,
        "store": str(folder / "host.db"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.stand_in_host", json.dumps(access)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env=_environment(),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.communicate(timeout=15)


class _Watched:
    """A screen and an inbox that note when what is waited for came by."""

    def __init__(self) -> None:
        self.inbox: Inbox = queue.SimpleQueue()
        self.seen: queue.SimpleQueue[tuple[str, float]] = queue.SimpleQueue()

    def show(self, page: Page) -> None:
        if isinstance(page, NoteShown) and page.stage == "saving" and page.withdraw_s is None:
            self.seen.put(("page", time.monotonic()))

    def put(self, event: Any) -> None:
        if isinstance(event, ReceiptArrived | LinkUp):
            self.seen.put((type(event).__name__, time.monotonic()))
        self.inbox.put(event)

    def qsize(self) -> int:
        return self.inbox.qsize()

    def until(self, kind: str) -> float:
        while True:
            name, at = self.seen.get(timeout=15)
            if name == kind:
                return at


def _presses(folder: Path, broker: RunningBroker) -> tuple[float, float, float]:
    """Medians in ms: down edge -> page handed to the screen; up edge -> the host's receipt; the floor of that."""
    watched, pins, pause = _Watched(), mock_pins(), threading.Event()
    touch, release, floors = [], [], []
    with ExitStack() as opened:
        floor = _Floor(folder, broker)
        opened.callback(floor.close)
        sign = opened.enter_context(SignLamp(18, factory=pins))
        outbox = opened.enter_context(SqliteOutbox(folder / "bench-outbox.sqlite3", watched))  # type: ignore[arg-type]
        opened.enter_context(ButtonKey(17, watched.inbox, pins))
        access = Broker("127.0.0.1", broker.port, UNIT, broker.passwords[UNIT])
        link = opened.enter_context(MqttLink(access, UNIT, watched))  # type: ignore[arg-type]
        watchdog = opened.enter_context(ServiceManager(boottime, {}))
        unit = Unit(UNIT, "bench", Rules(notes=NoteRules(withdraw_s=0)))
        watched.put(Started(boottime(), "b" * 16, os.urandom(32)))
        loop = threading.Thread(
            target=run, args=(unit, watched.inbox, Drivers(watched, sign, outbox, link, watchdog), boottime)
        )
        loop.start()
        watched.until("LinkUp")
        for _ in range(PRESSES):
            pause.wait(0.3)
            began = time.monotonic()
            pins.pin(17).drive_low()
            touch.append(watched.until("page") - began)
            pause.wait(0.08)
            began = time.monotonic()
            pins.pin(17).drive_high()
            release.append(watched.until("ReceiptArrived") - began)
            pause.wait(0.3)
            floors.append(floor.once())
        watched.put(StopAsked(boottime()))
        loop.join(10)
    return 1000 * median(touch), 1000 * median(release), 1000 * median(floors)


class _Floor:
    """What cannot be had for less: two synced commits to two files, and one bare round trip through the broker.

    Measured between the presses, because other work on the disk weighs on both.
    """

    def __init__(self, folder: Path, broker: RunningBroker) -> None:
        self._files = [outbox_file.open_outbox(folder / f"floor-{n}.sqlite3") for n in (1, 2)]
        self._back: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._count = 0
        ready = threading.Event()
        client = paho.Client(CallbackAPIVersion.VERSION2, "bench", protocol=paho.MQTTv5)
        client.username_pw_set(BARE, broker.passwords[BARE])
        client.on_socket_open = no_delay
        client.on_message = lambda _c, _u, message: self._back.put(bytes(message.payload))
        client.on_subscribe = lambda *_: ready.set()
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        client.subscribe(f"belbord/unit/{BARE}/receipt", 1)
        ready.wait(10)
        self._client = client

    def once(self) -> float:
        """Seconds."""
        began = time.monotonic()
        self._client.publish(f"belbord/unit/{BARE}/note", b"x" * 150, 1)
        self._back.get(timeout=10)
        for connection in self._files:
            self._count += 1
            with outbox_file.transaction(connection):
                outbox_file.write(connection, KeptNote(f"{self._count:032x}", 1, "b" * 16, 1.0, 2.0))
        return time.monotonic() - began

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        for connection in self._files:
            connection.close()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
