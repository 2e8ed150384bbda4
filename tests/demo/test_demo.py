"""The demo starts quickly, ends cleanly whatever ends it, and leaves nothing behind."""

import signal
import socket
import stat
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

CHILDREN = 5  # broker and who watches over it, simulated PBX, host agent, desk unit


def _gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


def test_it_is_ready_within_ten_seconds_with_four_programs(demo: Any) -> None:
    assert time.monotonic() - demo.started < 10
    assert len(demo.children()) == CHILDREN
    assert httpx.get(demo.address).status_code == 200


@pytest.mark.parametrize("how", ["ctrl-c", "sigterm", "hang-up"])
def test_it_ends_cleanly_and_leaves_nothing(demo: Any, tmp_path: Path, how: str) -> None:
    family = demo.children()
    if how == "ctrl-c":
        demo.interrupt()
    else:
        demo.process.send_signal(signal.SIGTERM if how == "sigterm" else signal.SIGHUP)
    assert demo.ends() == 0
    assert _gone(family)
    assert "Traceback" not in demo.said
    assert list((tmp_path / "tmp").iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(demo.address.rsplit(":", 1)[1].strip("/"))), timeout=2)


def test_it_ends_even_while_pages_listen(demo: Any) -> None:
    with httpx.stream("GET", f"{demo.address}switchboard", timeout=10) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("data: ")
        demo.interrupt()
        list(lines)
    assert demo.ends() == 0
    assert "Traceback" not in demo.said


def test_pages_that_come_and_go_leave_no_trace(demo: Any) -> None:
    for _ in range(5):
        with httpx.stream("GET", f"{demo.address}switchboard", timeout=10) as stream:
            assert next(stream.iter_lines()).startswith("data: ")
    assert httpx.post(f"{demo.address}switchboard/ring", json={}).json()["done"] is True
    demo.interrupt()
    assert demo.ends() == 0
    assert "Traceback" not in demo.said
    assert "ERROR" not in demo.said


def test_ctrl_c_while_it_starts_ends_it_too(tmp_path: Path, start_demo: Any, until: Any) -> None:
    with start_demo(tmp_path, "--port", "0", ready=False) as starting:
        until(lambda: "Starting" in starting.said, "it begins")
        until(lambda: len(starting.children()) >= 2, "it has children")
        family = starting.children()
        starting.interrupt()
        assert starting.ends() == 0
        assert _gone(family)
        assert "Traceback" not in starting.said


@pytest.mark.parametrize("which", ["mosquitto", "host_agent.pbx.simulated", "belbord-host", "belbord-desk"])
def test_a_program_that_dies_is_named_and_ends_the_rest(demo: Any, which: str) -> None:
    family = demo.children()
    victim = next(child for child in family if any(which in word for word in child.cmdline()))
    victim.kill()
    assert demo.ends() == 1
    named = {
        "mosquitto": "the broker has ended",
        "host_agent.pbx.simulated": "the simulated PBX has ended",
        "belbord-host": "the host agent has ended",
        "belbord-desk": "the desk unit has ended",
    }[which]
    assert named in demo.said
    assert "Traceback" not in demo.said
    assert _gone(family)


def test_a_port_in_use_is_named_before_anything_is_started(tmp_path: Path, start_demo: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with start_demo(tmp_path, "--port", str(port), ready=False) as refused:
            assert refused.ends() == 1
            assert f"port {port} cannot be opened" in refused.said
            assert "Starting" not in refused.said


def test_no_secret_is_readable_by_others_or_on_a_command_line(demo: Any, tmp_path: Path) -> None:
    folder = next((tmp_path / "tmp").glob("belbord-demo-*"))
    secrets = [(folder / name).read_text() for name in ("host-password", "unit-password", "ami-secret")]
    assert len(set(secrets)) == 3
    for name in ("host-password", "unit-password", "ami-secret"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    for child in demo.children():
        words = " ".join(child.cmdline()) + Path(f"/proc/{child.pid}/environ").read_text(errors="replace")
        assert not [secret for secret in secrets if secret in words]


def test_every_program_listens_on_loopback_only(demo: Any) -> None:
    for process in (psutil.Process(demo.process.pid), *demo.children()):
        for connection in process.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip == "127.0.0.1"


def test_the_page_may_frame_only_its_own_two_and_runs_no_inline_script(demo: Any) -> None:
    answer = httpx.get(demo.address)
    places = httpx.get(f"{demo.address}places").json()
    policy = answer.headers["content-security-policy"]
    assert f"http://127.0.0.1:{places['unit']}" in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert answer.text.count("<script") == answer.text.count('<script src="')


def test_the_switchboard_passes_wishes_on_and_refuses_others(demo: Any) -> None:
    url = f"{demo.address}switchboard"
    assert httpx.post(f"{url}/ring", json={}).json()["done"] is True
    assert httpx.post(f"{url}/dance", json={}).status_code == 404
    assert httpx.post(f"{url}/..%2fstate", json={}).status_code == 404
    assert httpx.post(f"{url}/ring", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert (
        httpx.post(f"{url}/ring", content=b"x" * 9000, headers={"content-type": "application/json"}).status_code == 400
    )
    assert httpx.get(demo.address, headers={"host": "evil.example"}).status_code == 400
