"""The virtual Pi on this side: QEMU with an emulated processor, its disk, its states, and the door into it."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache" / "virtual-pi"
IMAGE_BUILDER = CHECKOUT / "tools" / "virtual_pi_image.sh"
PARCEL_SIZE = 16 << 20
BOOTED = "booted"
_BOOTS_WITHIN_S = 240.0
_ANSWERS_WITHIN_S = 300.0  # real seconds: a machine that has other work too is slow
_REPAIRED = 1  # e2fsck(8): errors corrected, such as a journal replayed
# Each program that is started here, and the Debian package it comes from.
_NEEDS = {"qemu-system-x86_64": "qemu-system-x86", "qemu-img": "qemu-utils"}


class MachineFault(RuntimeError):  # noqa: N818  # says what happened
    """The virtual Pi cannot be built, does not start or does not answer; the text says why and where to look."""


@dataclass(frozen=True)
class Plugs:
    """The files through which one running machine is reached. `sockets` is short: a socket's path has 107 bytes."""

    folder: Path
    sockets: Path

    @property
    def disk(self) -> Path:
        return self.folder / "disk.qcow2"

    @property
    def parcel(self) -> Path:
        return self.folder / "parcel.tar"

    @property
    def door(self) -> Path:
        return self.sockets / "door"

    @property
    def monitor(self) -> Path:
        return self.sockets / "monitor"

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    @property
    def words(self) -> Path:
        return self.folder / "qemu.log"


def command_line(plugs: Plugs, *, state: str | None, drive: str | None = None) -> list[str]:
    """QEMU's arguments. A state can only be taken up by a machine with exactly these parts.

    `drive`: where its disk is, in QEMU's words; the one among its plugs when None.
    """
    return [
        "qemu-system-x86_64", "-M", "q35", "-m", "320",
        # Its clock counts instructions, two nanoseconds each: a core of 500 MIPS, slower than any Pi on sale, whose
        # milliseconds are exact however busy this machine is. While it rests, its time is ours.
        "-accel", "tcg", "-smp", "1", "-icount", "shift=1",
        # A processor without AVX and a kernel without its guards against speculation cost QEMU a third less work.
        "-cpu", "Nehalem",
        "-nodefaults", "-display", "none", "-nic", "none", "-no-user-config",
        "-kernel", str(CACHE / "vmlinuz"), "-initrd", str(CACHE / "initrd.img"),
        "-append", "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off",
        "-drive", f"{drive or f'file={plugs.disk},format=qcow2'},if=none,id=disk",
        "-device", "virtio-blk-pci,drive=disk",
        "-drive", f"file={plugs.parcel},format=raw,readonly=on,if=none,id=parcel",
        "-device", "virtio-blk-pci,drive=parcel",
        "-object", "rng-random,filename=/dev/urandom,id=random", "-device", "virtio-rng-pci,rng=random",
        "-device", "virtio-serial-pci", "-chardev", f"socket,id=door,path={plugs.door},server=on,wait=on",
        "-device", "virtserialport,chardev=door,name=door",
        "-qmp", f"unix:{plugs.monitor},server=on,wait=off", "-serial", f"file:{plugs.console}",
        *(["-loadvm", state] if state else []),
    ]  # fmt: skip


