"""What `belbord-host init` makes, and what it leaves as it is."""

import re
import stat
from pathlib import Path

import pytest

from broker.home import home_acl
from broker.topics import DEFAULT_ROOT, acl
from host_agent.app import main
from host_agent.config import load
from host_agent.office.authority import HOST_NAME
from host_agent.office.plan import address_of, exchange_of


def _init(folder: Path, *words: str) -> int:
    return main(["init", "--yes", "--folder", str(folder), "--address", "belbord.example", *words])


def _all(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_made_office_is_a_right_configuration_with_every_key_explained(tmp_path: Path) -> None:
    assert _init(tmp_path / "office", "--office", "Kantoor Noord") == 0
    config = load(tmp_path / "office" / "host.toml")
    assert (config.mqtt.port, config.mqtt.username, config.mqtt.password) == (8883, HOST_NAME, None)
    assert config.mqtt.tls is not None
    assert config.privacy.office == "Kantoor Noord"
    assert config.web.has_accounts
    assert (config.units, config.queues, config.pbx.kind) == ((), (), "none")
    text = (tmp_path / "office" / "host.toml").read_text()
    example = (Path(__file__).parents[3] / "host_agent" / "host.example.toml").read_text()
    explained = [line for line in example.splitlines() if re.match(r"# [A-Z]", line)]
    assert all(line in text.splitlines() for line in explained)


def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _init(tmp_path)
    before = _all(tmp_path)
    capsys.readouterr()
    assert _init(tmp_path, "--office", "Something else") == 0
    assert "nothing to do" in capsys.readouterr().out
    assert _all(tmp_path) == before


def test_a_run_that_was_cut_short_goes_on_with_the_same_authority(tmp_path: Path) -> None:
    _init(tmp_path)
    whole = _all(tmp_path)
    (tmp_path / "host.toml").unlink()
    (tmp_path / "broker" / "revoked.crl").unlink()
    assert _init(tmp_path) == 0
    again = _all(tmp_path)
    assert set(again) == set(whole)
    for name in ("authority.key", "broker/authority.crt", "broker/server.pem", "host.pem"):
        assert again[str(tmp_path / name)] == whole[str(tmp_path / name)]


def test_keys_are_their_owners_alone(tmp_path: Path) -> None:
    _init(tmp_path)
    for name in ("authority.key", "host.pem"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "broker" / "server.pem").stat().st_mode) == 0o640
    assert (tmp_path / "broker" / "server.pem").stat().st_gid == (tmp_path / "broker").stat().st_gid


def test_there_is_no_password_in_a_made_office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text("the-pbx-knows-it\n")
    folder = tmp_path / "office"
    _init(folder, "--pbx", "192.0.2.10", "--pbx-secret-file", str(tmp_path / "secret"))
    main(["unit", "add", "balie-1", "--config", str(folder / "host.toml")])
    set_keys = re.compile(rb"^\s*[a-z_]*(password|passwd|psk|passphrase)[a-z_]*\s*[= ]", re.MULTILINE)
    # The store has a column for people's passwords, and no people yet.
    texts = {name: content for name, content in _all(folder).items() if ".sqlite3" not in name}
    found = {name for name, content in texts.items() if set_keys.search(content)}
    assert len(texts) >= 10
    assert not found
    # The PBX's own secret, which the admin gave, and nowhere else.
    holding = {Path(name).name for name, content in _all(folder).items() if b"the-pbx-knows-it" in content}
    assert holding == {"ami-secret"}
    assert stat.S_IMODE((folder / "ami-secret").stat().st_mode) == 0o600
    assert "allow_anonymous false" in (folder / "broker" / "belbord.conf").read_text()
    capsys.readouterr()


def test_the_brokers_access_is_the_topic_tables(tmp_path: Path) -> None:
    _init(tmp_path)
    assert (tmp_path / "broker" / "access.acl").read_text() == acl(DEFAULT_ROOT, HOST_NAME) + home_acl(HOST_NAME)


def test_two_offices_trust_different_authorities(tmp_path: Path) -> None:
    for name in ("one", "other"):
        _init(tmp_path / name)
    one, other = (_all(tmp_path / name) for name in ("one", "other"))
    keys = [each for each in one.values() if b"PRIVATE KEY" in each]
    assert len(keys) == 3
    assert not set(keys) & set(other.values())


@pytest.mark.parametrize("text", ["", "0.0.0.0", "::", "a b", "-x", "x" * 300, "300.1.2.3", "host/name"])
def test_what_no_unit_could_call_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        address_of(text)


@pytest.mark.parametrize("text", ["host.example", "HOST", "192.0.2.1", "2001:db8::1"])
def test_a_name_or_an_ip_address_is_one(text: str) -> None:
    assert address_of(text) == text.lower()


def test_the_pbx_has_its_usual_port_unless_another_is_named() -> None:
    assert exchange_of("pbx.example", "u").port == 5038
    assert exchange_of("pbx.example:5039", "u").port == 5039


def test_a_unit_cannot_be_called_what_the_host_is_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _init(tmp_path)
    assert main(["unit", "add", HOST_NAME, "--config", str(tmp_path / "host.toml")]) == 1
    assert "unit name" in capsys.readouterr().err
