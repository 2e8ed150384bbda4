"""What systemd runs after a unit that was killed."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from device import app
from device.config import Config
from device.drivers.modelled_panel import ModelledPanel
from device.drivers.pins import mock_pins
from device.profile import Profile

SERVICE = Path(__file__).parent.parent.parent / "systemd" / "belbord-desk.service"


@pytest.fixture
def pins() -> Iterator[Any]:
    factory = mock_pins()
    yield factory
    factory.close()


@pytest.fixture
def settings(tmp_path: Path) -> tuple[Config, Profile]:
    path = tmp_path / "desk.toml"
    path.write_text(f'unit = "balie-1"\nstate_directory = "{tmp_path}"\n[mqtt]\nhost = "127.0.0.1"\n')
    return app._settings(path)


def test_the_sign_goes_dark_and_the_glass_says_farewell(settings: tuple[Config, Profile], pins: Any) -> None:
    config, profile = settings
    lamp = pins.pin(profile.pins.sign)
    lamp.function = "output"
    lamp.state = 1  # as the killed unit left it
    glass = ModelledPanel(profile.panel)
    with ExitStack() as opened:
        app.take_leave(config, profile, pins, glass, opened)
        assert lamp.state == 0
    assert glass.on
    assert glass.picture().getbbox() is not None


def test_taking_leave_needs_no_password_for_systemd_has_taken_it_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pins: Any
) -> None:
    path = tmp_path / "desk.toml"
    path.write_text(
        f'unit = "balie-1"\nstate_directory = "{tmp_path}"\n[mqtt]\nhost = "127.0.0.1"\npassword_file = "gone"\n'
        "[panel]\non = false\n"
    )
    monkeypatch.setattr("device.drivers.pins.real_pins", lambda: pins)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "closed"))
    assert app.main(["leave", "--config", str(path)]) == 0
    assert app.main(["check", "--config", str(path)]) == app.EX_CONFIG


def test_a_panel_that_is_gone_keeps_the_sign_from_nothing(settings: tuple[Config, Profile], pins: Any) -> None:
    config, profile = settings
    lamp = pins.pin(profile.pins.sign)
    lamp.function = "output"
    lamp.state = 1
    glass = ModelledPanel(profile.panel)
    glass.bus.unplug()
    with ExitStack() as opened:
        app.take_leave(config, profile, pins, glass, opened)
        assert lamp.state == 0


def test_the_service_takes_leave_however_it_ended() -> None:
    text = SERVICE.read_text("utf-8")
    start, stop = (re.search(rf"^{name}=(\S+) (\w+) ", text, re.MULTILINE) for name in ("ExecStart", "ExecStopPost"))
    assert start is not None
    assert stop is not None
    assert (start[2], stop[2], start[1]) == ("run", "leave", stop[1])


def test_every_protection_that_is_left_out_is_explained_and_the_rest_is_on() -> None:
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(SERVICE)],
        capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    ).stdout  # fmt: skip
    exposure = re.search(r"exposure level for belbord-desk.service: ([0-9.]+)", rated)
    assert exposure is not None, rated
    assert float(exposure[1]) <= 2.0
    left_out = {name.split("=")[0].split("/")[0] for name in re.findall(r"^✗ (\S+)", rated, re.MULTILINE)}
    comments = "\n".join(line for line in SERVICE.read_text("utf-8").splitlines() if line.startswith("#"))
    assert left_out
    assert {name for name in left_out if name not in comments} == set()


def test_systemd_finds_nothing_wrong_with_the_service(tmp_path: Path) -> None:
    text = SERVICE.read_text("utf-8").replace("/usr/bin/belbord-desk", "/bin/true")
    (tmp_path / SERVICE.name).write_text(text)
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / SERVICE.name)], capture_output=True, text=True
    )
    assert (found.returncode, [line for line in found.stderr.splitlines() if SERVICE.name in line]) == (0, [])
