"""host.toml: taken when right, refused with every fault when wrong."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from broker.settings.keys import REQUIRED
from host_agent.config import Config, load, parse
from host_agent.config_keys import KEYS, SECTIONS
from host_agent.errors import ConfigFault
from host_agent.table import Table

EXAMPLE = Path(__file__).parents[2] / "host_agent" / "host.example.toml"


def _faults(text: str, folder: Path) -> list[str]:
    with pytest.raises(ConfigFault) as told:
        parse(text, folder=folder)
    return told.value.faults


def _secrets(folder: Path) -> None:
    (folder / "directory").mkdir(exist_ok=True)
    for name in ("mqtt-password", "ami-secret", "smtp-password"):
        (folder / name).touch(0o600)
        (folder / name).write_text("hush\n")
    (folder / "webhook-secret").touch(0o600)
    (folder / "webhook-secret").write_text("whsec_" + "A" * 40 + "\n")
    for name in ("ca.crt", "host.crt", "host.key", "asterisk-ca.crt"):
        (folder / name).write_text("")


def test_an_empty_file_is_a_host_on_loopback_without_a_pbx(tmp_path: Path) -> None:
    config = parse("", folder=tmp_path)
    assert (config.web.host, config.web.port, config.pbx.kind, config.mqtt.port) == ("127.0.0.1", 8088, "none", 1883)


def test_the_example_is_right_as_it_stands(tmp_path: Path) -> None:
    _secrets(tmp_path)
    (tmp_path / "host.toml").write_text(EXAMPLE.read_text())
    config = load(tmp_path / "host.toml")
    assert (config.mqtt.password, config.pbx.secret) == ("hush", "hush")
    assert [queue.label for queue in config.units[0].queues] == ["Receptie", "Storingsdienst"]


def _uncommented() -> str:
    """The example with every key and table that it only shows also set."""
    return re.sub(r"^#([a-z_]+ = |\[\[)", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)


def _paths(values: dict[str, Any], where: str = "") -> set[str]:
    found = set()
    for name, value in values.items():
        tables = value if isinstance(value, list) and value and isinstance(value[0], dict) else [value]
        for each in tables:
            found |= _paths(each, f"{where}{name}.") if isinstance(each, dict) else {where + name}
    return found


def test_the_example_shows_every_key_that_is_listed_and_no_other(tmp_path: Path) -> None:
    assert _paths(tomllib.loads(_uncommented())) == set(KEYS)


def test_every_key_is_good_as_the_example_shows_it(tmp_path: Path) -> None:
    _secrets(tmp_path)
    text = _uncommented().replace("tls = false", "tls = true").replace('accounts = "off"', 'accounts = "on"')
    text = text.replace('folder = "/var/lib/belbord"', 'folder = "."')
    assert isinstance(parse(text, folder=tmp_path), Config)


def test_what_a_key_is_by_default_is_what_the_example_says(tmp_path: Path) -> None:
    shown = tomllib.loads(_uncommented())
    for section in SECTIONS:
        for key in section.keys:
            if key.default not in (None, REQUIRED, "", ()) and key.shown is None and not section.many:
                inner: Any = shown
                for step in section.path(key).split("."):
                    inner = inner[step]
                assert key.kind.accept(inner) == key.kind.accept(
                    list(key.default) if isinstance(key.default, tuple) else key.default
                )


def test_every_listed_key_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()
    value = Table.value

    def watched(table: Table, key: str, default: Any = None) -> Any:
        read.add(".".join([str(step) for step in table.place if isinstance(step, str)] + [key]))
        return value(table, key, default)

    monkeypatch.setattr(Table, "value", watched)
    _secrets(tmp_path)
    text = _uncommented().replace("tls = false", "tls = true").replace('accounts = "off"', 'accounts = "on"')
    parse(text.replace('folder = "/var/lib/belbord"', 'folder = "."'), folder=tmp_path)
    assert read == set(KEYS)


def test_all_faults_are_told_at_once_with_what_was_meant(tmp_path: Path) -> None:
    faults = _faults(
        """
        langage = "nl"
        [mqtt]
        port = "1883"
        root = "bel/#"
        [pbx]
        kind = "asterix"
        [web]
        listen = "8088"
        [[queue]]
        name = "receptie"
        [[queue]]
        name = "re/ceptie"
        [[unit]]
        name = "Balie 1"
        queues = ["recepti"]
        """,
        tmp_path,
    )
    told = "\n".join(faults)
    assert len(faults) == 8
    assert "host.toml:2: langage: found 'langage'" in told
    assert "Did you mean 'language'?" in told
    assert "mqtt.port: found '1883'; meant is a port" in told
    assert "mqtt.root: found 'bel/#'" in told
    assert "Did you mean 'asterisk'?" in told
    assert "web.listen: found '8088'" in told
    assert "host.toml:13: queue[2].name: found 're/ceptie'" in told
    assert "unit[1].name: found 'Balie 1'" in told
    assert "unit[1].queues: found 'recepti'; meant is the name of a [[queue]]. Did you mean 'receptie'?" in told


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "[::]", "belbord.example"])
def test_other_machines_reach_the_pages_only_when_that_is_said(tmp_path: Path, host: str) -> None:
    assert "allow_remote" in _faults(f'[web]\nlisten = "{host}:8088"', tmp_path)[0]
    remote = f'[web]\nlisten = "{host}:8088"\nallow_remote = true\n'
    assert "accounts" in _faults(remote, tmp_path)[0]
    assert parse(remote + 'accounts = "on"', folder=tmp_path).web.host == host.strip("[]")


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("hush\n")
    (tmp_path / "word").chmod(0o644)
    faults = _faults('[mqtt]\nusername = "host"\npassword_file = "word"', tmp_path)
    assert "chmod 600" in faults[0]
    assert "hush" not in faults[0]


def test_what_systemd_hands_over_is_taken_though_its_access_list_shows_as_the_groups_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "word").write_text("hush\n")
    (tmp_path / "word").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    text = '[mqtt]\nusername = "host"\npassword_file = "word"'
    assert parse(text, folder=tmp_path).mqtt.username == "host"
    (tmp_path / "word").chmod(0o444)
    assert "chmod 600" in _faults(text, tmp_path)[0]


def test_a_secret_that_is_empty_or_absent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "word").touch(0o600)
    assert "a password on its first line" in _faults('[mqtt]\nusername = "h"\npassword_file = "word"', tmp_path)[0]
    assert "a file that is there" in _faults('[mqtt]\nusername = "h"\npassword_file = "other"', tmp_path)[0]


def test_the_same_unit_or_queue_twice_is_refused(tmp_path: Path) -> None:
    text = '[[queue]]\nname = "r"\n[[queue]]\nname = "r"\n[[unit]]\nname = "b"\n[[unit]]\nname = "b"'
    assert len(_faults(text, tmp_path)) == 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xff\xfe\x00", id="binary"),
        pytest.param(b"[mqtt", id="half written"),
        pytest.param(b"mqtt = 3", id="not a table"),
        pytest.param(b"unit = [1]", id="not tables"),
        pytest.param(b"[[mqtt]]", id="tables for a table"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "host.toml").write_bytes(content)
    with pytest.raises(ConfigFault) as told:
        load(tmp_path / "host.toml")
    assert len(told.value.faults) == 1
    assert "host.toml" in told.value.faults[0]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match=r"nowhere\.toml"):
        load(tmp_path / "nowhere.toml")
