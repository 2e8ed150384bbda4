"""The private broker and the program that started it end together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import psutil
import pytest

from broker.mosquitto import running

ENDS_WITHIN_S = 5.0
# A thread that is gone long before its program: the broker belongs to the program.
STARTS_ONE = """
import threading
from contextlib import ExitStack
from broker.mosquitto import running
opened = ExitStack()
found = []
starting = threading.Thread(target=lambda: found.append(opened.enter_context(running(["host"]))))
starting.start()
starting.join()
print(found[0].pid, flush=True)
threading.Event().wait(60)
"""


def _until(holds: Callable[[], bool], claim: str) -> None:
    deadline = time.monotonic() + ENDS_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {ENDS_WITHIN_S} s: {claim}"
        threading.Event().wait(0.01)


def _is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_broker_does_not_outlive_the_program_that_started_it_however_that_ends(how: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS_ONE], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        broker = psutil.Process(int(program.stdout.readline()))
        family = psutil.Process(program.pid).children(recursive=True)
        assert broker in family
        program.send_signal(how)
        program.wait(ENDS_WITHIN_S)
    _until(lambda: all(_is_gone(each) for each in family), "broker and watch are gone")


def test_a_broker_that_is_stopped_leaves_no_watch_behind() -> None:
    before = psutil.Process(os.getpid()).children()
    with running(["host"]) as broker:
        assert psutil.Process(broker.pid).is_running()
    assert psutil.Process(os.getpid()).children() == before
