"""What the demo tells the programs is what they take."""

import tomllib
from pathlib import Path

from demo.settings import BOARD, Ports, desk_toml, host_toml
from device.config import load_config
from host_agent.config import parse

PORTS = Ports(demo=8080, broker=1, ami=2, control=3, inbox=4, unit=5)


def test_the_host_takes_its_configuration(tmp_path: Path) -> None:
    for name in ("host-password", "ami-secret"):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text("secret")
    config = parse(host_toml(PORTS, str(tmp_path)), folder=tmp_path)
    assert config.pbx.port == 2
    assert config.web.host == "127.0.0.1"
    assert config.web.frame_ancestors == ("http://127.0.0.1:8080", "http://localhost:8080")
    assert [unit.name for unit in config.units] == ["balie-1"]


def test_the_desk_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "unit-password").touch(mode=0o600)
    (tmp_path / "unit-password").write_text("secret")
    (tmp_path / "desk.toml").write_text(desk_toml(PORTS, str(tmp_path), BOARD))
    config = load_config(tmp_path / "desk.toml")
    assert config.broker.port == 1
    assert config.broker.password == "secret"


def test_a_folder_with_odd_characters_survives() -> None:
    folder = 'C:\\odd "folder"/é'
    assert tomllib.loads(host_toml(PORTS, folder))["store"]["path"] == folder + "/host.sqlite3"
    assert tomllib.loads(desk_toml(PORTS, folder, BOARD))["state_directory"] == folder + "/unit"
