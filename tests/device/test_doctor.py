"""`belbord-desk doctor`: with the real broker, real files, and a machine without pins."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from broker.findings import BrokerFact
from broker.mosquitto import RunningBroker
from device import app
from device.core.diagnosis import DeskFacts, DeviceFact, PanelFact, StateFact, diagnose
from device.profile import load_profile

WELL = DeskFacts(
    StateFact("/s", writable=True, free_mb=9_000),
    clock_is_set=True,
    broker=BrokerFact("h:1", "u", "well"),
    pins=DeviceFact("/dev/gpiochip0", "well"),
    panel=PanelFact("/dev/i2c-1", 0x3C, "well"),
)


def told(facts: DeskFacts) -> list[str]:
    return [str(finding) for finding in diagnose(facts) if finding.remedy is not None]


@pytest.fixture
def config(mosquitto: RunningBroker, tmp_path: Path) -> Path:
    (tmp_path / "word").touch(0o600)
    (tmp_path / "word").write_text(mosquitto.passwords["balie-1"])
    path = tmp_path / "desk.toml"
    path.write_text(
        f'unit = "balie-1"\nstate_directory = "{tmp_path / "state"}"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {mosquitto.port}\npassword_file = "{tmp_path / "word"}"\n'
    )
    return path


def test_a_unit_that_is_well_has_no_fault_and_ends_with_0(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["doctor", "--virtual", "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert "FAULT" not in said
    assert said.count("good ") == 3
    assert not told(WELL)


def test_a_wrong_password_is_the_one_fault(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "word").write_text("geheim-woord")
    assert app.main(["doctor", "--virtual", "--config", str(config)]) == 1
    said = capsys.readouterr().out
    assert said.count("FAULT") == 1
    assert "mqtt.password_file" in said
    assert "geheim-woord" not in said


def test_a_machine_without_pins_and_bus_is_told_both(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["doctor", "--config", str(config)]) == 1
    said = capsys.readouterr().out
    for fault in ("pins /dev/gpiochip", "glass on /dev/i2c-"):
        assert f"FAULT  {fault}" in said


def test_a_damaged_outbox_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "state").mkdir()
    (config.parent / "state" / "outbox.sqlite3").write_bytes(os.urandom(8192))
    assert app.main(["doctor", "--virtual", "--config", str(config)]) == 1
    assert "is damaged (file is not a database)" in capsys.readouterr().out


def test_looking_at_an_empty_outbox_leaves_its_log_to_the_unit_which_can_save_its_notes(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "state").mkdir()
    (config.parent / "state" / "outbox.sqlite3").touch()
    log = config.parent / "state" / "outbox.sqlite3-wal"
    log.write_bytes(os.urandom(8192))
    assert app.main(["doctor", "--virtual", "--config", str(config)]) == 1
    assert "is damaged (the file is empty, its log is not)" in capsys.readouterr().out
    assert log.stat().st_size == 8192


def test_a_config_that_is_wrong_is_told_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "desk.toml").write_text('unit = "Balie 1"\nlanguages = "nl"\n')
    assert app.main(["doctor", "--config", str(tmp_path / "desk.toml")]) == 1
    said = capsys.readouterr().out.splitlines()
    assert len(said) >= 2
    assert all(line.startswith("FAULT  ") for line in said)


@pytest.mark.parametrize(
    ("facts", "cause", "remedy"),
    [
        (replace(WELL, clock_is_set=False), "clock is not set", "timesyncd"),
        (replace(WELL, state=StateFact("/s", writable=False, free_mb=1)), "cannot be written", "read-only"),
        (replace(WELL, state=StateFact("/s", writable=True, free_mb=3)), "3 MB left", "make room"),
        (replace(WELL, pins=DeviceFact("/dev/gpiochip0", "denied")), "no permission", "group gpio"),
        (replace(WELL, pins=DeviceFact("/dev/gpiochip0", "absent")), "not there", "gpiodetect"),
        (replace(WELL, panel=PanelFact("/dev/i2c-1", 0x3C, "absent")), "no such bus", "dtparam=i2c_arm=on"),
        (replace(WELL, panel=PanelFact("/dev/spidev0.0", None, "absent")), "no such bus", "dtparam=spi=on"),
        (replace(WELL, panel=PanelFact("/dev/i2c-1", 0x3C, "denied")), "no permission", "group i2c"),
        (replace(WELL, panel=PanelFact("/dev/i2c-1", 0x3C, "no_answer")), "at 0x3c: nothing answers", "i2cdetect"),
        (replace(WELL, cable=DeviceFact("/dev/x", "absent")), "serial port /dev/x: not there", "cable"),
        (replace(WELL, cable=DeviceFact("/dev/x", "denied")), "no permission", "dialout"),
    ],
)
def test_each_fault_is_told_with_its_remedy(facts: DeskFacts, cause: str, remedy: str) -> None:
    [line] = told(facts)
    assert cause in line
    assert remedy in line


def test_the_default_board_can_be_looked_up_on_any_machine(tmp_path: Path) -> None:
    from device.doctor import _panel, _pins

    assert _pins(tmp_path).access == "absent"
    assert _panel(load_profile("oled-1.3-sh1106").panel, tmp_path).answer == "absent"
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/i2c-1").touch()  # a file that is no bus: the kernel refuses to address it
    assert _panel(load_profile("oled-1.3-sh1106").panel, tmp_path).answer == "no_answer"
