"""The pages by keyboard alone, without scripts, on paper, and in four languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.served import Served, served
from tests.browser.test_every_page import WIDER, a_working_day, picture, with_people
from tests.host_agent.web.visits import NOW

LATE = f"{200:032x}"
FOCUSED = """() => {
  const part = document.activeElement;
  if (part === document.body || part === document.documentElement) return null;
  // A chip's outline is that of its label, a card's that of the whole card.
  const drawn = [getComputedStyle(part), getComputedStyle(part, "::after")];
  if (part.nextElementSibling) drawn.push(getComputedStyle(part.nextElementSibling));
  const box = part.getBoundingClientRect();
  return {
    place: [...document.querySelectorAll("*")].indexOf(part),
    name: part.id || part.name || part.textContent.trim().slice(0, 40),
    type: part.type ?? "",
    outlined: drawn.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Served]:
    """An office on a working day."""
    with served(tmp_path, with_people) as running:
        running.do(a_working_day(running.here))
        yield running


def _context(chromium: Browser, **wishes: object) -> BrowserContext:
    return chromium.new_context(locale="nl-NL", reduced_motion="reduce", **wishes)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", f"/note/{LATE}", "/new"])
def test_the_tab_key_walks_down_the_page_and_shows_where_it_is(office: Served, chromium: Browser, path: str) -> None:
    context = _context(chromium)
    page = context.new_page()
    page.goto(office.address + path)
    page.evaluate("document.activeElement.blur(); document.body.tabIndex = -1; document.body.focus()")
    page.evaluate("document.querySelector('.skip').focus()")
    places, names = [], []
    for _ in range(90):
        stop = page.evaluate(FOCUSED)
        if stop is None or (places and stop["place"] == places[0]):
            break
        # The parts of a date are tab stops of their own.
        if not places or places[-1] != stop["place"]:
            places.append(stop["place"])
            names.append(stop["name"])
        assert stop["outlined"], stop
        assert stop["inside"], stop
        page.keyboard.press("Tab")
    assert places == sorted(places), names
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
          .filter((part) => part.checkVisibility() && !(part.type === "radio" && !part.checked)).length"""
    )
    assert len(places) == wanted, names
    context.close()


def test_the_whole_promise_is_kept_without_scripts(office: Served, chromium: Browser) -> None:
    context = _context(chromium, java_script_enabled=False)
    page = context.new_page()
    page.goto(office.address)
    expect(page.get_by_role("link", name="Vernieuwen")).to_be_visible()
    page.get_by_role("link", name="Nieuwe notitie").last.click()
    page.locator("#caller_name").fill("Zonder Script")
    page.locator("#for_whom").fill("Lotte Vos")
    page.get_by_label("vandaag 17:00").check(force=True)
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("De notitie is gemaakt.")).to_be_visible()
    page.get_by_role("searchbox").fill("zonder")
    page.get_by_role("button", name="Zoek").click()
    row = page.locator("li.note")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("vóór 17:00")
    row.get_by_role("link").click()
    expect(page.locator("#say")).to_have_text("U wordt uiterlijk vandaag om 17:00 teruggebeld.")
    note_id = page.url.rpartition("/")[2]

    assert office.here.desk.links is not None
    colleague = context.new_page()
    colleague.goto(office.do(office.here.desk.links.address(note_id, "Lotte Vos", NOW)))
    colleague.get_by_role("button", name="Ik heb dit gezien").click()
    expect(colleague.get_by_text("gezien", exact=True)).to_be_visible()
    colleague.get_by_role("button", name="Bericht ingesproken").click()
    expect(colleague.get_by_text("1 keer geprobeerd")).to_be_visible()
    colleague.get_by_role("button", name="Afvinken").click()
    expect(colleague.get_by_text("afgevinkt")).to_be_visible()

    page.goto(f"{office.address}/?toon=done")
    expect(page.get_by_role("link", name="Zonder Script")).to_be_visible()
    context.close()


def test_paper_gets_the_notes_in_black_on_white_and_nothing_to_press(office: Served, chromium: Browser) -> None:
    context = _context(chromium, color_scheme="dark", viewport={"width": 720, "height": 1000})
    page = context.new_page()
    for path, name in (("/", "print-inbox"), (f"/note/{LATE}", "print-note")):
        page.goto(office.address + path)
        page.emulate_media(media="print")
        expect(page.get_by_text("M. de Vries").first).to_be_visible()
        for part in ("nav", "footer", ".strip", ".button:visible", ".filters", ".alarm"):
            assert not page.locator(part).locator("visible=true").count(), part
        assert page.evaluate("getComputedStyle(document.documentElement).color") == "rgb(0, 0, 0)"
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
        picture(page, name)
        assert page.pdf(format="A4").startswith(b"%PDF")
        page.emulate_media(media="screen")
    context.close()


@pytest.mark.parametrize(
    ("language", "heading", "late"),
    [("en", "Call back", "overdue"), ("de", "Rückrufe", "überfällig"), ("fr", "À rappeler", "en retard")],
)
def test_another_language_is_whole_and_fits_a_phone(
    office: Served, chromium: Browser, language: str, heading: str, late: str
) -> None:
    context = _context(chromium, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{office.address}/?taal={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator(".sum")).to_contain_text(late)
    for path in ("/", f"/note/{LATE}", "/new", "/kept"):
        page.goto(office.address + path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert page.evaluate(WIDER) == []
        picture(page, f"{language}-{path.strip('/')[:4]}")
    context.close()


def test_a_change_is_said_to_who_does_not_see_it(office: Served, chromium: Browser) -> None:
    context = _context(chromium)
    page = context.new_page()
    page.goto(office.address)
    news = page.locator("#news")
    expect(news).to_have_text("")
    expect(page.locator("#offline")).to_be_hidden()
    office.do(office.here.note(caller_name="Nieuw"))
    office.do(office.here.desk.inbox.count())
    expect(news).to_have_text("6 open · 1 te laat")
    expect(news).to_have_attribute("role", "status")
    context.close()
