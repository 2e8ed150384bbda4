"""`belbord-host doctor`: with the real broker, real stores and real sockets."""

import os
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from broker.findings import BrokerFact
from broker.mosquitto import RunningBroker, free_port
from host_agent import app
from host_agent.core.diagnosis import HostFacts, PbxFact, StoreFact, diagnose
from host_agent.store.notes import opened
from tests.host_agent.host_parts import OFFICE

WELL = HostFacts(
    StoreFact("/s", "well", 9_000), BrokerFact("h:1", "host", "well"), "127.0.0.1:8088", "free", ("receptie",),
    PbxFact("p:5038", "belbord", queues=frozenset({"receptie", "storing"})),
)  # fmt: skip


def told(facts: HostFacts) -> list[str]:
    return [str(finding) for finding in diagnose(facts) if finding.remedy is not None]


@pytest.fixture
def config(mosquitto: RunningBroker, tmp_path: Path) -> Path:
    (tmp_path / "mqtt-password").touch(0o600)
    (tmp_path / "mqtt-password").write_text(mosquitto.passwords["host"])
    path = tmp_path / "host.toml"
    path.write_text(OFFICE.format(port=mosquitto.port, web=free_port()))
    return path


def doctor(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    return app.main(["doctor", "--config", str(config)]), capsys.readouterr().out


def test_a_host_that_is_well_ends_with_0_and_leaves_nothing_behind(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(config.parent.iterdir())
    code, said = doctor(config, capsys)
    assert (code, said.count("FAULT")) == (0, 0), said
    assert sorted(config.parent.iterdir()) == before
    assert not told(WELL)


def test_a_running_host_is_not_taken_for_a_stranger(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = int(config.read_text().partition('listen = "127.0.0.1:')[2].partition('"')[0])
    with opened(config.parent / "host.sqlite3"), socket.create_server(("127.0.0.1", port)):
        code, said = doctor(config, capsys)
    assert code == 0, said
    assert "in use by a running belbord-host" in said


def test_a_port_that_another_program_has_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = int(config.read_text().partition('listen = "127.0.0.1:')[2].partition('"')[0])
    with socket.create_server(("127.0.0.1", port)):
        code, said = doctor(config, capsys)
    assert code == 1
    assert "another program has that port: name another in web.listen" in said


def test_a_damaged_store_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "host.sqlite3").write_bytes(os.urandom(8192))
    code, said = doctor(config, capsys)
    assert code == 1
    assert "is damaged (file is not a database): stop the service and put a backup in its place" in said


def test_looking_at_an_empty_store_leaves_its_log_to_whoever_can_save_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, log = config.parent / "host.sqlite3", config.parent / "host.sqlite3-wal"
    path.touch()
    log.write_bytes(os.urandom(8192))
    code, said = doctor(config, capsys)
    assert code == 1
    assert "is damaged (the file is empty, its log is not)" in said
    assert log.stat().st_size == 8192


def test_a_store_that_is_gone_is_not_called_new(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "host.sqlite3.link-key").write_bytes(os.urandom(32))
    code, said = doctor(config, capsys)
    assert code == 1
    assert "is damaged (it is gone, and there was one)" in said


def test_a_store_of_a_newer_belbord_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = config.parent / "host.sqlite3"
    with opened(path):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    code, said = doctor(config, capsys)
    assert code == 1
    assert "was made by a newer Belbord" in said


def test_an_asterisk_that_is_not_there_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "ami").touch(0o600)
    (config.parent / "ami").write_text("geheim")
    pbx = f'[pbx]\nkind = "asterisk"\nport = {free_port()}\nusername = "belbord"\nsecret_file = "ami"\n'
    config.write_text(config.read_text() + pbx)
    code, said = doctor(config, capsys)
    assert code == 1
    assert "cannot be reached" in said
    assert "manager.conf" in said
    assert "geheim" not in said


def test_a_config_that_is_wrong_is_told_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "host.toml").write_text('[mqtt]\nport = 0\n[web]\nlisten = "x"\n')
    code, said = doctor(tmp_path / "host.toml", capsys)
    assert code == 1
    assert said.count("FAULT") == len(said.splitlines()) == 2


@pytest.mark.parametrize(
    ("facts", "cause", "remedy"),
    [
        (replace(WELL, store=StoreFact("/s", "folder", 1, "cannot be written")), "cannot be written", "service's own"),
        (replace(WELL, store=StoreFact("/s", "well", 20)), "20 MB left", "make room"),
        (replace(WELL, port="no_such_address"), "not an address", "web.listen"),
        (replace(WELL, wanted=("balie",)), "has no queue balie", "it has: receptie, storing"),
        (replace(WELL, pbx=PbxFact("p", "u", away="p refuses the login: x")), "refuses the login", "pbx.username"),
        (replace(WELL, pbx=PbxFact("p", "u", away="p does not answer")), "does not answer", "enabled = yes"),
        (replace(WELL, pbx=PbxFact("p", "u", denied=frozenset({"QueueStatus"}))), "denies QueueStatus", "write = rep"),
        (replace(WELL, pbx=PbxFact("p", "u")), "does not tell its queues", "app_queue"),
        (replace(WELL, cables=(("/dev/x", "absent"),)), "serial port /dev/x: not there", "by-id"),
        (replace(WELL, cables=(("/dev/x", "denied"),)), "no permission", "dialout"),
    ],
)  # fmt: skip
def test_each_fault_is_told_with_its_remedy(facts: HostFacts, cause: str, remedy: str) -> None:
    [line] = told(facts)
    assert cause in line
    assert remedy in line
