"""What is done to an office, without its programs."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from broker.enrolment import Application, Grant, Granted, stretched, unit_proof
from broker.lifetimes import DAY_S
from host_agent.config import parse
from host_agent.office import deeds
from host_agent.office.authority import RefusedRequest, make_authority, request_of
from host_agent.office.folder import OfficeFolder
from host_agent.office.unit_files import UnitFile
from tests.host_agent.office.requests_of_units import certificate_request

NOW = 1_800_000_000.0
UNIT = UnitFile("balie-1", "Balie 1", "100", ("receptie",))


@pytest.fixture
def folder(tmp_path: Path) -> OfficeFolder:
    made = OfficeFolder(tmp_path)
    made.make_folders()
    key, certificate = make_authority("Test", NOW)
    made.write(made.authority_key, key)
    made.write(made.authority_certificate, certificate)
    return made


def _enrol(folder: OfficeFolder, request: str, now: float = NOW) -> deeds.Done:
    code = deeds.expect(folder, UNIT, now)
    proof = unit_proof(stretched(code, folder.salt()), b"server", request)

    def make(unit: str, authority: str, certificate: str) -> Grant:
        return Grant(
            unit=unit, host="h", port=1, root="belbord", language="nl", authority=authority, certificate=certificate
        )

    return deeds.accept(folder, Application(request=request, proof=proof), b"server", make, now)


def _revoked_serials(folder: OfficeFolder) -> set[int]:
    return {each.serial_number for each in x509.load_pem_x509_crl(folder.revocations.read_bytes())}


def test_a_unit_is_called_what_the_admin_called_it_whatever_its_request_says(folder: OfficeFolder) -> None:
    done = _enrol(folder, certificate_request())
    assert isinstance(done.answer, Granted)
    (given,) = folder.issued()
    certificate = x509.load_pem_x509_certificate(given.pem.encode())
    assert certificate.subject.rfc4514_string() == "CN=balie-1"
    assert given.serial == certificate.serial_number


def test_a_revoked_unit_is_on_the_list_and_can_be_let_in_again(folder: OfficeFolder) -> None:
    _enrol(folder, certificate_request())
    (first,) = folder.issued()
    assert deeds.revoke(folder, "balie-1", NOW + 1) is not None
    assert first.serial in _revoked_serials(folder)
    # With the probe, by which the host sees that the list is in force.
    assert len(_revoked_serials(folder)) == 2
    assert "balie-1" in deeds.revoked_units(folder.issued())
    _enrol(folder, certificate_request(), NOW + 2)
    assert "balie-1" not in deeds.revoked_units(folder.issued())
    assert first.serial in _revoked_serials(folder)


def test_a_unit_is_revoked_again_when_the_broker_did_not_hear_it_the_first_time(folder: OfficeFolder) -> None:
    _enrol(folder, certificate_request())
    assert deeds.revoke(folder, "balie-1", NOW) is not None
    assert deeds.revoke(folder, "balie-1", NOW) is not None
    assert deeds.revoke(folder, "balie-2", NOW) is None


def test_a_successor_takes_the_trust_from_the_one_before(folder: OfficeFolder) -> None:
    _enrol(folder, certificate_request())
    (first,) = folder.issued()
    done = _enrol(folder, certificate_request(), NOW + 1)
    assert done.has_revoked
    assert _revoked_serials(folder) == {first.serial}


def test_a_revoked_unit_gets_no_new_certificate(folder: OfficeFolder) -> None:
    _enrol(folder, certificate_request())
    later = NOW + 600 * DAY_S
    assert deeds.renewed(folder, "balie-1", certificate_request(), later) is not None
    deeds.revoke(folder, "balie-1", later)
    assert deeds.renewed(folder, "balie-1", certificate_request(), later) is None


def test_one_unit_gets_no_certificate_for_another(folder: OfficeFolder) -> None:
    _enrol(folder, certificate_request())
    assert deeds.renewed(folder, "balie-2", certificate_request(), NOW + 600 * DAY_S) is None


def test_what_runs_out_is_forgotten(folder: OfficeFolder) -> None:
    _enrol(folder, certificate_request())
    _enrol(folder, certificate_request(), NOW + 800 * DAY_S)
    assert len(folder.issued()) == 1


def test_a_request_of_another_kind_is_refused() -> None:
    good = certificate_request()
    spoilt = good.replace(good.splitlines()[2][:4], "AAAA", 1)
    keys = (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1()))
    for text in ("", "-----BEGIN X-----\n", spoilt, *(certificate_request(key) for key in keys)):
        with pytest.raises(RefusedRequest):
            request_of(text)


def test_an_added_unit_and_its_queues_stand_in_the_configuration(folder: OfficeFolder) -> None:
    folder.keep_unit(UnitFile("balie-1", 'Balie "1"', "100", ("receptie", "Begane grond")))
    config = parse('[provisioning]\nfolder = "."\naddress = "h"\n', folder=folder.path)
    (unit,) = config.units
    assert (unit.name, unit.label, unit.extension) == ("balie-1", 'Balie "1"', "100")
    assert unit.queues == config.queues
    assert [queue.name for queue in config.queues] == ["receptie", "Begane grond"]
