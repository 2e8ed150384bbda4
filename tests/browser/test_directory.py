"""The directory in a real browser on the real program, and what a press on it shows; checked by axe-core."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from broker.messages import Caller
from broker.mosquitto import RunningBroker
from tests.browser.test_inbox import Office

LISTS = {
    "klanten.csv": "naam;nummer;organisatie\nMaaike de Vries;06-12345678;Bakkerij Het Stoepje\nFout;geen;\n",
    "collega.csv": "naam;toestel;afdeling;vervanger;afwezig tot\nAnouk Bakker;201;Inkoop;Piet Vink;31-12-2099\n",
}

WIDER = """[...document.querySelectorAll("body *")].filter((part) => part.getBoundingClientRect().right > innerWidth + 1
  && getComputedStyle(part).position !== "absolute").map((part) => part.outerHTML.slice(0, 120))"""


@pytest.fixture
def office(mosquitto: RunningBroker, tmp_path: Path) -> Iterator[Office]:
    """An office with a folder of lists."""
    lists = tmp_path / "lists"
    lists.mkdir()
    for name, text in LISTS.items():
        (lists / name).write_text(text)
        # Written long ago: nobody is still writing it.
        os.utime(lists / name, (1.7e9, 1.7e9))
    running = Office(mosquitto, tmp_path, more='[directory]\nfolder = "lists"\n')
    yield running
    running.stop()


@pytest.fixture(params=["light", "dark"])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page at phone width. A fault in a script fails the test."""
    context = chromium.new_context(viewport={"width": 390, "height": 800}, color_scheme=request.param)
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    yield page
    context.close()
    assert not faults


def _is_clean(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate(WIDER)
    assert not wide, f"wider than the phone: {wide}"


def test_people_are_found_made_and_erased_by_keyboard_and_a_press_knows_them(office: Office, page: Page) -> None:
    page.goto(f"{office.address}/contacts")
    deadline = time.monotonic() + 20
    while not page.get_by_text("Maaike de Vries").count():
        assert time.monotonic() < deadline
        page.reload()
    expect(page.get_by_text("Bakkerij Het Stoepje")).to_be_visible()
    expect(page.get_by_text("1 regel van de lijsten is niet overgenomen")).to_be_visible()
    _is_clean(page)

    page.get_by_role("link", name="Nieuw contact").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nieuw contact")).to_be_visible()
    expect(page.get_by_label("Naam", exact=True)).to_be_focused()
    _is_clean(page)
    page.keyboard.type("Zoë")
    page.keyboard.press("Tab")
    page.keyboard.type("Loodgieter")
    page.keyboard.press("Tab")
    page.keyboard.type("geen nummer")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Hier staat iets dat geen telefoonnummer is")).to_be_visible()
    _is_clean(page)
    page.get_by_label("Nummers").fill("020 123 45 67")
    page.get_by_role("button", name="Bewaren").press("Enter")
    expect(page.get_by_role("status").filter(has_text="bewaard")).to_be_visible()
    page.get_by_role("searchbox").fill("0031 20 1234567")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Zoë").click()
    page.get_by_role("button", name="Contact wissen").press("Enter")
    expect(page.get_by_role("status").filter(has_text="gewist")).to_be_visible()

    page.goto(f"{office.address}/colleagues")
    expect(page.get_by_text("vervanger: Piet Vink")).to_be_visible()
    _is_clean(page)
    page.get_by_role("link", name="Nieuwe collega").click()
    expect(page.get_by_role("heading", name="Nieuwe collega")).to_be_visible()
    _is_clean(page)

    note = office.press(Caller(number="+31612345678"))
    page.goto(f"{office.address}/note/{note}")
    expect(page.get_by_role("heading", name="Maaike de Vries")).to_be_visible()
    expect(page.get_by_label("Organisatie", exact=True)).to_have_value("Bakkerij Het Stoepje")
    assert page.locator("datalist#colleagues option[value='Anouk Bakker']").text_content() == (
        "afwezig tot 31-12 23:59 · vervanger: Piet Vink"
    )
