"""What goes into the booted machine at each run: Belbord as its wheel installs it, its units, and the workbench."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.on_kernel.machine import CACHE, CHECKOUT, MachineFault

ROOT = CACHE / "root"
VENV = "/opt/belbord"
WORKBENCH = "/opt/workbench"
_SOURCE = ("broker", "device", "host_agent", "demo", "hardware", "tools")
_FILES = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE")


def packed() -> bytes:
    """A tar of files that belong at /, made in the image's own root with its own Python. Raises MachineFault."""
    with tempfile.TemporaryDirectory(dir=ROOT / "root", prefix="parcel-") as folder:
        work = Path(folder)
        source, stage = work / "source", work / "stage"
        source.mkdir()
        for name in _SOURCE:
            shutil.copytree(CHECKOUT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in _FILES:
            shutil.copyfile(CHECKOUT / name, source / name)
        inside = Path("/") / work.relative_to(ROOT)
        # pip compiles bytecode for this Python, as `make setup` does: an emulated processor feels it.
        _in_root([
            f"{VENV}/bin/pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
            "--root", f"{inside}/stage", f"{inside}/source",
        ])  # fmt: skip
        shutil.copytree(CHECKOUT / "tests" / "on_kernel" / "guest", stage / WORKBENCH.lstrip("/"))
        shutil.copytree(CHECKOUT / "systemd", stage / "opt" / "systemd")
        (stage / "usr" / "bin").mkdir(parents=True)
        (stage / "usr" / "bin" / "belbord-desk").symlink_to(f"{VENV}/bin/belbord-desk")
        return subprocess.run(
            ["tar", "-C", str(stage), "--owner=0", "--group=0", "-c", "."], check=True, capture_output=True
        ).stdout


def _in_root(command: list[str]) -> None:
    environment = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c",
         'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; root="$1"; shift; exec chroot "$root" "$@"',
         "in-root", str(ROOT), *command],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise MachineFault(f"Belbord cannot be installed in the virtual Pi: {done.stderr.strip()[-1500:]}")
