"""The unit's watchdog is fed while everything comes round, and only then: the real loop, in made-up time."""

import threading
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
from pytest_mock import MockerFixture

from device.clock import boottime
from device.core.events import Event, StopAsked, Tick
from device.core.unit import Unit
from device.drivers import outbox as outbox_module
from device.drivers.outbox import SqliteOutbox
from device.loop import PATIENCE_S, Drivers, hung, run
from device.ports import PULSE_S, Worker


@dataclass
class Part:
    """A driver with a thread, as far as the loop sees it."""

    alive_at: float


class Watchdog:
    """Counts what systemd would hear."""

    interval_s = 20.0

    def __init__(self) -> None:
        self.beats = 0

    def beat(self) -> None:
        self.beats += 1


def turns(mocker: MockerFixture, workers: dict[str, Worker], now: float, count: int = 3) -> int:
    """How often the loop fed the watchdog in so many turns."""
    inbox: SimpleQueue[Event] = SimpleQueue()
    watchdog = Watchdog()
    for _ in range(count - 1):
        inbox.put(Tick(now))
    inbox.put(StopAsked(now))
    port: Any = mocker.Mock()
    run(Unit("balie-1", "1.0"), inbox, Drivers(port, port, port, port, watchdog, workers=workers), lambda: now)  # type: ignore[arg-type]
    return watchdog.beats


def test_the_watchdog_is_fed_while_every_part_comes_round(mocker: MockerFixture) -> None:
    assert turns(mocker, {"outbox": Part(995.0), "link": Part(1000.0)}, now=1000.0) == 3


@pytest.mark.parametrize("part", ["outbox", "link"])
def test_one_part_that_hangs_stops_the_feeding_and_is_named_once(
    mocker: MockerFixture, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    workers: dict[str, Worker] = {"outbox": Part(999.0), "link": Part(999.0)}
    workers[part] = Part(1000.0 - PATIENCE_S - 1)
    assert turns(mocker, workers, now=1000.0) == 0
    assert [record.message for record in caplog.records if "hung" in record.message] == [
        f"{part}: hung for more than 90 s; waiting for a restart"
    ]


def test_a_slow_card_is_not_taken_for_a_hung_one(mocker: MockerFixture) -> None:
    assert turns(mocker, {"outbox": Part(1000.0 - 31.0 - PULSE_S)}, now=1000.0) == 3


def test_an_outbox_whose_disk_never_answers_stops_the_feeding(
    tmp_path: Path, mocker: MockerFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()
    opening = threading.Event()
    true_open = outbox_module.file.open_outbox

    def never(path: Path) -> Any:
        opening.set()
        answers.wait(30)
        return true_open(path)

    monkeypatch.setattr(outbox_module.file, "open_outbox", never)
    with SqliteOutbox(tmp_path / "outbox.sqlite3", SimpleQueue()) as outbox:
        assert opening.wait(10)
        later = boottime() + PATIENCE_S + 1
        assert hung({"outbox": outbox}, later) == ("outbox",)
        assert turns(mocker, {"outbox": outbox}, now=later) == 0
        answers.set()


def test_an_idle_outbox_comes_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "PULSE_S", 0.01)
    with SqliteOutbox(tmp_path / "outbox.sqlite3", SimpleQueue()) as outbox:
        began = boottime()
        while outbox.alive_at < began + 0.05:
            assert boottime() < began + 10
            threading.Event().wait(0.01)


def test_an_idle_outbox_that_wakes_often_still_tidies_in_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "PULSE_S", 0.02)
    path = tmp_path / "outbox.sqlite3"
    with SqliteOutbox(path, SimpleQueue(), tidy_after_s=0.2) as outbox:
        began = boottime()
        while outbox._untidy:
            assert boottime() < began + 10
            threading.Event().wait(0.01)
