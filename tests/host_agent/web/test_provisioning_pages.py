"""Letting units in and putting them out on the pages."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from broker.enrolment import stretched
from host_agent.config import Config
from host_agent.core.enrolment import CODE_LASTS_S
from host_agent.errors import HostFault
from host_agent.office import deeds, provisioning
from host_agent.office.authority import request_of
from host_agent.office.folder import OfficeFolder
from host_agent.office.unit_files import UnitFile
from host_agent.web.forms import Faulty
from host_agent.web.unit_forms import Known, wanted
from tests.host_agent.office.made import with_office
from tests.host_agent.office.requests_of_units import certificate_request
from tests.host_agent.web.visits import NOW, OWN, Visit, send, visit, with_accounts

CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")


def _let_in(folder: OfficeFolder, name: str) -> None:
    """As if a unit of that name had enrolled."""
    with folder.locked():
        signed = folder.authority().for_unit(request_of(certificate_request()), name, NOW)
        folder.keep_issued([*folder.issued(), signed], NOW)


def test_an_admin_makes_a_code_that_is_shown_on_that_answer_alone(
    office: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(here: Visit) -> None:
        folder = with_office(here, tmp_path / "office")
        admin = await here.signed_in("admin")
        with caplog.at_level(logging.DEBUG):
            more = {"queue:receptie": "1", "queues": "kassa\n"}
            typed = {"name": "Balie-3", "label": "Balie midden", "line": "103", **more}
            answer = await send(admin, "/units/new", "/units/new", **typed)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        found = CODE.search(answer.text)
        assert found is not None
        code = found[0]
        assert f"belbord-desk enrol {code}@belbord.kantoor.example" in answer.text
        assert f'data-left="{CODE_LASTS_S:.0f}"' in answer.text
        assert '<svg viewBox="0 0' in answer.text
        (expected,) = folder.enrolments()
        assert expected.key == stretched(code.replace("-", ""), folder.salt())
        assert expected.expires_at == NOW + CODE_LASTS_S
        written = (folder.units / "balie-3.toml").read_text()
        assert 'label = "Balie midden"' in written
        assert 'queues = ["receptie", "kassa"]' in written
        for page in ("/units", "/units/new", "/units/new?toestel=balie-3"):
            assert not CODE.search((await admin.get(page)).text)
        assert not any(code in record.getMessage() for record in caplog.records)
        assert here.desk.office is not None
        here.desk.office._changed()  # as the running host sees within a second
        assert "wordt verwacht tot 14:29" in (await admin.get("/units")).text

    visit(with_accounts(office), story)


def test_nothing_on_the_page_of_the_code_needs_a_style_or_a_script_of_its_own(office: Config, tmp_path: Path) -> None:
    async def story(here: Visit) -> None:
        with_office(here, tmp_path / "office")
        text = (await send(await here.signed_in("admin"), "/units/new", "/units/new", name="balie-3")).text
        assert not re.search(r"\sstyle=|<style|<script(?! type=\"module\" src=\"/static/)|http-equiv|\son\w+=", text)

    visit(with_accounts(office), story)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "balie_3"}, "name"),
        ({"name": "../balie"}, "name"),
        ({"name": "-balie"}, "name"),
        ({"name": "b" * 33}, "name"),
        ({"name": "balie-1"}, "name"),
        ({"name": "balie-2"}, "replaces"),
        ({"name": "balie-3", "line": "1 0"}, "line"),
        ({"name": "balie-3", "queues": "goed\nmis/mis"}, "queues"),
        ({"name": "balie-3", "queue:$SYS": "1"}, "queues"),
    ],
)
def test_what_cannot_be_a_unit_is_told_beside_its_field(typed: dict[str, str], field: str) -> None:
    found = wanted(typed, Known(by_hand=("balie-1",), let_in=("balie-2",)))
    assert isinstance(found, Faulty)
    assert list(found.faults) == [field]


def test_a_unit_that_is_in_is_replaced_only_by_who_says_so(office: Config, tmp_path: Path) -> None:
    async def story(here: Visit) -> None:
        folder = with_office(here, tmp_path / "office")
        _let_in(folder, "balie-3")
        folder.keep_unit(UnitFile("balie-3", "Balie midden", "103", ("receptie",)))
        assert here.desk.office is not None
        here.desk.office._changed()  # as the running host sees within a second
        admin = await here.signed_in("admin")
        refused = await send(admin, "/units/new", "/units/new", name="balie-3", line="104")
        assert refused.status_code == 422
        assert 'name="replaces"' in refused.text
        assert 'value="Balie midden"' in refused.text
        assert 'value="104"' in refused.text
        assert folder.enrolments() == []
        assert CODE.search((await send(admin, "/units/new", "/units/new", name="balie-3", replaces="1")).text)

    visit(with_accounts(office), story)


def test_a_new_code_for_a_unit_takes_over_what_is_known_of_it(office: Config, tmp_path: Path) -> None:
    async def story(here: Visit) -> None:
        with_office(here, tmp_path / "office")
        admin = await here.signed_in("admin")
        text = (await admin.get("/units/new?toestel=balie-1")).text
        assert 'value="Balie links"' in text
        assert re.search(r'name="queue:receptie" value="1" checked', text)
        assert not re.search(r'name="queue:storing" value="1" checked', text)

    visit(with_accounts(office), story)


def test_revoking_is_asked_twice_and_takes_the_units_trust(office: Config, tmp_path: Path) -> None:
    async def story(here: Visit) -> None:
        folder = with_office(here, tmp_path / "office")
        _let_in(folder, "balie-1")
        admin = await here.signed_in("admin")
        page = (await admin.get("/units")).text
        assert 'href="/units/balie-1/revoke"' in page
        assert 'href="/units/balie-2/revoke"' not in page
        asked = await admin.get("/units/balie-1/revoke")
        assert asked.status_code == 200
        assert "Balie links" in asked.text
        assert "balie-1" not in deeds.revoked_units(folder.issued())
        done = await send(admin, "/units/balie-1/revoke", "/units/balie-1/revoke")
        assert (done.status_code, done.headers["location"]) == (303, "/units?gedaan=revoked&toestel=balie-1")
        assert "balie-1" in deeds.revoked_units(folder.issued())
        assert "balie-1 is ingetrokken" in (await admin.get(done.headers["location"])).text

    visit(with_accounts(office), story)


def test_a_broker_that_did_not_read_the_list_is_told_with_what_to_do(
    office: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_read(*_: Any) -> str:
        return "list not read"

    async def story(here: Visit) -> None:
        folder = with_office(here, tmp_path / "office")
        _let_in(folder, "balie-3")
        admin = await here.signed_in("admin")
        monkeypatch.setattr(provisioning, "shut_out", not_read)
        done = await send(admin, "/units/balie-3/revoke", "/units/balie-3/revoke")
        assert done.status_code == 503
        assert "systemctl reload mosquitto" in done.text
        # The page has the form again: the unit is known no more, but can be shut out.
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', done.text))
        monkeypatch.undo()
        again = await admin.post("/units/balie-3/revoke", data=hidden, headers=OWN)
        assert again.headers["location"] == "/units?gedaan=revoked&toestel=balie-3"

    visit(with_accounts(office), story)


def test_a_form_of_another_site_lets_nobody_in_and_puts_nobody_out(office: Config, tmp_path: Path) -> None:
    async def story(here: Visit) -> None:
        folder = with_office(here, tmp_path / "office")
        _let_in(folder, "balie-3")
        admin = await here.signed_in("admin")
        for path in ("/units/new", "/units/balie-3/revoke"):
            assert (await admin.post(path, data={"name": "balie-4"}, headers=OWN)).status_code == 403
        assert folder.enrolments() == []
        assert deeds.revoked_units(folder.issued()) == frozenset()

    visit(with_accounts(office), story)


@pytest.mark.parametrize("role", ["telephonist", "colleague", "lead"])
def test_only_an_admin_is_offered_it(office: Config, tmp_path: Path, role: Any) -> None:
    async def story(here: Visit) -> None:
        _let_in(with_office(here, tmp_path / "office"), "balie-1")
        browser = await here.signed_in(role)
        text = (await browser.get("/units")).text
        assert "/units/new" not in text
        assert "/revoke" not in text
        assert (await browser.get("/units/new")).status_code == 403

    visit(with_accounts(office), story)


def test_an_office_that_init_did_not_make_says_so(office: Config) -> None:
    async def story(here: Visit) -> None:
        admin = await here.signed_in("admin")
        page = (await admin.get("/units")).text
        assert "niet gemaakt met belbord-host init" in page
        assert 'href="/units/new"' not in page
        assert "niet gemaakt met belbord-host init" in (await admin.get("/units/new")).text
        assert (await send(admin, "/units/new", "/units/new", name="balie-3")).status_code == 409
        assert (await admin.get("/units/balie-1/revoke")).status_code == 404

    visit(with_accounts(office), story)


def test_without_accounts_there_is_no_admin_and_nobody_is_let_in(office: Config, tmp_path: Path) -> None:
    async def story(here: Visit) -> None:
        folder = with_office(here, tmp_path / "office")
        async with here.browser() as browser:
            assert "accounts staan uit" in (await browser.get("/units/new")).text
            assert (await send(browser, "/units/new", "/units/new", name="balie-3")).status_code == 409
        assert folder.enrolments() == []

    visit(office, story)


def test_a_folder_that_cannot_be_written_is_told_and_keeps_what_was_typed(
    office: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise HostFault("units/balie-3.toml: cannot be written: No space left on device")

    async def story(here: Visit) -> None:
        with_office(here, tmp_path / "office")
        admin = await here.signed_in("admin")
        monkeypatch.setattr(OfficeFolder, "write", full)
        answer = await send(admin, "/units/new", "/units/new", name="balie-3", label="Midden")
        assert answer.status_code == 503
        assert "No space left on device" in answer.text
        assert 'value="Midden"' in answer.text

    visit(with_accounts(office), story)
