"""The way through the house: AMI bytes in at the host, sign pin edge out at the desk, all in real processes.

Each sample stands beside a bare paho publish -> subscribe at QoS 1 on an equal Mosquitto in the same second, so the
ratio is the cost of Belbord and not of the machine's mood.
"""

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
from statistics import median, quantiles

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.pbx import ScriptedPbx
from broker.mosquitto import Login, RunningBroker, free_port, running
from tests.settings import UNIT, write_desk, write_host

SAMPLES = 200
BETWEEN_S = 0.13
"""A unit gets at most ten boards a second; this measures a single change, not the pacing."""
EDGE_WITHIN_S = 10.0
SIGN = """
[sign]
waiting = 1
minimum_lit_s = 0
minimum_dark_s = 0
when_unsure = "dark"
"""
_TOPIC = f"belbord/unit/{UNIT}/note"


def measure() -> dict[str, float]:
    """Milliseconds and ratios of medians and of 99th percentiles."""
    with ExitStack() as opened:
        broker = opened.enter_context(running(["host", UNIT]))
        pbx = opened.enter_context(ScriptedPbx())
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        write_configs(folder, broker, pbx.port)
        opened.enter_context(
            child([str(Path(sys.executable).with_name("belbord-host")), "run", "--config", "host.toml"], folder)
        )
        desk = opened.enter_context(child([sys.executable, "-m", "bench.desk_with_pins", f"{UNIT}.toml"], folder))
        edges = follow(desk)
        # A second, equal Mosquitto: on the first, two more clients may not be called host and balie-1.
        bare = opened.enter_context(Bare(opened.enter_context(running(["host", UNIT]))))
        if not pbx.ready.wait(EDGE_WITHIN_S):
            raise TimeoutError("the host did not ask the PBX for its queues")
        _settle(pbx, edges)
        ours, theirs = [], []
        for number in range(SAMPLES):
            time.sleep(BETWEEN_S)
            message = pbx.join(1) if number % 2 == 0 else pbx.leave(0)
            began = time.monotonic()
            pbx.say(message)
            at, level = edges.get(timeout=EDGE_WITHIN_S)
            assert level == (number + 1) % 2, "the sign did not follow the queue"
            ours.append((at - began) * 1000)
            # The same rest before both: what a program does first after a pause costs several times its warm time.
            time.sleep(BETWEEN_S)
            theirs.append(bare.sample() * 1000)
    return {
        "ami_bytes_to_sign_edge_ms_p50": median(ours),
        "ami_bytes_to_sign_edge_ms_p99": quantiles(ours, n=100)[98],
        "bare_publish_to_subscribe_ms_p50": median(theirs),
        "bare_publish_to_subscribe_ms_p99": quantiles(theirs, n=100)[98],
        "ratio_p50": median(ours) / median(theirs),
        "ratio_p99": quantiles(ours, n=100)[98] / quantiles(theirs, n=100)[98],
    }


def _settle(pbx: ScriptedPbx, edges: "queue.Queue[tuple[float, int]]") -> None:
    """Wait until a change at the PBX moves the sign, and leave it dark."""
    deadline = time.monotonic() + EDGE_WITHIN_S
    while True:
        pbx.say(pbx.join(1))
        try:
            while edges.get(timeout=0.5)[1] != 1:
                pass
            pbx.say(pbx.leave(0))
            while edges.get(timeout=EDGE_WITHIN_S)[1] != 0:
                pass
        except queue.Empty:
            pbx.say(pbx.leave(0))
            if time.monotonic() > deadline:
                raise TimeoutError("the sign never followed the queue") from None
        else:
            return


class Bare:
    """Two paho clients and nothing else: what a message costs on this broker."""

    def __init__(self, broker: RunningBroker) -> None:
        self._arrived: queue.Queue[float] = queue.Queue()
        self._hearer = _client(broker.login("host"))
        self._speaker = _client(broker.login(UNIT))
        self._hearer.on_message = lambda *_: self._arrived.put(time.monotonic())

    def __enter__(self) -> "Bare":
        granted = threading.Event()
        self._hearer.on_subscribe = lambda *_: granted.set()
        self._hearer.subscribe("belbord/unit/+/note", qos=1)
        granted.wait(EDGE_WITHIN_S)
        return self

    def __exit__(self, *_: object) -> None:
        for client in (self._hearer, self._speaker):
            client.disconnect()
            client.loop_stop()

    def sample(self) -> float:
        began = time.monotonic()
        self._speaker.publish(_TOPIC, b"x" * 400, qos=1)
        return self._arrived.get(timeout=EDGE_WITHIN_S) - began


def _client(login: Login) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    client.username_pw_set(login.username, login.password)
    client.connect(login.host, login.port)
    client.loop_start()
    return client


def write_configs(folder: Path, broker: RunningBroker, ami_port: int) -> None:
    """host.toml and desk.toml for one desk whose sign follows the queue at once."""
    write_host(folder, broker.login("host"), web=free_port(), ami_port=ami_port, ami_secret="x")
    write_desk(folder, broker.login(UNIT), more=SIGN)


@contextmanager
def child(command: list[str], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A program of ours, its log in `folder`, ended with the block."""
    with (folder / f"{Path(command[0]).name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True, env=_environment()
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def follow(desk: "subprocess.Popen[str]") -> "queue.Queue[tuple[float, int]]":
    """The desk's pin edges as they come: (CLOCK_MONOTONIC seconds, level)."""
    edges: queue.Queue[tuple[float, int]] = queue.Queue()

    def read() -> None:
        assert desk.stdout is not None
        for line in desk.stdout:
            at, level = line.split()
            edges.put((float(at), int(level)))

    threading.Thread(target=read, daemon=True).start()
    return edges
