"""A changed host.toml while the host agent runs: the decision, and the program."""

import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from broker import codec
from broker.messages import Board, Hello
from broker.mosquitto import RunningBroker, free_port
from broker.settings.keys import Key, Section, choices
from broker.topics import BOARD
from host_agent.config import Config, parse
from host_agent.config_keys import SECTIONS
from host_agent.config_reload import differs, taken_over
from tests.host_agent.host_parts import OFFICE

PROGRAM = [sys.executable, "-c", "import sys; from host_agent.app import main; sys.exit(main())"]
SINGLE = [(section, key) for section in SECTIONS if not section.many for key in section.keys]
OTHER = {
    "web.listen": "127.0.0.1:9", "provisioning.listen": "127.0.0.1:9", "directory.country": "BE",
    "office.holidays": "BE", "chase.rounds": ["09:00"], "web.trusted_proxies": ["127.0.0.9"],
    "mqtt.tls_certificate": "x", "mqtt.tls_key": "x",
}  # fmt: skip


def _other(section: Section, key: Key) -> Any:
    """A value that the key may have and does not have yet."""
    path = section.path(key)
    if path in OTHER:
        return OTHER[path]
    if words := choices(key.kind):
        return next(word for word in words if word != key.default)
    if key.default is True or key.default is False:
        return not key.default
    if isinstance(key.default, int):
        return key.default + 1
    if section.name == "office":
        return "09:00-10:00"
    return key.shown if key.shown is not None else "other"


def _config(folder: Path, values: dict[str, dict[str, Any]]) -> Config:
    """The config of some values; what the others need stands there too."""
    from broker.settings.example import toml

    lines: list[str] = []
    for table, keys in sorted(values.items()):
        lines += ([f"[{table}]"] if table else []) + [f"{name} = {toml(value)}" for name, value in keys.items()]
    return parse("\n".join(lines), folder=folder)


@pytest.mark.parametrize(("section", "key"), SINGLE, ids=[section.path(key) for section, key in SINGLE])
def test_a_key_is_taken_over_or_told_to_need_a_restart_just_as_the_list_says(
    tmp_path: Path, section: Section, key: Key
) -> None:
    for name in ("mqtt-password", "ami-secret", "smtp-password", "x", "ca.crt", "asterisk-ca.crt"):
        (tmp_path / name).write_text("hush")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "directory").mkdir()
    needed: dict[str, dict[str, Any]] = {
        "mqtt": {"username": "u", "tls": True, "tls_certificate": "ca.crt", "tls_key": "ca.crt"},
        "pbx": {"tls": True, "kind": "asterisk", "username": "u", "secret_file": "mqtt-password"},
        "web": {"accounts": "on", "trusted_proxies": ["127.0.0.1"]},
        "notices": {"smtp_host": "h", "sender": "a@b.example"},
        "provisioning": {"folder": ".", "address": "a"},
        "": {},
    }
    if section.path(key) == "mqtt.tls":
        needed["mqtt"] = {}
    elif key.name in ("accounts", "tls", "kind"):
        del needed[section.name][key.name]
    before = _config(tmp_path, needed)
    after = _config(tmp_path, needed | {section.name: {**needed.get(section.name, {}), key.name: _other(section, key)}})
    path = section.path(key)
    found = differs(before, after)
    assert path in (found.taken_over if key.reloads else found.needs_restart)
    assert len(found.taken_over + found.needs_restart) <= 2  # a secret is told with the file that names it
    outcome = taken_over(before, after)
    if key.reloads:
        assert outcome == after
        assert not differs(outcome, after).taken_over
    else:
        assert outcome == before
        assert differs(outcome, after).needs_restart == found.needs_restart


@pytest.mark.parametrize("section", [each for each in SECTIONS if each.many], ids=lambda section: section.name)
def test_the_tables_of_which_there_may_be_many_are_taken_over_as_a_whole_or_not_at_all(section: Section) -> None:
    assert len({key.reloads for key in section.keys}) == 1


def test_a_secret_that_is_another_one_in_the_same_file_needs_a_restart(tmp_path: Path) -> None:
    secret = tmp_path / "word"
    secret.touch(0o600)
    secret.write_text("one")
    text = '[mqtt]\nusername = "u"\npassword_file = "word"\n'
    before = parse(text, folder=tmp_path)
    secret.write_text("two")
    assert differs(before, parse(text, folder=tmp_path)).needs_restart == ("mqtt.password_file",)


