"""The demo as a person starts it: a real process with real children."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

READY = re.compile(r"open (http://127\.0\.0\.1:\d+/)")
WITHIN_S = 30.0


@dataclass
class RunningDemo:
    """A demo that said it is ready. `said`: its output so far."""

    process: "subprocess.Popen[str]"
    output: Path
    started: float

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def address(self) -> str:
        found = READY.search(self.said)
        assert found, self.said
        return found[1]

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def interrupt(self) -> None:
        """Ctrl-C: SIGINT to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ends(self) -> int:
        return self.process.wait(20)


def wait_until(condition: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.02)


@contextmanager
def demo_started(folder: Path, *arguments: str, ready: bool = True) -> Iterator[RunningDemo]:
    """Start it in a process group of its own, as a shell does; whatever happens, nothing of it stays."""
    output = folder / "output"
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "demo.app", "--no-browser", *arguments],
            stdout=stream,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "TMPDIR": str(temporary)},
        )
    demo = RunningDemo(process, output, time.monotonic())
    family: list[psutil.Process] = []
    try:
        if ready:
            wait_until(lambda: bool(READY.search(demo.said)) or process.poll() is not None, "the demo is ready")
            assert process.poll() is None, demo.said
            family = demo.children()
        yield demo
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for child in family:
            if child.is_running():
                child.kill()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[RunningDemo]:
    with demo_started(tmp_path, "--port", "0") as running:
        yield running


@pytest.fixture
def start_demo() -> Callable[..., object]:
    """`with start_demo(folder, *arguments, ready=False) as demo:`"""
    return demo_started


@pytest.fixture
def until() -> Callable[..., None]:
    """`until(condition, what)` waits with a bound."""
    return wait_until
