"""Accounts in a real browser, on the real program: from the printed link to a colleague's own note, with axe."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from broker.mosquitto import RunningBroker, free_port
from tests.host_agent.host_parts import OFFICE

PROGRAM = [sys.executable, "-c", "import sys; from host_agent.app import main; sys.exit(main())"]
PASSWORD = "vier paarden in de wei"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


class Office:
    """A running host agent with accounts."""

    def __init__(self, broker: RunningBroker, folder: Path) -> None:
        self.address = f"http://127.0.0.1:{(port := free_port())}"
        self._config = folder / "host.toml"
        (folder / "mqtt-password").touch(0o600)
        (folder / "mqtt-password").write_text(broker.passwords["host"])
        text = OFFICE.format(port=broker.port, web=port)
        self._config.write_text(text.replace("[web]\n", '[web]\naccounts = "on"\n'))
        self._program = subprocess.Popen([*PROGRAM, "run", "--config", str(self._config)], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert self._program.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def command(self, *words: str) -> str:
        """What a command prints."""
        return subprocess.run(
            [*PROGRAM, *words, "--config", str(self._config)], capture_output=True, text=True, check=True, timeout=30
        ).stdout

    def stop(self) -> None:
        """End the program."""
        self._program.terminate()
        self._program.wait(15)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + "/api/health", timeout=5):
                return True
        except OSError:
            return False


@pytest.fixture
def office(mosquitto: RunningBroker, tmp_path: Path) -> Iterator[Office]:
    """An office with accounts and nobody in it yet."""
    running = Office(mosquitto, tmp_path)
    yield running
    running.stop()


def _page(chromium: Browser) -> Page:
    context = chromium.new_context(locale="nl-NL")
    page = context.new_page()
    page.on("pageerror", lambda fault: pytest.fail(str(fault)))
    return page


def _look(page: Page, name: str) -> None:
    """No fault that axe can see, in light, dark and on a phone."""
    for scheme, width in (("light", 1100), ("dark", 1100), ("light", 390)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page, options=WCAG).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}"
        if folder := os.environ.get("BELBORD_PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1100, "height": 800})
    page.emulate_media(color_scheme="light")


def _choose_password(page: Page) -> None:
    page.get_by_label("Wachtwoord (minstens 10 tekens)").fill(PASSWORD)
    page.get_by_label("Nog eens hetzelfde").fill(PASSWORD)
    page.get_by_role("button", name="Bewaren").click()


def _sign_in(page: Page, login: str) -> None:
    page.get_by_label("Aanmeldnaam").fill(login)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()


@pytest.mark.timeout(180)
def test_from_the_printed_link_to_a_colleague_who_sees_only_their_own(office: Office, chromium: Browser) -> None:
    admin = _page(chromium)
    admin.goto(office.address)
    expect(admin.get_by_role("heading", name="Aanmelden")).to_be_visible()
    _look(admin, "login")
    admin.goto(office.command("admin-link").strip())
    _look(admin, "welcome")
    admin.get_by_label("Uw naam, zoals collega's u noemen").fill("Baas")
    admin.get_by_label("Aanmeldnaam").fill("baas")
    _choose_password(admin)
    expect(admin.get_by_text("Uw wachtwoord is bewaard.")).to_be_visible()
    _sign_in(admin, "baas")
    expect(admin.get_by_text("Aangemeld als Baas")).to_be_visible()

    admin.get_by_role("link", name="Mensen").click()
    admin.get_by_label("Naam, zoals notities die noemen").fill("Jan Smit")
    admin.get_by_label("Aanmeldnaam").fill("jan")
    admin.get_by_role("radio", name="collega").check()
    admin.get_by_role("button", name="Toevoegen").click()
    link = admin.locator(".secret code").inner_text()
    _look(admin, "people")
    for path in ("tokens", "calendar", "kept", "api", "expiring", "mine"):
        admin.goto(f"{office.address}/{path}")
        _look(admin, path)
    admin.goto(f"{office.address}/tokens")
    admin.get_by_label("Welk programma?").fill("CRM")
    admin.get_by_role("button", name="Maken").click()
    expect(admin.locator(".secret code")).to_contain_text("belbord_")
    _look(admin, "token-made")

    for name, whom in (("Kees Kok", "Jan Smit"), ("Truus Tak", "Piet")):
        admin.goto(f"{office.address}/new")
        admin.locator("#caller_name").fill(name)
        admin.locator("#for_whom").fill(whom)
        admin.get_by_role("button", name="Bewaren").first.click()
        expect(admin.get_by_role("link", name=name)).to_be_visible()

    colleague = _page(chromium)
    colleague.goto(link)
    _choose_password(colleague)
    _sign_in(colleague, "jan")
    expect(colleague.get_by_role("heading", name="Voor mij")).to_be_visible()
    expect(colleague.get_by_role("link", name="Kees Kok")).to_be_visible()
    expect(colleague.get_by_text("Truus Tak")).to_have_count(0)
    _look(colleague, "mine-colleague")
    colleague.goto(f"{office.address}/people")
    expect(colleague.get_by_role("heading", name="Dit mag u niet zien of doen")).to_be_visible()
    _look(colleague, "forbidden")
    colleague.get_by_role("button", name="Afmelden").click()
    expect(colleague.get_by_role("heading", name="Aanmelden")).to_be_visible()


def test_a_wrong_password_is_told_and_then_costs_time(office: Office, chromium: Browser) -> None:
    page = _page(chromium)
    page.goto(f"{office.address}/login")
    for _ in range(3):
        page.get_by_label("Aanmeldnaam").fill("niemand")
        page.get_by_label("Wachtwoord", exact=True).fill("verkeerd")
        page.get_by_role("button", name="Aanmelden").click()
        expect(page.get_by_text("De aanmeldnaam of het wachtwoord klopt niet.")).to_be_visible()
    page.get_by_label("Wachtwoord", exact=True).fill("verkeerd")
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("Even wachten")
    _look(page, "wait")
