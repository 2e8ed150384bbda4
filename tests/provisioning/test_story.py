"""From nothing to a unit that works, and to one that is out: real programs, real TLS, a real Mosquitto."""

import re
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_agent.office.authority import Authority, life_of, make_authority, request_of
from host_agent.office.shutting_out import tell_broker
from tests.provisioning.whole_office import WholeOffice, made_office, until

DAY_S = 86_400.0


@pytest.fixture
def office(tmp_path: Path) -> WholeOffice:
    return made_office(tmp_path)


@pytest.fixture
def running(office: WholeOffice) -> Iterator[WholeOffice]:
    with office.broker(), office.running_host():
        yield office


def test_from_a_code_to_a_unit_at_work_to_one_that_is_out(running: WholeOffice) -> None:
    began = time.monotonic()
    desk = running.desk("balie-1")
    said = desk.enrol(running.add("balie-1", "--line", "100", "--queue", "receptie"))
    assert said.returncode == 0, said.stderr
    with desk.running():
        until(lambda: "connected to" in desk.log(), "the unit at the broker")
        seen_s = time.monotonic() - began
        until(lambda: not running.folder.enrolments(), "the host heard the unit")
        print(f"from the code to the broker {seen_s:.1f} s, to the host {time.monotonic() - began:.1f} s")
        listed = running.unit("list").stdout
        assert re.search(r"balie-1 +trusted until \d{4}-\d\d-\d\d +line 100, receptie", listed)

        revoked = running.unit("revoke", "balie-1")
        assert revoked.returncode == 0, revoked.stderr
        print(revoked.stdout)
        assert "balie-1 is out" in revoked.stdout
        until(lambda: "lost" in desk.log(), "the session's end")
        assert not running.lets_in(desk.state / "unit.pem")
        assert desk.log().count("connected to") == 1
    assert "revoked" in running.unit("list").stdout


def test_a_unit_that_is_replaced_is_out(running: WholeOffice) -> None:
    old, new = running.desk("old"), running.desk("new")
    assert old.enrol(running.add("balie-1")).returncode == 0
    with old.running():
        until(lambda: "connected to" in old.log(), "the old unit")
        assert new.enrol(running.add("balie-1")).returncode == 0
        with new.running():
            until(lambda: "connected to" in new.log(), "the new unit")
            until(lambda: "lost" in old.log(), "the end of the old one's session")
            assert not running.lets_in(old.state / "unit.pem")
            assert "lost" not in new.log()


def test_a_unit_renews_its_certificate_when_a_third_of_its_life_is_left(running: WholeOffice) -> None:
    desk = running.desk("balie-1")
    assert desk.enrol(running.add("balie-1")).returncode == 0
    place = desk.state / "unit.pem"
    before = _aged(running, place, days=500)
    with desk.running():
        until(lambda: place.read_bytes() != before, "a new certificate")
        until(lambda: "certificate: renewed" in desk.log(), "the unit's word")
    begins, ends = life_of(place.read_bytes())
    assert begins > time.time() - 2 * DAY_S
    assert ends > time.time() + 729 * DAY_S
    assert _key(place.read_bytes()) != _key(before)
    assert not (desk.state / "next.key").exists()
    (desk.path / "log").unlink()
    with desk.running():
        until(lambda: "connected to" in desk.log(), "a connection with the new one")
    assert place.stat().st_mode & 0o777 == 0o600


def test_the_host_renews_the_brokers_certificate_and_its_own(office: WholeOffice) -> None:
    folder = office.folder
    then = time.time() - 300 * DAY_S
    server, own = folder.authority().for_server(("127.0.0.1", "localhost"), then), folder.authority().for_host(then)
    folder.write(folder.server_certificate, server[1], 0o640)
    folder.write(folder.host_certificate, own[1])
    with office.broker():
        assert office.served_certificate().strip() == server[0].pem.strip()
        with office.running_host():
            until(lambda: office.served_certificate().strip() != server[0].pem.strip(), "the broker's new certificate")
            until(lambda: "connected" in office.log("host"), "the host at the broker")
    assert folder.host_certificate.read_bytes() != own[1]
    assert life_of(folder.server_certificate.read_bytes())[1] > time.time() + 364 * DAY_S


def test_who_has_no_certificate_of_the_office_is_nobody(office: WholeOffice) -> None:
    with office.broker():
        assert office.lets_in(office.folder.host_certificate)
        assert not office.lets_in(None)
        other = Authority(*make_authority("Other", time.time()))
        stranger = office.path / "stranger.pem"
        stranger.write_bytes(other.for_host(time.time())[1])
        assert not office.lets_in(stranger)


def test_a_file_on_the_boot_partition_enrols_a_unit_and_loses_its_code(running: WholeOffice) -> None:
    desk = running.desk("balie-2")
    desk.path.mkdir()
    code, _, host = running.add("balie-2").partition("@")
    place = desk.path / "belbord.toml"
    place.write_text(f'# For the unit in the hall.\ncode = "{code}"\nhost = "{host}"\nboard = "oled-0.96-ssd1306"\n')
    said = desk.enrol("--from", str(place))
    assert said.returncode == 0, said.stderr
    assert (desk.path / "belbord-outcome.txt").read_text() == "enrolled as balie-2\n"
    assert "code" not in place.read_text()
    assert "For the unit in the hall" in place.read_text()
    assert tomllib.loads(desk.config.read_text())["board"] == "oled-0.96-ssd1306"
    # At the next start there is nothing to do.
    before = desk.config.read_bytes()
    assert desk.enrol("--from", str(place)).returncode == 0
    assert desk.config.read_bytes() == before
    with desk.running():
        until(lambda: "connected to" in desk.log(), "the unit at the broker")


def _aged(office: WholeOffice, place: Path, *, days: int) -> bytes:
    """Let the unit's certificate be so many days old, as if it had been enrolled then."""
    from device.drivers.unit_key import request_for
    from device.unit_files import keep_certificate

    key = place.read_bytes().partition(b"\n")[2]
    key = key[: key.index(b"-----BEGIN CERTIFICATE")]
    folder = office.folder
    request = request_of(request_for(key))
    with folder.locked():
        given = [each for each in folder.issued() if each.name != "balie-1"]
        signed = folder.authority().for_unit(request, "balie-1", time.time() - days * DAY_S)
        folder.keep_issued([*given, signed], time.time())
    keep_certificate(place.parent, key, signed.pem, (signed.begins, signed.ends))
    return place.read_bytes()


def _key(content: bytes) -> bytes:
    return content[content.index(b"-----BEGIN PRIVATE") : content.index(b"-----BEGIN CERT")]


def test_a_process_that_is_no_mosquitto_is_never_signalled(tmp_path: Path) -> None:
    place = tmp_path / "pid"
    place.write_text("1\n")
    assert not tell_broker(place)
