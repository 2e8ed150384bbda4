"""A changed desk.toml while the unit works: the decision, and the process."""

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.messages import QueueBoard
from broker.mosquitto import RunningBroker
from broker.settings.example import toml
from broker.settings.keys import Key, Section, choices
from device.config import Config, config_of
from device.config_keys import SECTIONS
from device.config_reload import differs, taken_over
from device.core import effects as do
from device.core import events as was
from device.core.rules import Rules, SoundRules
from device.core.step import step
from device.core.unit import Unit as UnitFacts
from tests.device.test_process import Host, Unit

EVERY = [(section, key) for section in SECTIONS for key in section.keys]
WEEK = (((8 * 60, 17 * 60),),) * 7


def _config(folder: Path, values: dict[str, dict[str, Any]]) -> Config:
    content = {**values[""], **{table: keys for table, keys in values.items() if table}}
    return config_of(content, "desk.toml", [folder])


def _other(key: Key) -> Any:
    """A value that the key may have and does not have yet."""
    if key.name in ("unit", "host", "board", "state_directory", "root"):
        return "other"
    if words := choices(key.kind):
        return next(word for word in words if word != key.default)
    if isinstance(key.default, bool):
        return not key.default
    if isinstance(key.default, (int, float)):
        return key.default / 2 if isinstance(key.default, float) else key.default + 1
    return {"port": 8000}.get(key.name, key.shown) if key.shown != "/dev/ttyGS0" else key.shown


@pytest.mark.parametrize(("section", "key"), EVERY, ids=[section.path(key) for section, key in EVERY])
def test_a_key_is_taken_over_or_told_to_need_a_restart_just_as_the_list_says(
    tmp_path: Path, section: Section, key: Key
) -> None:
    for name in ("mqtt-password", "ca.crt", "balie-1.crt", "balie-1.key", "own"):
        (tmp_path / name).touch(0o600)
    tls = {"tls": True, "tls_certificate": "own", "tls_key": "own"} if key.name.startswith("tls_") else {}
    needed: dict[str, dict[str, Any]] = {"": {"unit": "balie-1"}, "mqtt": {"host": "h", **tls}}
    before = _config(tmp_path, needed)
    after = _config(tmp_path, needed | {section.name: {**needed.get(section.name, {}), key.name: _other(key)}})
    found, path = differs(before, after), section.path(key)
    assert path in (found.taken_over if key.reloads else found.needs_restart)
    outcome = taken_over(before, after)
    assert outcome == (after if key.reloads else before)
    assert not differs(outcome, after).taken_over


def test_other_hours_are_asked_of_the_clock_at_once_and_hours_that_are_gone_close_nothing() -> None:
    unit = UnitFacts("balie-1", "1", rules=Rules(week=WEEK, sound=SoundRules(quiet=(0, 60))))
    unit, _ = step(unit, was.Started(1.0, "0" * 16, bytes(32)))
    unit, _ = step(unit, was.ClockRead(2.0, known=True, weekday=0, second=1800.0))
    assert (unit.closed, unit.quiet) == (True, True)
    other = replace(unit.rules, week=(((0, 24 * 60),),) * 7)
    same, done = step(unit, was.RulesChanged(3.0, other))
    assert do.ReadClock() in done
    assert same.closed, "until the clock says otherwise"
    opened, _ = step(same, was.ClockRead(4.0, known=True, weekday=0, second=1800.0))
    assert not opened.closed
    without, done = step(unit, was.RulesChanged(3.0, Rules()))
    assert (without.closed, without.quiet, without.opens) == (False, False, None)
    assert do.ReadClock() not in done


@pytest.fixture
def host(mosquitto: RunningBroker) -> Iterator[Host]:
    host = Host(mosquitto)
    yield host
    host.client.disconnect()
    host.client.loop_stop()


@pytest.fixture
def unit(tmp_path: Path, mosquitto: RunningBroker, host: Host) -> Iterator[Unit]:
    unit = Unit(tmp_path, mosquitto)
    yield unit
    unit.end()


def _until(condition: Callable[[], object], within_s: float = 20.0) -> None:
    tick = threading.Event()
    for _ in range(int(within_s / 0.05)):
        if condition():
            return
        tick.wait(0.05)
    raise AssertionError(f"not within {within_s} s")


def test_a_reload_takes_over_what_may_be_names_the_rest_and_keeps_off_a_file_with_a_fault(
    tmp_path: Path, unit: Unit, host: Host
) -> None:
    path = tmp_path / "desk.toml"
    first = path.read_text()

    def reload(text: str, until: str) -> str:
        before = len(unit.log.read_text())
        path.write_text(text)
        unit.process.send_signal(signal.SIGHUP)
        _until(lambda: until in unit.log.read_text()[before:])
        return unit.log.read_text()[before:]

    host.board = {
        "pbx": "up", "pbx_age_s": 0.0,
        "queues": (QueueBoard(name="r", label="Receptie", known=True, waiting=1, longest_wait_s=1.0),),
    }  # fmt: skip
    _until(lambda: host.newest is not None)
    host.say_board()
    _until(lambda: unit.answer("sign") == "sign 0")

    changed = first.replace("[mqtt]", f"language = {toml('de')}\n[mqtt]") + "waiting = 1\n[sound]\non = true\n"
    told = reload(changed, "restart")
    assert "reload: sign.waiting is as the file says" in told
    assert "reload: language is as the file says" in told
    assert "reload: sound.on changed; it needs a restart" in told
    _until(lambda: unit.answer("sign") == "sign 1")

    told = reload(first + 'waiting = "many"\n[panel]\nbrightnes = "dim"\n', "mend the file")
    lines = len(first.splitlines())
    assert f"desk.toml:{lines + 1}: sign.waiting: found 'many'" in told
    assert f"desk.toml:{lines + 3}: panel.brightnes: found 'brightnes'" in told
    assert "Did you mean 'brightness'?" in told
    assert unit.answer("sign") == "sign 1"

    reload(first, "sign.waiting is as the file says")
    _until(lambda: unit.answer("sign") == "sign 0")
    assert unit.end() == 0
