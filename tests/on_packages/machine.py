"""A Debian machine with systemd as its first process, in a container over an untouched root: seconds for a boot."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CACHE = CHECKOUT / ".cache" / "deb"
BARE = "python3,ca-certificates,systemd,systemd-sysv,dbus,fonts-roboto-unhinted,mosquitto,openssl,lsof"
"""What the packages depend on is in the root already, so that a test needs no network; the packages are not."""

_JOB = """[Unit]
Wants=multi-user.target
After=multi-user.target
[Service]
Type=exec
ExecStart=/bin/sh -c 'sh -eu /job/run.sh >/job/out 2>&1; echo $? >/job/code; systemctl exit 0 --no-block'
"""

NEXT_VERSION = "99.0"
"""What `make test-deb` builds besides: the same program under a higher number, to upgrade to and to come back from."""


class MachineFault(Exception):  # noqa: N818  # as in the other rooms that boot machines
    """The machine could not be made or booted here: a matter of this machine, not of the packages."""


@dataclass(frozen=True)
class Machine:
    """One machine. What a boot changes on its disk is there at the next."""

    root: Path
    job: Path
    options: tuple[str, ...] = ()
    """For systemd-nspawn(1), at each boot."""

    def prepare(self, script: str) -> None:
        """Let the next boot run `script` once multi-user is reached, and halt when it ends."""
        for old in self.job.iterdir():
            old.unlink()
        (self.job / "run.sh").write_text(script)
        unit = self.root / "etc" / "systemd" / "system" / "job.service"
        unit.write_text(_JOB)
        wanted = unit.parent / "graphical.target.wants"
        wanted.mkdir(exist_ok=True)
        if not (wanted / "job.service").is_symlink():
            (wanted / "job.service").symlink_to("../job.service")

    def command(self, network: str = "--private-network") -> list[str]:
        """What boots it."""
        return [
            "systemd-nspawn", "-q", "--register=no", "--keep-unit", network, "--link-journal=no", "-b",
            "-D", str(self.root), f"--bind={self.job}:/job", *self.options,
        ]  # fmt: skip

    def boot(self, script: str, *, timeout_s: float = 60) -> str:
        """Boot, run `script` with sh -eu once multi-user is reached, and halt. -> what it printed.

        Raises AssertionError with the output when the script fails, MachineFault when the machine does not come up.
        """
        self.prepare(script)
        try:
            booted = subprocess.run(
                self.command(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s
            )
        except FileNotFoundError as error:
            raise MachineFault("systemd-nspawn is missing: apt-get install systemd-container") from error
        code = self.job / "code"
        if not code.exists():
            raise MachineFault(f"the machine did not run its job: {booted.stdout[-1500:]} {booted.stderr[-500:]}")
        said = (self.job / "out").read_text(errors="replace")
        assert code.read_text().strip() == "0", f"the script ended with {code.read_text().strip()}:\n{said}"
        return said

    def inside(self, *command: str) -> str:
        """Run a command in the root without booting it, as dpkg does. -> what it printed; raises AssertionError."""
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c",
             'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot "$@"',
             "inside", str(self.root), *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/root"},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-1500:]}{done.stderr[-1500:]}"
        return done.stdout

    def put(self, package: Path) -> str:
        """Copy a package to /. -> its path inside."""
        shutil.copyfile(package, self.root / package.name)
        return f"/{package.name}"


def bare_root(suite: str) -> Path:
    """The untouched root of a release, made when it is not there yet. Raises MachineFault."""
    if os.geteuid() != 0:
        raise MachineFault("test-deb needs root for debootstrap, overlay mounts and containers")
    root = CACHE / f"machine-{suite}"
    made = subprocess.run([str(CHECKOUT / "tools" / "debian_root.sh"), suite, str(root), BARE])
    if made.returncode != 0:
        raise MachineFault(f"no bare root of {suite}; what debootstrap said stands above")
    return root


@contextmanager
def machine(suite: str, folder: Path) -> Iterator[Machine]:
    """A machine of its own over the bare root; all it writes is in `folder`, which may be thrown away."""
    lower = bare_root(suite)
    names = ("upper", "work", "root", "job")
    upper, work, root, job = (folder / name for name in names)
    # A folder on an overlay cannot be the upper layer of another: a file system of its own in memory.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(folder)], check=True)
    try:
        for each in (upper, work, root, job):
            each.mkdir()
        subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", str(root)],
            check=True,
        )
        try:
            yield Machine(root, job)
        finally:
            subprocess.run(["umount", "-l", str(root)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def package(part: str, suite: str, arch: str = "amd64", version: str | None = None) -> Path:
    """The newest package that `make deb` left, or the one of that version. Raises MachineFault."""
    found = sorted(
        (CHECKOUT / "dist" / suite).glob(f"belbord-{part}_{version or '*'}+deb*_{arch}.deb"),
        key=lambda path: path.stat().st_mtime,
    )
    if not found:
        raise MachineFault(f"no belbord-{part} for {suite} on {arch} in dist/: `make deb` first")
    return found[-1]


def repacked(made: Path, version: str, folder: Path, change: Callable[[Path], None] = lambda _: None) -> Path:
    """That package under another version, with `change` done to its unpacked tree. -> the new package, in `folder`."""
    tree = folder / f"{made.name}-{version}"
    subprocess.run(["dpkg-deb", "-R", str(made), str(tree)], check=True)
    try:
        change(tree)
        control = tree / "DEBIAN" / "control"
        control.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text()))
        name, _, architecture = made.name.split("_")
        new = folder / f"{name}_{version}_{architecture}"
        subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "-b", str(tree), str(new)], check=True, capture_output=True)
    finally:
        shutil.rmtree(tree)
    return new
