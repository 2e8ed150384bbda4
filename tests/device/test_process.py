"""The whole desk unit as a process, against a real Mosquitto: everything real but pins and panel."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from broker import codec
from broker.messages import Board, Caller, Hello, LineBoard, Note, QueueBoard, Receipt
from broker.mosquitto import RunningBroker
from broker.topics import HELLO, NOTE

ROOT = Path(__file__).parents[2]
CALLER = Caller(number="0612345678", name="Zoë Canaria")


class Host:
    """A host that echoes each hello with the board it is told to show, and receipts notes when it `receipts`."""

    def __init__(self, broker: RunningBroker) -> None:
        login = broker.login("host")
        self.notes: SimpleQueue[Note] = SimpleQueue()
        self.hellos: SimpleQueue[Hello] = SimpleQueue()
        self.board: dict[str, Any] = {"pbx": "up", "pbx_age_s": 0.0}
        self.receipts = True
        self.newest: str | None = None
        self.client = paho.Client(CallbackAPIVersion.VERSION2, "process-host", protocol=paho.MQTTv5)
        self.client.username_pw_set(login.username, login.password)
        self.client.on_message = self._message
        ready = threading.Event()
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.connect(login.host, login.port)
        self.client.loop_start()
        self.client.subscribe([("belbord/unit/balie-2/hello", 0), ("belbord/unit/balie-2/note", 1)])
        assert ready.wait(10)

    def _message(self, _client: Any, _user: Any, message: paho.MQTTMessage) -> None:
        if message.topic.endswith("hello"):
            hello = codec.decode(HELLO, bytes(message.payload))
            self.hellos.put(hello)
            if hello.nonce:
                self.newest = hello.nonce
                self.say_board()
        else:
            note = codec.decode(NOTE, bytes(message.payload))
            self.notes.put(note)
            if self.receipts:
                self._say("receipt", Receipt(id=note.id, rev=note.rev), 1)

    def say_board(self) -> None:
        self._say("board", Board(echo=self.newest, **self.board), 0)

    def _say(self, level: str, message: Any, qos: int) -> None:
        self.client.publish(f"belbord/unit/balie-2/{level}", codec.encode(message), qos)


class Unit:
    def __init__(self, folder: Path, broker: RunningBroker) -> None:
        self.outbox = folder / "state" / "outbox.sqlite3"
        (folder / "pw").write_text(broker.passwords["balie-2"])
        (folder / "pw").chmod(0o600)
        (folder / "desk.toml").write_text(
            f'unit = "balie-2"\nstate_directory = "{folder / "state"}"\n'
            f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\npassword_file = "pw"\n'
            "[sign]\nminimum_lit_s = 0\nminimum_dark_s = 0\n"
        )
        self.log = folder / "log"
        with self.log.open("a") as log:
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
        assert self.process.stdout is not None
        self.ask(word)
        return self.process.stdout.readline().strip()

    def press(self) -> None:
        self.ask("down")
        threading.Event().wait(0.08)  # a finger: the contact must really be closed for a while
        self.ask("up")

    def rows(self) -> list[str]:
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


@pytest.fixture
def host(mosquitto: RunningBroker) -> Iterator[Host]:
    host = Host(mosquitto)
    yield host
    host.client.disconnect()
    host.client.loop_stop()


@pytest.fixture
def unit(tmp_path: Path, mosquitto: RunningBroker, host: Host) -> Iterator[Unit]:
    unit = Unit(tmp_path, mosquitto)
    yield unit
    unit.end()


def until(fits: Any, within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not fits():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.02)


def busy(host: Host) -> None:
    host.board |= {
        "queues": (QueueBoard(name="receptie", label="Receptie", known=True, waiting=4, longest_wait_s=9.0),),
        "line": LineBoard(extension="100", state="in_use", caller=CALLER, queue="receptie"),
    }
    host.say_board()


def test_from_board_to_sign_and_from_press_to_an_empty_outbox(host: Host, unit: Unit) -> None:
    host.hellos.get(timeout=15)
    busy(host)
    until(lambda: unit.answer("sign") == "sign 1" and unit.answer("lit") == "lit True")
    host.receipts = False
    unit.press()
    note = host.notes.get(timeout=10)
    assert (note.caller, note.queue, note.line, note.rev) == (CALLER, "receptie", "100", 1)
    assert note.pressed_s_ago is not None
    assert 0 <= note.pressed_s_ago < 5
    assert unit.rows() == [note.id]
    host.receipts = True
    until(lambda: unit.rows() == [])
    log = unit.log.read_text()
    assert unit.end() == 0
    assert "Canaria" not in log
    assert "345678" not in log
    goodbye = [host.hellos.get(timeout=5) for _ in range(host.hellos.qsize())]
    until(lambda: any(not hello.online for hello in goodbye) or not host.hellos.get(timeout=5).online)


def test_a_note_that_was_kept_survives_a_kill_and_arrives_once_more(
    host: Host, unit: Unit, tmp_path: Path, mosquitto: RunningBroker
) -> None:
    host.receipts = False
    host.hellos.get(timeout=15)
    unit.press()
    note = host.notes.get(timeout=10)
    unit.process.kill()
    assert unit.end() == -signal.SIGKILL
    assert unit.rows() == [note.id]
    host.receipts = True
    with suppress(Empty):
        while True:
            host.notes.get_nowait()
    again = Unit(tmp_path, mosquitto)
    try:
        assert host.notes.get(timeout=15).id == note.id
        until(lambda: again.rows() == [])
    finally:
        assert again.end() == 0