class Unit:
    """A unit on the bus that asks for its board again and again."""

    def __init__(self, broker: RunningBroker, name: str) -> None:
        login = broker.login(name)
        self._name = name
        self._boards: SimpleQueue[Board] = SimpleQueue()
        ready = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=paho.MQTTv5)
        self.client.username_pw_set(login.username, login.password)
        self.client.on_message = lambda _client, _user, message: self._boards.put(
            codec.decode(BOARD, bytes(message.payload))
        )
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.connect(login.host, login.port)
        self.client.loop_start()
        self.client.subscribe(f"belbord/unit/{name}/board")
        assert ready.wait(10)

    def sees(self, wanted: Callable[[Board], bool]) -> Board:
        """The first board that is as wanted, asked for until it comes."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            hello = Hello(nonce="0" * 16, version="1")
            self.client.publish(f"belbord/unit/{self._name}/hello", codec.encode(hello))
            try:
                board = self._boards.get(timeout=0.3)
            except Empty:
                continue
            if wanted(board):
                return board
        raise AssertionError("no such board in 20 s")


@pytest.fixture
def unit(mosquitto: RunningBroker) -> Iterator[Unit]:
    unit = Unit(mosquitto, "balie-1")
    yield unit
    unit.client.disconnect()
    unit.client.loop_stop()


def _logged(program: "subprocess.Popen[str]", ending: str) -> list[str]:
    """The lines of the log up to one that ends so."""
    assert program.stderr is not None
    lines: list[str] = []
    while not lines or not lines[-1].endswith(ending):
        line = program.stderr.readline()
        assert line, lines
        lines.append(line.rstrip())
    return lines


def test_a_reload_takes_over_what_may_be_names_the_rest_and_keeps_off_a_file_with_a_fault(
    mosquitto: RunningBroker, tmp_path: Path, unit: Unit
) -> None:
    (tmp_path / "mqtt-password").touch(0o600)
    (tmp_path / "mqtt-password").write_text(mosquitto.passwords["host"])
    web = free_port()
    path = tmp_path / "host.toml"
    first = OFFICE.format(port=mosquitto.port, web=web)
    path.write_text(first)
    with subprocess.Popen([*PROGRAM, "run", "--config", str(path)], stderr=subprocess.PIPE, text=True) as program:
        try:
            _logged(program, f"127.0.0.1:{web}")
            unit.sees(lambda board: [queue.label for queue in board.queues] == ["Receptie"])

            # Another label, another queue for the unit, a unit more; and a port, which needs a restart.
            changed = first.replace('"Receptie"', '"Ontvangst"').replace(
                'queues = ["receptie"]', 'queues = ["storing", "receptie"]'
            )
            changed = changed.replace(f":{web}", ":9").replace("[mqtt]", "[chase]\nunseen_minutes = 20\n[mqtt]")
            path.write_text(f'{changed}\n[[unit]]\nname = "balie-3"\n')
            program.send_signal(signal.SIGHUP)
            lines = _logged(program, "chase.unseen_minutes is as the file says") + _logged(program, "restart")
            unit.sees(lambda board: [queue.label for queue in board.queues] == ["Storingsdienst", "Ontvangst"])
            told = "\n".join(lines)
            assert "reload: queue is as the file says" in told
            assert "reload: unit is as the file says" in told
            assert "reload: web.listen changed; it needs a restart" in told
            page = urllib.request.urlopen(f"http://127.0.0.1:{web}/units", timeout=10).read().decode()
            assert "balie-3" in page

            path.write_text(f'{first}\n[[unit]]\nname = "Balie 4"\n[privacy]\ndone_days = -1\n')
            program.send_signal(signal.SIGHUP)
            lines = _logged(program, "mend the file and reload again")
            assert f"host.toml:{len(first.splitlines()) + 3}: unit[3].name" in lines[-3]
            assert "privacy.done_days" in lines[-2]
            unit.sees(lambda board: [queue.label for queue in board.queues] == ["Storingsdienst", "Ontvangst"])

            path.write_text(first)
            program.send_signal(signal.SIGHUP)
            unit.sees(lambda board: [queue.label for queue in board.queues] == ["Receptie"])
            assert "balie-3" not in urllib.request.urlopen(f"http://127.0.0.1:{web}/units", timeout=10).read().decode()
            program.send_signal(signal.SIGTERM)
            _out, said = program.communicate(timeout=15)
            assert program.returncode == 0, said
        finally:
            program.kill()
