"""An office as an admin makes it: the real commands, a real Mosquitto with Debian's own main file, real programs."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.mosquitto import free_port, start, wait_until_it_listens
from host_agent.office.folder import OfficeFolder

PROGRAMS = Path(sys.executable).parent
WITHIN_S = 20.0


def until(is_so: Callable[[], object], what: str, within_s: float = WITHIN_S) -> float:
    """Wait for a condition; the seconds it took. Fails saying what did not come."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass
class WholeOffice:
    """A made office. `path`: where all of it is."""

    path: Path
    broker_port: int
    enrolment_port: int
    pages_port: int

    @property
    def config(self) -> Path:
        return self.path / "office" / "host.toml"

    @property
    def folder(self) -> OfficeFolder:
        return OfficeFolder(self.path / "office")

    def host(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Give the host's command."""
        return given("belbord-host", *words)

    def unit(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Give `belbord-host unit ...`."""
        return self.host("unit", *words, "--config", str(self.config))

    def add(self, name: str, *words: str) -> str:
        """Expect a unit; what stands behind `belbord-desk enrol`."""
        said = self.unit("add", name, *words)
        assert said.returncode == 0, said.stderr
        found = re.search(r"belbord-desk enrol (\S+)", said.stdout)
        assert found is not None
        return found[1]

    def desk(self, name: str) -> "Desk":
        return Desk(self.path / name)

    def log(self, program: str) -> str:
        return (self.path / f"{program}.log").read_text(errors="replace")

    @contextmanager
    def broker(self) -> Iterator[int]:
        """Run Mosquitto as Debian does; its process id."""
        folder = self.path / "mosquitto"
        process = start(folder)
        try:
            wait_until_it_listens(process, self.broker_port, folder / "log")
            until(lambda: (folder / "pid").exists(), "Mosquitto's pid file")
            yield process.pid
        finally:
            process.terminate()
            process.wait(10)

    @contextmanager
    def running_host(self) -> Iterator[None]:
        """Run the host agent."""
        with program(self.path / "host.log", "belbord-host", "run", "--config", str(self.config)):
            until(lambda: "pages on" in self.log("host"), "the host agent")
            yield

    def lets_in(self, certificate: Path | None) -> bool:
        """Whether the broker answers a CONNECT (MQTT 5, 3.1) of whoever has this certificate and key."""
        context = ssl.create_default_context(cafile=str(self.folder.authority_certificate))
        if certificate is not None:
            context.load_cert_chain(certificate)
        plain = socket.create_connection(("127.0.0.1", self.broker_port), WITHIN_S)
        try:
            with plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as line:
                line.sendall(bytes.fromhex("100d00044d5154540502003c000000"))
                return line.recv(4)[:1] == b"\x20"
        except OSError:
            return False

    def reception_listens(self) -> bool:
        """Whether the enrolment port is open."""
        try:
            socket.create_connection(("127.0.0.1", self.enrolment_port), 1).close()
        except OSError:
            return False
        return True

    def served_certificate(self) -> str:
        """The certificate that the broker serves now, PEM."""
        return ssl.get_server_certificate(("127.0.0.1", self.broker_port))


@dataclass
class Desk:
    """A unit's own files."""

    path: Path

    @property
    def config(self) -> Path:
        return self.path / "desk.toml"

    @property
    def state(self) -> Path:
        return self.path / "state"

    def enrol(self, *words: str) -> subprocess.CompletedProcess[str]:
        self.path.mkdir(exist_ok=True)
        return given("belbord-desk", "enrol", *words, "--config", str(self.config), "--state", str(self.state))

    def log(self) -> str:
        return (self.path / "log").read_text(errors="replace")

    @contextmanager
    def running(self) -> Iterator[None]:
        words = ("run", "--config", str(self.config), "--virtual", str(free_port()))
        with program(self.path / "log", "belbord-desk", *words):
            yield


def given(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [PROGRAMS / name, *words],
        capture_output=True,
        text=True,
        timeout=50,
        stdin=subprocess.DEVNULL,
    )


@contextmanager
def program(log: Path, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends."""
    with log.open("ab") as out:
        process = subprocess.Popen([PROGRAMS / name, *words], stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


def made_office(path: Path) -> WholeOffice:
    """Make an office with the command, its broker installed where `path` says."""
    office = WholeOffice(path, free_port(), free_port(), free_port())
    main, conf_d = path / "mosquitto", path / "mosquitto" / "conf.d"
    conf_d.mkdir(parents=True)
    said = office.host(
        "init", "--yes", "--office", "Kantoor Test", "--address", "127.0.0.1", "--listen", "127.0.0.1",
        "--broker-port", str(office.broker_port), "--enrolment-port", str(office.enrolment_port),
        "--pages", f"127.0.0.1:{office.pages_port}", "--folder", str(path / "office"),
        "--install", "--conf-d", str(conf_d),
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    # As Debian's /etc/mosquitto/mosquitto.conf; root must stay root where the test's own folder is nobody else's.
    user = "user root\n" if os.geteuid() == 0 else ""
    (main / "mosquitto.conf").write_text(
        f"{user}pid_file {main}/pid\npersistence true\npersistence_location {main}/\nlog_dest stdout\n"
        f"include_dir {conf_d}\n"
    )
    text = office.config.read_text()
    assert "#broker_pid_file = " in text
    office.config.write_text(
        re.sub(r"^#broker_pid_file = .*$", f'broker_pid_file = "{main}/pid"', text, flags=re.MULTILINE)
    )
    return office
