"""A machine that stays on: scripts are handed to it one after another, as an admin types them."""

import itertools
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.on_packages.machine import Machine, MachineFault

_LISTEN = """
cd /job
while :; do
    for todo in *.todo; do
        [ -e "$todo" ] || continue
        name=${todo%.todo}
        mv "$todo" "$name.sh"
        sh -eu "$name.sh" >"$name.out" 2>&1 && echo 0 >"$name.part" || echo $? >"$name.part"
        mv "$name.part" "$name.code"
    done
    [ ! -e leave ] || exit 0
    sleep 0.05
done
"""


class Booted:
    """One running machine."""

    def __init__(self, machine: Machine, process: subprocess.Popen[bytes]) -> None:
        self._machine = machine
        self._process = process
        self._numbers = itertools.count()

    def run(self, script: str, *, timeout_s: float = 60) -> str:
        """Run `script` with sh -eu. -> what it printed; raises AssertionError with that when it fails."""
        name = f"{next(self._numbers):03}"
        job = self._machine.job
        (job / f"{name}.new").write_text(script)
        (job / f"{name}.new").rename(job / f"{name}.todo")
        code = job / f"{name}.code"
        until = time.monotonic() + timeout_s
        while not code.exists():
            if self._process.poll() is not None:
                raise MachineFault("the machine went off")
            assert time.monotonic() < until, f"after {timeout_s:.0f} s still busy with: {script}"
            time.sleep(0.02)
        said = (job / f"{name}.out").read_text(errors="replace")
        assert code.read_text().strip() == "0", f"{script.strip()}\nended with {code.read_text().strip()}:\n{said}"
        return said


@contextmanager
def booted(machine: Machine, namespace: str) -> Iterator[Booted]:
    """`machine`, running in that network namespace (ip-netns(8)), halted at the end."""
    process = subprocess.Popen(
        machine.command(f"--network-namespace-path=/run/netns/{namespace}"),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Booted(machine, process)
    finally:
        (machine.job / "leave").touch()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def listening(machine: Machine) -> None:
    """Let `machine` take scripts at its next boot."""
    machine.prepare(_LISTEN)


@contextmanager
def cable(server: str, pi: str) -> Iterator[tuple[str, str]]:
    """Two network namespaces with a cable between them. -> their addresses."""
    ends = (("10.77.0.1", server), ("10.77.0.2", pi))
    for name in (server, pi):
        subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(
            ["ip", "link", "add", "host0", "netns", server, "type", "veth", "peer", "name", "host0", "netns", pi],
            check=True,
        )
        for address, name in ends:
            for command in (["addr", "add", f"{address}/24", "dev", "host0"], ["link", "set", "host0", "up"],
                            ["link", "set", "lo", "up"]):  # fmt: skip
                subprocess.run(["ip", "-n", name, *command], check=True)
        yield ends[0][0], ends[1][0]
    finally:
        for name in (server, pi):
            subprocess.run(["ip", "netns", "delete", name], check=True)
