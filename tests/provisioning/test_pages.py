"""What the commands do, an admin does on the pages of the running host: real programs, a real Mosquitto."""

import html
import re
from pathlib import Path

import httpx

from tests.provisioning.whole_office import WholeOffice, made_office, until

PASSWORD = "vier paarden in de wei"


def test_an_admin_lets_a_unit_in_and_puts_it_out_on_the_pages(tmp_path: Path) -> None:
    office = made_office(tmp_path)
    pages = httpx.Client(base_url=f"http://127.0.0.1:{office.pages_port}", timeout=30)
    with office.broker(), office.running_host(), pages as browser:
        _sign_in(office, browser)
        shown = _send(browser, "/units/new", "/units/new", name="balie-1", label="Balie", line="100")
        found = re.search(r"belbord-desk enrol ([^<]+)</code>", shown.text)
        assert found is not None
        desk = office.desk("balie-1")
        until(lambda: office.reception_listens(), "the enrolment port")
        said = desk.enrol(html.unescape(found[1]))
        assert said.returncode == 0, said.stderr
        with desk.running():
            until(lambda: "connected to" in desk.log(), "the unit at the broker")
            until(lambda: 'class="here"' in browser.get("/units").text, "the unit on the page")
            done = _send(browser, "/units/balie-1/revoke", "/units/balie-1/revoke")
            assert done.headers["location"] == "/units?gedaan=out&toestel=balie-1"
            until(lambda: "lost" in desk.log(), "the session's end")
        assert not office.lets_in(desk.state / "unit.pem")
        assert 'id="unit-balie-1"' not in browser.get("/units").text


def _sign_in(office: WholeOffice, browser: httpx.Client) -> None:
    link = office.host("admin-link", "--config", str(office.config)).stdout.strip()
    page = "/welcome/" + link.rpartition("/")[2]
    _send(browser, page, page, name="Admin", login="admin", password=PASSWORD, again=PASSWORD)
    entered = _send(browser, "/login", "/login", login="admin", password=PASSWORD)
    assert entered.headers["location"] == "/"


def _send(browser: httpx.Client, page: str, action: str, **fields: str) -> httpx.Response:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', browser.get(page).text))
    return browser.post(action, data={**hidden, **fields}, headers={"Origin": str(browser.base_url).rstrip("/")})
