"""The packages as files: the same bytes each time, nothing that lintian minds, and fit for a Pi's processor."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from broker import __version__
from tests.on_packages.machine import CACHE, CHECKOUT, Machine, MachineFault, package

ARM_PACKAGES = "python3,ca-certificates,systemd,fonts-roboto-unhinted"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_two_builds_are_the_same_bytes(suite: str) -> None:
    first = {part: digest(package(part, suite, version=__version__)) for part in ("desk", "host")}
    subprocess.run([str(CHECKOUT / "packaging" / "build.sh"), suite, "amd64"], check=True, capture_output=True)
    assert {part: digest(package(part, suite, version=__version__)) for part in ("desk", "host")} == first


@pytest.mark.parametrize("part", ["desk", "host"])
def test_lintian_minds_nothing(suite: str, part: str) -> None:
    made = package(part, suite, version=__version__)
    root = CACHE / suite
    shutil.copyfile(made, root / made.name)
    try:
        done = subprocess.run(
            ["chroot", str(root), "lintian", "--fail-on", "error,warning", f"/{made.name}"],
            capture_output=True, text=True,
        )  # fmt: skip
    finally:
        (root / made.name).unlink()
    assert done.returncode == 0, done.stdout[:3000]


@pytest.mark.parametrize("part", ["desk", "host"])
def test_the_package_for_arm64_installs_and_starts(suite: str, part: str, tmp_path: Path) -> None:
    """Under qemu-user: dpkg, its scripts and the program run as arm64 code."""
    made = CACHE / f"arm64-{suite}"
    for command in (
        [str(CHECKOUT / "tools" / "emulate_arm64.sh")],
        [str(CHECKOUT / "tools" / "debian_root.sh"), suite, str(made), ARM_PACKAGES, "arm64"],
    ):
        if subprocess.run(command).returncode != 0:
            raise MachineFault(f"no arm64 root of {suite}: see above")
    machine = Machine(made, tmp_path)
    inside = machine.put(package(part, suite, "arm64", __version__))
    machine.inside("dpkg", "-i", inside)
    try:
        assert machine.inside(f"/usr/bin/belbord-{part}", "--version").strip() == f"belbord-{part} {__version__}"
        fault = "/etc/belbord/none.toml"
        assert "none.toml" in machine.inside("sh", "-c", f"belbord-{part} check --config {fault} 2>&1 || true")
    finally:
        machine.inside("dpkg", "-P", f"belbord-{part}")
        (made / inside.lstrip("/")).unlink()