class Machine:
    """A running virtual Pi. `running()` makes one."""

    def __init__(self, process: subprocess.Popen[bytes], plugs: Plugs, door: socket.socket) -> None:
        self._process = process
        self._door = door
        self._unread = b""
        self._monitor = _connect(plugs.monitor, process, plugs)
        self._monitor_lines = self._monitor.makefile("rb")
        self.plugs = plugs
        self._said()  # QMP greets first
        self._command("qmp_capabilities")

    def say(self, line: str) -> None:
        """Put one line in at the door."""
        self._door.sendall(line.encode() + b"\n")

    def hear(self, within_s: float = _ANSWERS_WITHIN_S) -> str:
        """The next line that comes out of the door; raises MachineFault when none does."""
        deadline = time.monotonic() + within_s
        while b"\n" not in self._unread:
            self._door.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                got = self._door.recv(1 << 16)
            except TimeoutError:
                raise MachineFault(f"no word from the virtual Pi in {within_s:.0f} s; {self._traces()}") from None
            if not got:
                raise MachineFault(f"the virtual Pi went away; {self._traces()}")
            self._unread += got
        line, self._unread = self._unread.split(b"\n", 1)
        return line.decode(errors="replace").strip()

    def save(self, state: str) -> None:
        """Keep memory, devices and disk as they are now, under a name."""
        self._person_command(f"savevm {state}")

    def restore(self, state: str) -> None:
        """Make the machine what it was when `state` was saved; raises MachineFault when there is none."""
        self._person_command(f"loadvm {state}")

    def disk_after_a_power_cut(self) -> Path:
        """The disk as it is found when the power goes now: all that was written, and nothing that is still in memory.

        A raw image, its journal replayed; it is gone when the machine is.
        """
        image = self.plugs.folder / "after-a-power-cut.img"
        self._command("stop")  # QEMU's own caches go to the file; those of the guest do not
        subprocess.run(["qemu-img", "convert", "-U", "-O", "raw", str(self.plugs.disk), str(image)], check=True)
        self._command("cont")
        checked = subprocess.run([*_e2fs("e2fsck"), "-fy", str(image)], capture_output=True, text=True)
        if checked.returncode > _REPAIRED:
            raise MachineFault(f"the file system is broken: {checked.stdout[-600:]}")
        return image

    def die(self) -> None:
        """Its power is gone: it does nothing more, from this moment on."""
        self._process.kill()

    def end(self) -> None:
        """Pull the plug."""
        self.die()
        self._process.wait()
        self._monitor_lines.close()
        self._monitor.close()
        self._door.close()

    def _person_command(self, words: str) -> None:
        answer = self._command("human-monitor-command", {"command-line": words})
        if answer:
            raise MachineFault(f"QEMU refuses '{words}': {answer.strip()}")

    def _command(self, name: str, arguments: dict[str, Any] | None = None) -> Any:
        request = {"execute": name} | ({"arguments": arguments} if arguments else {})
        self._monitor.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self._said()
            if "error" in answer:
                raise MachineFault(f"QEMU refuses {name}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def _said(self) -> dict[str, Any]:
        line = self._monitor_lines.readline()
        if not line:
            raise MachineFault(f"QEMU went away; {self._traces()}")
        said: dict[str, Any] = json.loads(line)
        return said

    def _traces(self) -> str:
        return traces(self.plugs)


def traces(plugs: Plugs) -> str:
    """The last of what QEMU and the kernel had to say."""
    last = [path.read_text(errors="replace")[-600:] for path in (plugs.words, plugs.console) if path.exists()]
    return "its last words: " + " | ".join(last)


def read_from(image: Path, path: str) -> bytes:
    """A file in a disk image, without mounting it; empty when it is not there."""
    return subprocess.run([*_e2fs("debugfs"), "-R", f"cat {path}", str(image)], check=True, capture_output=True).stdout


def _e2fs(program: str) -> list[str]:
    """Debian keeps these out of a plain user's PATH."""
    return ["env", f"PATH={os.environ.get('PATH', '')}:/usr/sbin:/sbin", program]


def build() -> None:
    """Make the image when it is not there or no longer fits. Raises MachineFault, saying what is missing."""
    for program, package in _NEEDS.items():
        if shutil.which(program) is None:
            raise MachineFault(f"{program} is missing: apt-get install {package}")
    if subprocess.run([str(IMAGE_BUILDER), str(CACHE)]).returncode != 0:
        raise MachineFault(f"the virtual Pi's image cannot be built, see above and {CACHE}/logs")


def boot() -> Path:
    """The disk of a machine that has booted, with that state in it; made once for each image."""
    disk = CACHE / "booted.qcow2"
    stamp = CACHE / "booted.done"
    version = subprocess.run(["qemu-system-x86_64", "--version"], check=True, capture_output=True, text=True).stdout
    key = "\n".join(
        [(CACHE / "disk.done").read_text(), version, *command_line(Plugs(Path("/"), Path("/")), state=None)]
    )
    if disk.exists() and stamp.exists() and stamp.read_text() == key:
        return disk
    stamp.unlink(missing_ok=True)
    disk.unlink(missing_ok=True)
    subprocess.run(
        ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(CACHE / "disk.img"), "-F", "raw", str(disk)], check=True
    )
    started = time.monotonic()
    with running(disk, parcel=b"", state=None) as machine:
        machine.say("echo I am $((40 + 2))")
        until(lambda: "I am 42" in machine.hear(_BOOTS_WITHIN_S), within_s=_BOOTS_WITHIN_S, what="the door to open")
        machine.save(BOOTED)
        shutil.copyfile(machine.plugs.disk, disk)
        shutil.copyfile(machine.plugs.console, CACHE / "logs" / "boot.log")
    print(f"virtual-pi: booted in {time.monotonic() - started:.0f} s", flush=True)
    stamp.write_text(key)
    return disk


@contextmanager
def running(disk: Path, *, parcel: bytes, state: str | None) -> Iterator[Machine]:
    """A machine on a copy of `disk`, with `parcel` as its second disk, until the block ends. Raises MachineFault."""
    with _plugged(parcel) as plugs:
        subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(disk), str(plugs.disk)], check=True)
        with _started(plugs, command_line(plugs, state=state)) as machine:
            yield machine


@contextmanager
def booting(drive: str) -> Iterator[Machine]:
    """A machine that boots from `drive`, in QEMU's words, until the block ends. Raises MachineFault."""
    with _plugged(b"") as plugs, _started(plugs, command_line(plugs, state=None, drive=drive)) as machine:
        yield machine


@contextmanager
def _plugged(parcel: bytes) -> Iterator[Plugs]:
    with (
        tempfile.TemporaryDirectory(dir=CACHE, prefix="run-") as folder,
        tempfile.TemporaryDirectory(prefix="belbord-pi-") as sockets,
    ):
        plugs = Plugs(Path(folder), Path(sockets))
        if len(parcel) > PARCEL_SIZE:
            raise MachineFault(f"the parcel has {len(parcel)} bytes, {PARCEL_SIZE} fit; enlarge PARCEL_SIZE")
        plugs.parcel.write_bytes(parcel)
        os.truncate(plugs.parcel, PARCEL_SIZE)
        yield plugs


@contextmanager
def _started(plugs: Plugs, command: list[str]) -> Iterator[Machine]:
    with plugs.words.open("wb") as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words)
    try:
        machine = Machine(process, plugs, _connect(plugs.door, process, plugs))
        try:
            yield machine
        finally:
            machine.end()
    finally:
        process.kill()
        process.wait()
        shutil.copyfile(plugs.console, CACHE / "logs" / "console.log")


def until(true: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Ask until it is so; raises MachineFault naming `what` when it never is."""
    deadline = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline:
            raise MachineFault(f"waited {within_s:.0f} s in vain for {what}")
        time.sleep(0.02)


def _connect(path: Path, process: subprocess.Popen[bytes], plugs: Plugs) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except OSError:
            connection.close()
            if process.poll() is not None or time.monotonic() > deadline:
                raise MachineFault(f"QEMU does not start; {traces(plugs)}") from None
            time.sleep(0.02)
        else:
            return connection
