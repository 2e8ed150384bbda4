"""A unit that says 100,000 messages a second: what another unit waits for its board meanwhile, and the host's memory.

Real Mosquitto, the real host as a process, the flood from a process of its own over a bare socket.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

import paho.mqtt.client as paho
import psutil
from paho.mqtt.enums import CallbackAPIVersion

from bench.through import child
from broker.codec import encode
from broker.messages import Hello
from broker.mosquitto import Login, free_port, running

ROUNDS, SAMPLES, WARM = 12, 40, 50
BETWEEN_S = 0.01
RATE = 100_000
CALM, WILD = "balie-1", "balie-2"
WITHIN_S = 5.0
"""A unit says hello again after five seconds."""
MOST_LOST = 5

_HOST = """
[mqtt]
port = {port}
username = "host"
password_file = "mqtt-password"
[store]
path = "host.sqlite3"
[web]
listen = "127.0.0.1:{web}"
[[unit]]
name = "balie-1"
[[unit]]
name = "balie-2"
"""


class Asker:
    """A unit that says hello and waits for its board."""

    def __init__(self, login: Login) -> None:
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self._client.username_pw_set(login.username, login.password)
        self._client.connect(login.host, login.port)
        self._heard = b""
        self._number = 0
        self.lost = 0
        self._client.on_message = self._hear
        self._client.subscribe(f"belbord/unit/{CALM}/board")
        self._turn_until(time.monotonic() + 1.0)

    def sample(self) -> float:
        """Seconds from a hello to the board that answers it; one that is lost is said again, as a unit does."""
        began = time.monotonic()
        while True:
            self._number += 1
            nonce = f"{self._number:016x}"
            said = time.monotonic()
            self._client.publish(f"belbord/unit/{CALM}/hello", encode(Hello(nonce=nonce)))
            while time.monotonic() - said < WITHIN_S:
                self._client.loop(0.01)
                if nonce.encode() in self._heard:
                    return time.monotonic() - began
            self.lost += 1
            if self.lost > MOST_LOST:
                raise TimeoutError("no board")

    def samples(self, count: int) -> list[float]:
        """So many, a moment apart."""
        found = []
        for _ in range(count):
            time.sleep(BETWEEN_S)
            found.append(self.sample())
        return found

    def wait_for_the_host(self) -> None:
        """Ask until somebody answers."""
        deadline = time.monotonic() + 20
        while not self._heard and time.monotonic() < deadline:
            self._client.publish(f"belbord/unit/{CALM}/hello", encode(Hello(nonce="0" * 16)))
            self._turn_until(time.monotonic() + 0.2)

    def _turn_until(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            self._client.loop(0.05)

    def _hear(self, _client: object, _user: object, message: paho.MQTTMessage) -> None:
        self._heard = bytes(message.payload)


def measure() -> dict[str, float]:
    """Milliseconds, messages a second and MiB."""
    with ExitStack() as opened:
        broker = opened.enter_context(running(["host", CALM, WILD]))
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        (folder / "mqtt-password").touch(0o600)
        (folder / "mqtt-password").write_text(broker.passwords["host"])
        (folder / "host.toml").write_text(_HOST.format(port=broker.port, web=free_port()))
        program = str(Path(sys.executable).with_name("belbord-host"))
        host = opened.enter_context(child([program, "run", "--config", "host.toml"], folder))
        asker = Asker(broker.login(CALM))
        asker.wait_for_the_host()
        asker.samples(WARM)
        process = psutil.Process(host.pid)
        memory = process.memory_info().rss
        wild = opened.enter_context(_flood(broker.login(WILD)))
        first = asker.sample()
        calm, flooded = [], []
        for _ in range(ROUNDS):
            # In turn, so that both meet the same machine.
            flooded += asker.samples(SAMPLES)
            wild.send_signal(signal.SIGSTOP)
            calm += asker.samples(SAMPLES)
            wild.send_signal(signal.SIGCONT)
        grown = process.memory_info().rss - memory
        busy = _cpu_share(broker.pid)
        wild.terminate()
        said, took = (float(word) for word in wild.communicate(timeout=10)[0].split())
    return {
        "messages_per_s": said / took,
        "broker_cpu_share": busy,
        "hello_to_board_calm_ms_p50": 1000 * median(calm),
        "hello_to_board_flooded_ms_p50": 1000 * median(flooded),
        "hello_to_board_flooded_ms_p99": 1000 * quantiles(flooded, n=100)[98],
        "first_hello_in_the_flood_ms": 1000 * first,
        "hellos_lost": asker.lost,
        "ratio_p50": median(flooded) / median(calm),
        "host_rss_growth_mib": grown / 2**20,
    }


@contextmanager
def _flood(login: Login) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "bench.flooder", str(login.port), login.username, str(RATE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as wild:
        assert wild.stdin is not None
        wild.stdin.write(login.password + "\n")
        wild.stdin.flush()
        try:
            yield wild
        finally:
            wild.kill()


def _cpu_share(pid: int) -> float:
    """Of one core, over a second."""
    return psutil.Process(pid).cpu_percent(1.0) / 100
