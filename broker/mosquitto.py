"""A private Mosquitto on a free loopback port, for the demo and the tests."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker.codec import MAX_PAYLOAD
from broker.home import home_acl
from broker.topics import DEFAULT_ROOT, acl

READY_WITHIN_S = 10.0
# Debian keeps daemons out of a plain user's PATH.
_DAEMON_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


class BrokerFault(RuntimeError):  # noqa: N818  # says what happened
    """The broker could not be started; the text names the cause and the remedy."""


@dataclass(frozen=True)
class Login:
    """How to reach a broker."""

    host: str
    port: int
    username: str
    password: str


@dataclass(frozen=True)
class RunningBroker:
    """A started Mosquitto. `pid` is its process; `log` its log file."""

    port: int
    pid: int
    log: Path
    passwords: Mapping[str, str]

    def login(self, user: str) -> Login:
        """The way in for `user`; raises KeyError for a user it was not started with."""
        return Login("127.0.0.1", self.port, user, self.passwords[user])


def configuration(port: int, folder: Path) -> str:
    """The text of mosquitto.conf (mosquitto.conf(5), 2.0 syntax) for one loopback listener."""
    # Mosquitto started by root would change to a user that cannot read the private folder.
    user = "user root\n" if os.geteuid() == 0 else ""
    return f"""{user}listener {port} 127.0.0.1
allow_anonymous false
password_file {folder / "passwords"}
acl_file {folder / "acl"}
# A client may not take another's session by choosing its client id.
use_username_as_clientid true
# Nothing of a caller ever reaches this disk, and nothing old is believed after a restart.
persistence false
max_packet_size {MAX_PAYLOAD + 1024}
# A desk that was away for a day brings hundreds of notes at once, and wants as many receipts.
max_queued_messages 1000
# A note's round trip: 68 ms without, 1 ms with.
set_tcp_nodelay true
log_dest stdout
log_type error
log_type warning
log_type notice
connection_messages true
"""


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _program(name: str) -> str:
    found = shutil.which(name, path=_DAEMON_PATH)
    if found is None:
        raise BrokerFault(f"{name} is not installed: `make setup` or `apt-get install mosquitto` brings it")
    return found


class _Watched(subprocess.Popen[bytes]):
    """A child that does not outlive this process, however it ends: a shell holds a pipe from us, and ends the child
    when that closes without a word. (PR_SET_PDEATHSIG would end it with the *thread* that started it.)
    """

    def __init__(self, command: list[str], **options: Any) -> None:
        super().__init__(command, **options)
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", 'read -r _ || kill -KILL "$0"', str(self.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C reaches the whole group: who watches must not be the first to leave.
            start_new_session=True,
        )

    def wait(self, timeout: float | None = None) -> int:
        ended = super().wait(timeout)
        # Only now may its number be another's: the watch is told to let go.
        if self._watch.returncode is None:
            with suppress(BrokenPipeError):
                self._watch.communicate(b"\n")
        return ended


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Start the Mosquitto that was `prepared` in `folder`; it ends with this process. Raises BrokerFault."""
    with (folder / "log").open("ab") as log:
        return _Watched(
            [_program("mosquitto"), "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log, cwd=folder
        )


def prepare(folder: Path, port: int, passwords: Mapping[str, str], host_user: str, root: str = DEFAULT_ROOT) -> None:
    """Write all that a Mosquitto on `port` needs into `folder`. Raises BrokerFault."""
    # Through a file, not arguments: anyone on the machine can read those.
    secret_file = folder / "passwords"
    secret_file.touch(mode=0o600)
    secret_file.write_text("".join(f"{user}:{word}\n" for user, word in passwords.items()))
    subprocess.run([_program("mosquitto_passwd"), "-U", str(secret_file)], check=True, capture_output=True)
    (folder / "acl").write_text(acl(root, host_user) + home_acl(host_user))
    (folder / "acl").chmod(0o600)
    (folder / "mosquitto.conf").write_text(configuration(port, folder))


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Raises BrokerFault when `process` ends or takes too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-500:]
                raise BrokerFault(f"mosquitto did not come up on port {port}: {tail}") from None
            time.sleep(0.02)
        else:
            return


@contextmanager
def running(
    users: Mapping[str, str] | list[str], *, host_user: str = "host", root: str = DEFAULT_ROOT, port: int | None = None
) -> Iterator[RunningBroker]:
    """Run a Mosquitto for `users` (name -> password, or just names: then passwords are made) until the block ends.

    `host_user` gets the host agent's rights, every other user those of the unit of that name.
    Raises BrokerFault.
    """
    passwords = dict(users) if isinstance(users, Mapping) else {user: secrets.token_urlsafe(24) for user in users}
    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="belbord-broker-") as name:
        folder = Path(name)
        prepare(folder, port, passwords, host_user, root)
        process = start(folder)
        try:
            wait_until_it_listens(process, port, folder / "log")
            yield RunningBroker(port, process.pid, folder / "log", passwords)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
