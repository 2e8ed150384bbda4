"""The whole story as a newcomer plays it, in a real browser on the real demo: from a call to a note ticked off."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from broker.messages import Caller
from device.core import pages
from device.core.pages import Margin, NoteShown
from tests.demo.glass import Glass

JAN = Caller(number="0612345678", name="Jan de Jong")
FIRST_LINE = (10, 4, 118, 14)
QUIET = pages.Quiet(pages.Tally(0, None), Margin())


@pytest.fixture
def desk(chromium: Browser, demo: Any) -> Iterator[Page]:
    """The demo's page, on which nothing may go wrong unseen."""
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(demo.address)
    _glass(demo).waits_for(QUIET)
    yield page
    page.close()
    assert faults == []


def _unit(page: Page) -> FrameLocator:
    return page.frame_locator("#unit")


def _inbox(page: Page) -> FrameLocator:
    return page.frame_locator("#inbox")


def _glass(demo: Any) -> Glass:
    return Glass(httpx.get(f"{demo.address}places").json()["unit"])


def _jan_rings(demo: Any) -> None:
    answer = httpx.post(f"{demo.address}switchboard/ring", json={"number": JAN.number, "name": JAN.name})
    assert answer.json()["done"] is True


def _jan_is_answered(desk: Page, demo: Any) -> None:
    desk.get_by_role("button", name="Neem op").click()
    expect(desk.locator("#phone-state")).to_have_text("in gesprek")
    _glass(demo).waits_for(pages.Talking(pages.Tally(0, None), Margin(), JAN, 1), FIRST_LINE)


def _frame(page: Page) -> str:
    return _unit(page).locator("#glass").get_attribute("data-frame") or ""


def _note_is_received(glass: Glass) -> None:
    glass.waits_for(NoteShown(Margin(), JAN, "received"))


def test_a_call_becomes_a_note_and_is_ticked_off(desk: Page, demo: Any) -> None:
    glass, unit, inbox = _glass(demo), _unit(desk), _inbox(desk)
    expect(unit.locator("#sign")).to_have_attribute("data-lamp", "dark")
    expect(inbox.get_by_text("Niemand hoeft te worden teruggebeld")).to_be_visible()
    expect(desk.locator("#steps [aria-current]")).to_have_text("Laat iemand bellen.")
    quiet = _frame(desk)

    _jan_rings(demo)
    expect(desk.locator("#phone-state")).to_have_text("gaat over")
    expect(unit.locator("#glass")).not_to_have_attribute("data-frame", quiet)
    desk.get_by_role("button", name="Laat iemand bellen").click()
    expect(unit.locator("#sign")).to_have_attribute("data-lamp", "lit")

    _jan_is_answered(desk, demo)
    expect(desk.locator("#caller strong")).to_have_text("Jan de Jong")

    unit.locator("#press").click(delay=80)
    _note_is_received(glass)
    note = inbox.locator("li.note a", has_text="Jan de Jong")
    expect(note).to_contain_text(re.compile(r"06 ?12 ?34 ?56 ?78"))

    note.click()
    inbox.get_by_role("button", name="Afvinken").click()
    expect(inbox.get_by_text("Afgevinkt").first).to_be_visible()


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_the_button_is_pressed_with_the_keyboard_too(desk: Page, demo: Any, key: str) -> None:
    _jan_rings(demo)
    _jan_is_answered(desk, demo)
    button = _unit(desk).locator("#press")
    button.focus()
    button.press(key, delay=80)
    _note_is_received(_glass(demo))


def test_holding_the_button_walks_through_the_menu(desk: Page) -> None:
    button = _unit(desk).locator("#press")
    expect(button).to_have_attribute("data-down", "false")
    before = _frame(desk)
    button.hover()
    desk.mouse.down()
    expect(button).to_have_attribute("data-down", "true")
    expect(_unit(desk).locator("#glass")).not_to_have_attribute("data-frame", before)
    desk.mouse.move(5, 5)  # the pointer is captured: the button stays down
    expect(button).to_have_attribute("data-down", "true")
    desk.mouse.up()
    expect(button).to_have_attribute("data-down", "false")


def test_a_pbx_that_goes_away_is_said_within_fifteen_seconds_and_comes_back(desk: Page) -> None:
    told = _inbox(desk).get_by_text("De telefooncentrale is niet bereikbaar")
    before = _frame(desk)
    desk.get_by_role("button", name="Centrale valt weg").click()
    expect(told).to_be_visible(timeout=15_000)
    expect(_unit(desk).locator("#glass")).not_to_have_attribute("data-frame", before)
    expect(desk.locator("#link")).to_have_text("De centrale is weg")
    desk.get_by_role("button", name="Centrale komt terug").click()
    expect(told).to_be_hidden(timeout=20_000)


def test_colleagues_read_the_second_glass_and_the_buzzer_is_seen_and_is_heard_once_asked_for(
    desk: Page, demo: Any
) -> None:
    unit = _unit(desk)
    speaker, facing = unit.locator("#buzzer"), unit.locator("#counter-glass")
    expect(facing).to_be_visible()
    expect(speaker).to_have_attribute("aria-pressed", "false")
    speaker.click()
    expect(speaker).to_have_attribute("aria-pressed", "true")
    free = facing.get_attribute("data-frame") or ""
    _jan_rings(demo)
    expect(speaker).to_have_attribute("data-hertz", re.compile("880|1175"))
    desk.get_by_role("button", name="Laat iemand bellen").click()
    expect(unit.locator("#sign")).to_have_attribute("data-lamp", "lit")
    expect(facing).not_to_have_attribute("data-frame", free)


def test_an_unplugged_glass_comes_back_when_plugged_in(desk: Page, demo: Any) -> None:
    unit = _unit(desk)
    plug = unit.locator("#plug")
    expect(plug).to_have_attribute("aria-pressed", "false")
    plug.click()
    expect(plug).to_have_attribute("aria-pressed", "true")
    _jan_rings(demo)  # the unit notices at its next picture
    expect(desk.locator("#phone-state")).to_have_text("gaat over")
    plug.click()
    _glass(demo).waits_for(pages.Ringing(pages.Tally(1, 0), Margin(), JAN, "Receptie"), FIRST_LINE, within_s=25)


def test_the_page_speaks_english_when_asked(desk: Page) -> None:
    desk.get_by_role("link", name="en").click()
    expect(desk.get_by_role("button", name="Let somebody call")).to_be_visible()
    expect(_inbox(desk).locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("width", [390, 1280, 1600])
def test_nothing_hangs_over_the_edge(desk: Page, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 800})
    expect(_unit(desk).locator("#glass")).to_be_visible()
    expect(_unit(desk).locator("#glass")).to_have_attribute("data-frame", re.compile("."))
    assert desk.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    side = _unit(desk).locator("#glass").evaluate("canvas => canvas.width / 128")
    assert side >= 2
    assert side == int(side)


def test_it_ends_while_the_page_is_open(desk: Page, demo: Any) -> None:
    expect(_unit(desk).locator("#glass")).to_be_visible()
    desk.goto("about:blank")
    demo.interrupt()
    assert demo.ends() == 0
