"""The inbox in a real browser, on the real program with a real broker."""

import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from broker.messages import Caller, Hello, Note
from broker.mosquitto import RunningBroker, free_port
from tests.host_agent.desk_unit import DeskUnit
from tests.host_agent.host_parts import OFFICE

PROGRAM = [sys.executable, "-c", "import sys; from host_agent.app import main; sys.exit(main())"]


class Office:
    """A running host agent, its pages' address, and its broker."""

    def __init__(self, broker: RunningBroker, folder: Path, more: str = "") -> None:
        self.broker = broker
        self.port = free_port()
        self._folder = folder
        (folder / "mqtt-password").touch(0o600)
        (folder / "mqtt-password").write_text(broker.passwords["host"])
        (folder / "host.toml").write_text(OFFICE.format(port=broker.port, web=self.port) + more)
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the program and wait until it has its broker."""
        self._program = subprocess.Popen(
            [*PROGRAM, "run", "--config", str(self._folder / "host.toml")], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while b'"link":true' not in self._health():
            assert self._program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> None:
        """End the program."""
        self._program.terminate()
        self._program.wait(15)

    def press(self, caller: Caller | None) -> str:
        """A note from the unit, receipted; returns its id."""
        note = Note(id=secrets.token_hex(16), pressed_s_ago=720.0, caller=caller, queue="receptie")
        with DeskUnit(self.broker, "balie-1") as unit:
            unit.say("note", note)
            unit.next("/receipt")
        return note.id

    def _health(self) -> bytes:
        try:
            with urllib.request.urlopen(self.address + "/api/health", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return b""


@pytest.fixture
def office(mosquitto: RunningBroker, tmp_path: Path) -> Iterator[Office]:
    """An office with two desks and no PBX."""
    running = Office(mosquitto, tmp_path)
    yield running
    running.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page in a browser without cookies. A fault in a script or a refused resource fails the test."""
    context = chromium.new_context(locale="nl-NL")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert faults == []


def test_a_note_is_opened_filled_in_assigned_and_ticked_off(office: Office, page: Page) -> None:
    office.press(Caller(number="0612345678"))
    page.goto(office.address)
    page.get_by_role("link", name="06 12 34 56 78").click()
    page.get_by_label("Naam", exact=True).first.fill("M. de Vries")
    page.get_by_label("Collega of afdeling").fill("Jan Smit")
    page.get_by_label("In een paar woorden").fill("offerte dak")
    page.get_by_label("morgen 12:00").check()
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("De notitie is bewaard.")).to_be_visible()
    row = page.locator(".note", has_text="M. de Vries")
    expect(row).to_contain_text("voor Jan Smit · offerte dak")
    expect(row).to_contain_text("vóór morgen 12:00")
    # For whom it is, is who calls back, until somebody says otherwise.
    expect(row).to_contain_text("door Jan Smit")

    row.get_by_role("link").click()
    page.get_by_role("button", name="Afvinken").click()
    expect(page.get_by_text("Afgevinkt.")).to_be_visible()
    expect(page.get_by_text("Niemand hoeft te worden teruggebeld")).to_be_visible()
    page.get_by_text("Laatst afgehandeld").click()
    page.get_by_role("link", name="M. de Vries").click()
    history = page.locator(".history li")
    expect(history).to_have_count(4)
    expect(history.first).to_contain_text("telefoniste")


def test_a_press_on_the_unit_appears_in_an_open_page_by_itself(office: Office, page: Page) -> None:
    page.goto(office.address)
    expect(page.get_by_text("Niemand hoeft te worden teruggebeld")).to_be_visible()
    office.press(Caller(name="Sanne Kuipers", number="0858881234"))
    expect(page.get_by_role("link", name="Sanne Kuipers")).to_be_visible(timeout=5_000)
    expect(page).to_have_title("(1) Terugbellen · Belbord")


def test_a_unit_that_says_hello_is_seen_to_be_here(office: Office, page: Page) -> None:
    page.goto(office.address)
    desk = page.locator(".units li", has_text="Balie links")
    expect(desk).to_contain_text("stil")
    with DeskUnit(office.broker, "balie-1") as unit:
        unit.say("hello", Hello(nonce=secrets.token_hex(8), sign="lit", sign_reason="waiting"))
        expect(desk).to_contain_text("bordje aan", timeout=5_000)


def test_a_page_says_when_it_lost_the_host_and_when_it_is_back(office: Office, page: Page) -> None:
    page.goto(office.address)
    office.stop()
    expect(page.get_by_text("Geen verbinding met Belbord")).to_be_visible(timeout=10_000)
    office.start()
    office.press(Caller(name="Na de storing"))
    expect(page.get_by_role("link", name="Na de storing")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Geen verbinding met Belbord")).to_be_hidden()


def test_the_inbox_works_by_keyboard_alone(office: Office, page: Page) -> None:
    office.press(Caller(name="Eerste Beller"))
    page.goto(office.address)
    link = page.get_by_role("link", name="Eerste Beller")
    for _ in range(30):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Eerste Beller")).to_be_visible()


def test_everything_works_without_scripts(office: Office, chromium: Browser) -> None:
    note = office.press(Caller(name="Zonder Script"))
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.address}/note/{note}")
    page.get_by_text("Laten vervallen").first.click()
    page.get_by_label("Waarom wordt er niet teruggebeld?").fill("dubbel")
    page.get_by_role("button", name="Laten vervallen").click()
    expect(page.get_by_text("De notitie is vervallen.")).to_be_visible()
    context.close()


def test_no_page_is_wider_than_a_phone(office: Office, chromium: Browser) -> None:
    name = "Bakkerij Van der Meulen-Oosterhuis en Zonen Banketbakkers B.V."
    note = office.press(Caller(name=name, number="0201234567"))
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    for path in ("/", "/new", f"/note/{note}", "/nowhere"):
        page.goto(office.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.close()
