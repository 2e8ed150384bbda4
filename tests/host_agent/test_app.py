"""`belbord-host` as a program."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from broker.home import home_acl
from broker.mosquitto import RunningBroker, free_port
from broker.topics import acl
from host_agent import app
from host_agent.readiness import tell, watchdog_period_s
from tests.host_agent.host_parts import OFFICE

PROGRAM = [sys.executable, "-c", "import sys; from host_agent.app import main; sys.exit(main())"]


@pytest.fixture
def config_file(mosquitto: RunningBroker, tmp_path: Path) -> tuple[Path, int]:
    """A host.toml on the real broker, and the port of its pages."""
    (tmp_path / "mqtt-password").touch(0o600)
    (tmp_path / "mqtt-password").write_text(mosquitto.passwords["host"])
    web = free_port()
    path = tmp_path / "host.toml"
    path.write_text(OFFICE.format(port=mosquitto.port, web=web))
    return path, web


def _ask(port: int) -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def _ready(program: subprocess.Popen[str], port: int) -> dict[str, object]:
    deadline = time.monotonic() + 20
    while True:
        try:
            health = _ask(port)
        except OSError:
            health = {}
        if health.get("link"):
            return health
        assert program.poll() is None, "it ended before it was ready"
        assert time.monotonic() < deadline, "not ready in 20 s"
        time.sleep(0.05)


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_until_it_is_told_to_stop_and_ends_orderly(config_file: tuple[Path, int], wish: signal.Signals) -> None:
    path, port = config_file
    with subprocess.Popen([*PROGRAM, "run", "--config", str(path)], stderr=subprocess.PIPE, text=True) as program:
        try:
            assert _ready(program, port) == {"ready": True, "link": True, "pbx": "away"}
            # An open live stream must not hold it.
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/live", timeout=5) as stream:
                assert stream.readline()
                began = time.monotonic()
                program.send_signal(wish)
                _out, said = program.communicate(timeout=15)
            assert program.returncode == 0, said
            assert time.monotonic() - began < 5
            assert "Traceback" not in said
        finally:
            program.kill()


def test_a_second_one_on_the_same_store_is_refused(config_file: tuple[Path, int]) -> None:
    path, port = config_file
    with subprocess.Popen([*PROGRAM, "run", "--config", str(path)], stderr=subprocess.DEVNULL) as program:
        try:
            _ready(program, port)  # type: ignore[arg-type]  # only its fate is asked
            other = path.with_name("other.toml")
            other.write_text(path.read_text().replace(f":{port}", f":{free_port()}"))
            second = subprocess.run(
                [*PROGRAM, "run", "--config", str(other)], capture_output=True, text=True, timeout=30
            )
            same_port = subprocess.run(
                [*PROGRAM, "run", "--config", str(path)], capture_output=True, text=True, timeout=30
            )
        finally:
            program.terminate()
    assert (second.returncode, same_port.returncode) == (1, 1)
    assert "another belbord-host uses it" in second.stderr
    assert "name another port" in same_port.stderr
    assert len(second.stderr.splitlines()) == len(same_port.stderr.splitlines()) == 1


def test_check_tells_what_is_there(config_file: tuple[Path, int], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["check", "--config", str(config_file[0])]) == 0
    assert "2 units, 2 queues" in capsys.readouterr().out


def test_a_wrong_configuration_ends_with_78_and_a_line_for_each_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "host.toml"
    path.write_text('[mqtt]\nport = 0\n[web]\nlisten = "x"\n')
    for command in ("check", "run"):
        assert app.main([command, "--config", str(path)]) == 78
        told = capsys.readouterr().err.splitlines()
        assert len(told) == 2
        assert all(line.startswith("belbord-host: ") for line in told)


def test_a_command_that_is_not_one_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main(["ruin"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_acl_prints_the_brokers_access_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["acl", "--root", "huis", "--user", "centrale"]) == 0
    assert capsys.readouterr().out == acl("huis", "centrale") + home_acl("centrale")


def test_replay_starts_without_the_web_server_the_database_or_the_broker() -> None:
    script = (
        "import sys; from host_agent import app, replay; "
        "print([name for name in ('fastapi', 'sqlalchemy', 'aiomqtt', 'uvicorn', 'jinja2') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert said.stdout.strip() == "[]"


def test_nothing_is_told_where_systemd_did_not_start_us() -> None:
    assert not tell("READY=1", {})
    assert watchdog_period_s({}) is None
    assert watchdog_period_s({"WATCHDOG_USEC": "20000000"}) == 10.0


def test_systemd_hears_on_its_socket(tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        assert tell("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert listener.recv(100) == b"READY=1"
