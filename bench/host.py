"""The host agent alone: AMI bytes in, board at a subscriber; events held; notes taken in. Real program, real Mosquitto.

Each latency stands beside a bare paho publish -> subscribe at QoS 1 on an equal Mosquitto in the same second.
"""

import queue
import secrets
import socket
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.pbx import ScriptedPbx
from bench.through import BETWEEN_S, SAMPLES, UNIT, Bare, child, write_configs
from broker.messages import Caller, Note
from broker.mosquitto import RunningBroker, running

WITHIN_S = 30.0
EVENTS = 200_000
"""Of one burst, joins and leaves in turn."""
NOTES = 500
"""A full outbox."""
WINDOW = 50
"""Notes under way at once: the broker keeps at most 100 for a client that is busy, and drops the rest."""
RUNS = 3


class Unit:
    """A desk unit's user at the broker: `boards` holds (arrival, waiting), `receipts` (arrival, id)."""

    def __init__(self, broker: RunningBroker) -> None:
        self.boards: queue.Queue[tuple[float, int | None]] = queue.Queue()
        self.receipts: queue.Queue[tuple[float, str]] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.username_pw_set(UNIT, broker.passwords[UNIT])
        self._client.max_inflight_messages_set(NOTES)
        self._client.on_message = self._hear
        # As the desk does: 68 ms for a note's round trip without, 1 ms with.
        self._client.on_socket_open = lambda _c, _u, sock: sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._granted = threading.Event()
        self._client.on_subscribe = lambda *_: self._granted.set()
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()
        self._client.subscribe([(f"belbord/unit/{UNIT}/{what}", 1) for what in ("board", "receipt")])
        self._granted.wait(WITHIN_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: Any, _userdata: Any, message: Any) -> None:
        at = time.monotonic()
        said = msgspec.json.decode(message.payload)
        if message.topic.endswith("board"):
            self.boards.put((at, said["queues"][0]["waiting"]))
        else:
            self.receipts.put((at, said["id"]))

    def send(self, note: Note) -> None:
        self._client.publish(f"belbord/unit/{UNIT}/note", msgspec.json.encode(note), qos=1)

    def board_with(self, waiting: int) -> float:
        """When a board that shows `waiting` arrived."""
        while True:
            at, shown = self.boards.get(timeout=WITHIN_S)
            if shown == waiting:
                return at


def measure() -> dict[str, float]:
    """Milliseconds, ratios and rates; medians of several."""
    with ExitStack() as opened:
        broker = opened.enter_context(running(["host", UNIT]))
        pbx = opened.enter_context(ScriptedPbx())
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        write_configs(folder, broker, pbx.port)
        unit = Unit(broker)
        opened.callback(unit.close)
        program = str(Path(sys.executable).with_name("belbord-host"))
        opened.enter_context(child([program, "run", "--config", "host.toml"], folder))
        bare = opened.enter_context(Bare(opened.enter_context(running(["host", UNIT]))))
        if not pbx.ready.wait(WITHIN_S):
            raise TimeoutError("the host did not ask the PBX for its queues")
        _settle(pbx, unit)
        # The bursts first: the host asks for everything again after a minute.
        return {**_events(pbx, unit), **_latency(pbx, unit, bare), **_notes(unit)}


def _settle(pbx: ScriptedPbx, unit: Unit) -> None:
    """Wait until a change at the PBX reaches the unit, and leave the queue empty."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        pbx.say(pbx.join(1))
        try:
            while unit.boards.get(timeout=0.5)[1] != 1:
                pass
        except queue.Empty:
            if time.monotonic() > deadline:
                raise TimeoutError("the unit never saw the queue") from None
        else:
            pbx.say(pbx.leave(0))
            unit.board_with(0)
            return
        pbx.say(pbx.leave(0))


def _latency(pbx: ScriptedPbx, unit: Unit, bare: Bare) -> dict[str, float]:
    ours, theirs = [], []
    for number in range(SAMPLES):
        time.sleep(BETWEEN_S)
        waiting = (number + 1) % 2
        change = pbx.join(1) if waiting else pbx.leave(0)
        began = time.monotonic()
        pbx.say(change)
        ours.append((unit.board_with(waiting) - began) * 1000)
        # Both after the same rest: what has just run is several times as fast.
        time.sleep(BETWEEN_S)
        theirs.append(bare.sample() * 1000)
    return {
        "ami_bytes_to_board_ms_p50": median(ours),
        "ami_bytes_to_board_ms_p99": quantiles(ours, n=100)[98],
        "bare_publish_to_subscribe_ms_p50": median(theirs),
        "bare_publish_to_subscribe_ms_p99": quantiles(theirs, n=100)[98],
        "ratio_p50": median(ours) / median(theirs),
        "ratio_p99": quantiles(ours, n=100)[98] / quantiles(theirs, n=100)[98],
    }


def _events(pbx: ScriptedPbx, unit: Unit) -> dict[str, float]:
    """A burst as fast as the socket takes it, until the unit shows the state after its last event."""
    rates = []
    burst = b"".join(pbx.join(1) + pbx.leave(0) for _ in range(EVENTS // 2))
    for _ in range(RUNS):
        began = time.monotonic()
        pbx.say(burst + pbx.join(1) + pbx.join(2))
        rates.append(EVENTS / (unit.board_with(2) - began))
        _empty(pbx)
        unit.board_with(0)
    return {"ami_events_per_s_into_mqtt": median(rates)}


def _empty(pbx: ScriptedPbx) -> None:
    """The two who wait leave, each by its own call: a queue in doubt would be asked for in the midst of a burst."""
    last = pbx.leave(1)
    pbx._serial -= 1
    pbx.say(last + pbx.leave(0))
    pbx._serial += 1


def _notes(unit: Unit) -> dict[str, float]:
    """One at a time for the round trip; then a full outbox at once."""
    single = []
    for _ in range(100):
        note = _note()
        began = time.monotonic()
        unit.send(note)
        single.append((unit.receipts.get(timeout=WITHIN_S)[0] - began) * 1000)
    began = time.monotonic()
    for _ in range(WINDOW):
        unit.send(_note())
    for _ in range(NOTES - WINDOW):
        unit.receipts.get(timeout=WITHIN_S)
        unit.send(_note())
    for _ in range(WINDOW):
        last, _id = unit.receipts.get(timeout=WITHIN_S)
    return {"note_to_receipt_ms_p50": median(single), "notes_per_s_each_committed": NOTES / (last - began)}


def _note() -> Note:
    return Note(id=secrets.token_hex(16), pressed_s_ago=1.0, caller=Caller(number="0612345678"), queue="receptie")
