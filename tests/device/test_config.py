import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.access import Cable
from device.app import main
from device.config import config_of, load_config
from device.config_keys import KEYS, REQUIRED
from device.core.rules import Rules
from device.errors import ConfigFault
from device.profile import DEFAULT_BOARD

EXAMPLE = Path(__file__).parents[2] / "device" / "desk.example.toml"
LEAST = 'unit = "balie-1"\n[mqtt]\nhost = "127.0.0.1"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "desk.toml"
    path.write_text(text)
    return path


def faults(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigFault) as caught:
        load_config(written(folder, text), {})
    return tuple(fault.removeprefix(str(folder / "desk.toml")) for fault in caught.value.faults)


def test_the_example_is_a_good_config(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", str(EXAMPLE)]) == 0
    assert "balie-1" in capsys.readouterr().out


def test_the_example_names_every_key_with_its_default_and_no_other() -> None:
    whole = re.sub(r"^#(\w+ = )", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    content = tomllib.loads(whole)
    flat = {f"{table}.{key}" if isinstance(value, dict) else table: inner
            for table, value in content.items()
            for key, inner in (value.items() if isinstance(value, dict) else [(table, value)])}  # fmt: skip
    assert sorted(flat) == sorted(KEYS)
    for path, key in KEYS.items():
        assert key.kind.accept(flat[path]) is not REQUIRED
        if key.default not in (REQUIRED, None):
            assert key.kind.accept(flat[path]) == key.default, path


def test_the_least_config_lives_by_the_rules_defaults(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, LEAST), {})
    assert config.rules == Rules()
    assert (config.language, config.board, config.panel) == ("nl", DEFAULT_BOARD, True)
    assert (config.broker.port, config.broker.username, config.broker.tls) == (1883, "balie-1", None)


def test_a_cable_makes_the_broker_needless_and_either_or_both_will_do(tmp_path: Path) -> None:
    cable = '[serial]\nport = "/dev/ttyGS0"\n'
    alone = load_config(written(tmp_path, f'unit = "balie-1"\n{cable}[mqtt]\nroot = "huis"\n'), {})
    assert (alone.broker, alone.cable) == (None, Cable("/dev/ttyGS0", "huis"))
    both = load_config(written(tmp_path, LEAST + cable), {})
    assert both.broker is not None
    assert both.cable == Cable("/dev/ttyGS0", "belbord")
    assert load_config(written(tmp_path, LEAST), {}).cable is None
    assert faults(tmp_path, LEAST + '[serial]\nport = "ttyGS0"\n') == (
        ":5: serial.port: found 'ttyGS0'; meant is the path of a serial port, such as /dev/ttyGS0",
    )


def test_all_faults_are_told_at_once_each_with_line_key_found_and_meant(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        'unit = "Balie 1"\nlangauge = "nl"\nlanguage = "fy"\n[mqtt]\nport = "x"\n[sign]\nwating = 3\nwaiting = 0\n',
    )
    assert told == (
        ":1: unit: found 'Balie 1'; meant is 1-32 of a-z, 0-9 and -, beginning with a letter or digit",
        ":2: langauge: found 'langauge'; meant is one of unit, language, board, state_directory, mqtt, serial, panel, "
        "sign, hours, sound, notes. Did you mean 'language'?",
        ":3: language: found 'fy'; meant is one of nl, en, de, fr",
        ":4: mqtt.host: missing; it has no default: The machine with the MQTT broker.",
        ":5: mqtt.port: found 'x'; meant is a whole number from 1 to 65535",
        ":7: sign.wating: found 'wating'; meant is one of line_with_waiting, waiting, longest_wait_s, "
        "by_hand_minutes, minimum_lit_s, minimum_dark_s, when_unsure, out_of_hours. Did you mean 'waiting'?",
        ":8: sign.waiting: found 0; meant is a whole number from 1 to 999, or false for never",
    )


def test_what_stands_where_a_table_is_meant_is_told_and_an_unknown_table_is_refused(tmp_path: Path) -> None:
    told = faults(tmp_path, 'unit = "balie-1"\nsign = 3\nserial = []\n[mqtt]\nhost = "h"\n[sin]\n')
    assert told[:2] == (
        ":2: sign: found a value; meant is a table: [sign]",
        ":3: serial: found a value; meant is a table: [serial]",
    )
    assert told[2].startswith(":6: sin: found 'sin'")
    assert told[2].endswith("Did you mean 'sign'?")


def test_a_key_at_the_wrong_place_is_led_home(tmp_path: Path) -> None:
    assert "Did you mean 'mqtt.password_file'?" in faults(tmp_path, LEAST + "[panel]\npassword_file = 'x'\n")[0]


def test_a_board_that_does_not_exist_is_a_config_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, 'board = "nonsense"\n' + LEAST)
    assert main(["check", "--config", str(path)]) == 78
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raw", "words"),
    [(b"\xff\xfe\x00", "not a text in UTF-8"), (b"[[[", "not TOML"), (b"#" * 70_000, "at most")],
)
def test_what_is_no_config_gives_one_line(tmp_path: Path, raw: bytes, words: str) -> None:
    path = tmp_path / "desk.toml"
    path.write_bytes(raw)
    with pytest.raises(ConfigFault, match=words):
        load_config(path, {})


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ConfigFault, match="No such file"):
        load_config(tmp_path / "none.toml", {})


def test_a_password_is_read_beside_the_config_or_from_the_credentials(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    for folder, word in ((tmp_path, "beside"), (credentials, "given")):
        (folder / "pw").write_text(word + "\n")
        (folder / "pw").chmod(0o600)
    path = written(tmp_path, LEAST + 'password_file = "pw"\n')
    assert load_config(path, {}).broker.password == "beside"
    assert load_config(path, {"CREDENTIALS_DIRECTORY": str(credentials)}).broker.password == "given"


def test_a_password_that_anyone_may_read_is_refused_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("geheim")
    (tmp_path / "pw").chmod(0o644)
    config = LEAST + 'password_file = "pw"\n'
    (told,) = faults(tmp_path, config)
    assert "chmod" in told
    (tmp_path / "pw").chmod(0o600)
    assert "geheim" not in repr(load_config(written(tmp_path, config), {}))


def test_tls_keys_without_tls_and_halves_of_a_pair_are_faults(tmp_path: Path) -> None:
    (tmp_path / "crt").write_text("x")
    told = faults(tmp_path, LEAST + 'tls_certificate = "crt"\n')
    assert any("has no use while mqtt.tls is false" in fault for fault in told)
    assert any("the one needs the other" in fault for fault in told)


def test_a_rule_is_switched_off_with_false(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, LEAST + "[sign]\nwaiting = false\nlongest_wait_s = false\n"), {})
    assert (config.rules.sign.waiting, config.rules.sign.longest_wait_s) == (None, None)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from([path.rpartition(".")[2] for path in KEYS] + ["mqtt", "sign", "notes", "panel", "x"])


@given(st.dictionaries(keys, values | st.dictionaries(keys, values, max_size=4), max_size=6))
def test_any_content_is_a_config_or_faults(content: dict[str, Any]) -> None:
    with suppress(ConfigFault):
        assert config_of(content, "desk.toml", [Path("/nonexistent")]).unit
