"""Every page of the host as people may meet it, seen by axe-core in light and dark, on a desk and on a phone.

`BELBORD_PICTURES=folder` keeps a picture of each.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from broker.messages import Caller, Hello, Note
from host_agent.config import Config
from host_agent.config_promise import Notices, PromiseRules
from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact
from host_agent.core.intake import Arrival
from host_agent.core.missed import Missed
from host_agent.core.notes import Assign, Attempt, CallbackNote, FillIn, Finish, See
from host_agent.core.notices import notices_for, nowhere
from host_agent.core.proposals import Proposal
from host_agent.errors import StoreFault
from host_agent.office.authority import request_of
from host_agent.office.unit_files import UnitFile
from host_agent.store.seen_calls import SqlSeenCalls
from host_agent.store.thread import StoreThread
from tests.browser.served import Served, served
from tests.host_agent.office.made import with_office
from tests.host_agent.office.requests_of_units import certificate_request
from tests.host_agent.web.visits import NOW, PASSWORD, Visit, with_accounts

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
LOOKS = (("light", 1100), ("dark", 390))
"""A colour is the same at every width: two looks see both palettes and both layouts."""
ALL_LOOKS = (*LOOKS, ("dark", 1100), ("light", 390))
HOUR_S, DAY_S = 3600.0, 86_400.0
LOTTE = Colleague(name="Lotte Vos", email="lotte@kantoor.example", team="Verkoop", extension="201")
AWAY = Colleague(name="Anouk Bakker", deputy="Lotte Vos", absent_until=NOW + DAY_S, team="Inkoop")
HERE = Hello(nonce="0" * 16, sign="lit", sign_reason="waiting", notes_waiting=1)


WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => part.outerHTML.slice(0, 120))"""
"""What makes a page wider than its window."""


def picture(page: Page, name: str) -> None:
    """Keep a picture, where one is asked for."""
    if folder := os.environ.get("BELBORD_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


class Looker:
    """A browser whose pages are looked at. A fault in a script fails the test."""

    def __init__(self, chromium: Browser, served: Served) -> None:
        self.context = chromium.new_context(locale="nl-NL", reduced_motion="reduce")
        self.served = served
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(self.served.address + path)
        return self.page

    def look(self, name: str, looks: Sequence[tuple[str, int]] = LOOKS) -> None:
        """Nothing that axe finds, and nothing wider than the window, whatever the light and the window."""
        for scheme, width in looks:
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
            self.page.set_viewport_size({"width": width, "height": 800})
            found = Axe().run(self.page, options=WCAG).response["violations"]
            assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], (name, scheme)
            assert self.page.evaluate(WIDER) == [], f"{name}: wider than {width}"
            picture(self.page, f"{name}-{scheme}-{width}")
        self.page.set_viewport_size({"width": 1100, "height": 800})
        self.page.emulate_media(color_scheme="light")


@pytest.fixture
def looker(chromium: Browser, tmp_path: Path) -> Iterator[Callable[..., Looker]]:
    """Opens a browser on an office that `change` and `fill` make."""
    with ExitStack() as opened:

        def look_at(change: Callable[[Config], Config] = with_people, fill: Any = None) -> Looker:
            office = opened.enter_context(served(tmp_path, change))
            if fill is not None:
                office.do(fill(office.here))
            looker = Looker(chromium, office)
            opened.callback(looker.context.close)
            opened.callback(lambda: _no_faults(looker))
            return looker

        yield look_at


def _no_faults(looker: Looker) -> None:
    assert looker.faults == []


def with_people(config: Config) -> Config:
    return replace(config, promise=PromiseRules(colleagues=(LOTTE, AWAY), notices=Notices()))


async def _nobody_rang(here: Visit) -> None:
    here.desk.live.heard("balie-1", HERE)
    await here.desk.inbox.count()


async def _press(here: Visit, number: int, /, **caller: Any) -> CallbackNote:
    note = Note(id=f"{number:032x}", pressed_s_ago=60.0 * number, caller=Caller(**caller), queue="receptie")
    await here.desk.inbox.take_in([Arrival("balie-1", note, NOW)])
    return await _note(here, note.id)


async def _note(here: Visit, note_id: str) -> CallbackNote:
    found = await here.desk.inbox.find(note_id)
    assert found is not None
    return found[0]


async def _act(here: Visit, note: CallbackNote, *actions: Any, who: str = "Anja") -> CallbackNote:
    for action in actions:
        now = await _note(here, note.id)
        await here.desk.inbox.change(note.id, now.version, action, who=who)
    return await _note(here, note.id)


def _filled(name: str, number: str | None, promise: float | None, **more: Any) -> FillIn:
    whole: dict[str, Any] = {"for_whom": "Lotte Vos", "reason": "offerte !! -> dak, ?? maat, nvt", **more}
    return FillIn(caller_name=name, caller_number=number, promised_by=promise, **whole)


async def a_working_day(here: Visit) -> None:
    """Notes in every state, a notice that failed, callers who hung up, a call that the PBX saw, and an old note."""
    here.desk.live.heard("balie-1", HERE)
    late = await _press(here, 200, number="0612345678", name="M. de Vries")
    more = {"organisation": "Bakkerij Het Stoepje", "urgent": True, "reachable": "na vier uur", "name_unsure": True}
    await _act(here, late, _filled("M. de Vries", "0612345678", NOW - HOUR_S, **more), Assign("Lotte Vos"))
    await _act(here, late, See(), Attempt("no_answer"), Attempt("left_message"), who="Lotte Vos")
    due = await _press(here, 60, number="0201234567")
    await _act(here, due, _filled("Zoë Maaßen-van den Heuvel", "0201234567", NOW + 3 * HOUR_S), Assign("Piet"))
    await _press(here, 5, number="+49301234567")
    await _press(here, 3, withheld=True)
    for number, (name, end) in enumerate((("Kees Kok", Finish("Gesproken")), ("Truus Tak", Finish(None))), start=700):
        await _act(here, await _press(here, number, name=name), end)
    promises = here.desk.promises
    assert promises is not None
    told = [nowhere("Piet", due.id, "assigned", NOW), *notices_for(LOTTE, late.id, "assigned", NOW - 2 * HOUR_S)]
    await promises.ask(lambda store: store.tell([(late.id, "x"), (due.id, "x")], told, NOW))
    directory, seen_calls = here.desk.directory, here.desk.seen_calls
    assert directory is not None
    assert seen_calls is not None
    await directory.keep_contact(Contact("Maaike de Vries", "Bakkerij Het Stoepje", ("+31612345678",), "e" * 32))
    calls = SqlSeenCalls(here.desk.people.store._engine)  # type: ignore[attr-defined]  # the store of this office
    calls.keep(
        Missed("c" * 32, "+31201234567", "0201234567", None, "receptie", NOW - 600, NOW - 300, 75.0, times=2),
        call="1.1",
    )
    calls.propose([Proposal(late.id, NOW - 540, 175.0, "201")])
    await seen_calls.load()
    here.clock.now = NOW - 29 * DAY_S
    await here.note("Lotte Vos", caller_name="Van een maand geleden")
    here.clock.now = NOW
    await here.desk.keeper.look()
    await here.desk.inbox.count()


@pytest.mark.timeout(180)
def test_an_empty_inbox_and_the_pages_around_it(looker: Callable[..., Looker]) -> None:
    seen = looker(fill=_nobody_rang)
    for path, name, words in (
        ("/", "empty", "Niemand hoeft te worden teruggebeld"),
        ("/?zoek=iemand", "nothing-found", "Niets gevonden"),
        ("/new", "new", "Nieuwe notitie"),
        ("/nowhere", "missing", "Hier is niets"),
        ("/c/forged", "link-gone", "Deze link werkt niet meer"),
        ("/contacts", "contacts-empty", "Nog geen contacten"),
        ("/contacts/new", "contact-new", "Nieuw contact"),
        ("/colleagues/new", "colleague-new", "Nieuwe collega"),
        ("/expiring", "expiring-empty", "Er wordt niets binnenkort gewist"),
        ("/mine", "mine-empty", "U hoeft niemand terug te bellen"),
        ("/spelling?woord=Zoë", "spelling", "Naam spellen"),
        ("/people", "people-off", "Accounts staan uit"),
    ):
        expect(seen.open(path).get_by_text(words).first).to_be_visible()
        seen.look(name)
    page = seen.open("/new")
    page.locator("#caller_number").fill("geen nummer")
    page.get_by_label("een andere tijd").check(force=True)
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Dit is geen telefoonnummer")).to_be_visible()
    seen.look("new-faulty")


@pytest.mark.timeout(180)
def test_an_inbox_ona_working_day_and_its_notes(looker: Callable[..., Looker]) -> None:
    seen = looker(fill=a_working_day)
    for path, name, words in (
        ("/", "full", "te laat"),
        ("/?toon=overdue", "overdue", "M. de Vries"),
        ("/?toon=done", "done", "Kees Kok"),
        ("/?voor=Lotte+Vos&zoek=stoepje", "filtered", "M. de Vries"),
        (f"/note/{200:032x}", "note", "M. de Vries"),
        (f"/note/{700:032x}", "note-done", "Kees Kok"),
        ("/contacts", "contacts", "Maaike"),
        (f"/contacts/{'e' * 32}", "contact", "Maaike"),
        ("/colleagues", "colleagues", "Anouk"),
        ("/expiring", "expiring", "Van een maand geleden"),
        ("/kept", "kept", "Wat wij bewaren"),
        ("/calendar", "calendar", "Agenda"),
        ("/api", "api", "API"),
    ):
        expect(seen.open(path).get_by_text(words).first).to_be_visible()
        seen.look(name)
    page = seen.open("/")
    expect(page.locator("li.note").first).to_contain_text("M. de Vries")
    expect(page.locator("li.note", has_text="Zoë")).to_contain_text("nog niet bereikt")
    page.get_by_text("Laatst afgehandeld").click()
    seen.look("full-unfolded", ALL_LOOKS)


@pytest.mark.timeout(180)
def test_a_colleagues_link_and_what_goes_wrong(looker: Callable[..., Looker], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looker(fill=a_working_day)
    here, late = seen.served.here, f"{200:032x}"
    assert here.desk.links is not None
    address = seen.served.do(here.desk.links.address(late, "Lotte Vos", NOW))
    page = seen.page
    page.goto(address)
    expect(page.get_by_role("button", name="Afvinken")).to_be_visible()
    seen.look("link")
    page.get_by_role("button", name="Afvinken").click()
    expect(page.get_by_text("afgevinkt")).to_be_visible()
    seen.look("link-done")

    other = f"{60:032x}"
    seen.open(f"/note/{other}").locator("#organisation").fill("Wat ik typte")
    seen.served.do(_act(here, seen.served.do(_note(here, other)), Attempt("no_answer")))
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_text("Wat ik typte")).to_be_visible()
    seen.look("overtaken")

    seen.open(f"/note/{other}")
    seen.context.clear_cookies()
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("heading", name="Dit formulier is verlopen")).to_be_visible()
    seen.look("refused")

    seen.open(f"/note/{other}")

    async def broken(_self: StoreThread, _call: object) -> None:
        raise StoreFault("store: disk I/O error")

    monkeypatch.setattr(StoreThread, "ask", broken)
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("heading", name="De opslag werkt niet")).to_be_visible()
    seen.look("broken")
    expect(seen.open("/").get_by_role("heading", name="De notities zijn nu niet te lezen")).to_be_visible()
    seen.look("inbox-broken")


@pytest.mark.timeout(180)
def test_the_pages_of_a_colleague_with_an_account(looker: Callable[..., Looker]) -> None:
    seen = looker(change=lambda config: with_accounts(with_people(config)), fill=a_working_day)
    seen.open("/")
    expect(seen.page.get_by_role("heading", name="Aanmelden")).to_be_visible()
    seen.look("login")
    seen.served.do(seen.served.here.account("colleague", "Lotte Vos"))
    page = seen.page
    page.get_by_label("Aanmeldnaam").fill("lotte vos")
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_role("link", name="M. de Vries")).to_be_visible()
    seen.look("mine")
    expect(seen.open("/people").get_by_role("heading", name="Dit mag u niet zien of doen")).to_be_visible()
    seen.look("forbidden")


@pytest.mark.timeout(180)
def test_an_admin_lets_a_unit_in_and_puts_one_out(looker: Callable[..., Looker], tmp_path: Path) -> None:
    seen = looker(change=lambda config: with_accounts(with_people(config)), fill=_nobody_rang)
    here, page = seen.served.here, seen.page

    async def made() -> None:
        folder = with_office(here, tmp_path / "office")
        signed = folder.authority().for_unit(request_of(certificate_request()), "balie-3", NOW)
        folder.keep_issued([signed], NOW)
        folder.keep_unit(UnitFile("balie-3", "Balie midden", "103", ("receptie",)))
        assert here.desk.office is not None
        here.desk.office._changed()  # as the running host sees within a second
        await here.account("admin")

    seen.open("/units")
    seen.served.do(made())
    page.get_by_label("Aanmeldnaam").fill("admin")
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()
    page.get_by_role("link", name="Toestellen").click()
    expect(page.get_by_text("vertrouwd tot")).to_be_visible()
    seen.look("units")
    page.get_by_role("link", name="Toestel toevoegen").click()
    page.get_by_label("Naam, zoals balie-1").fill("Balie 3")
    page.get_by_label("Receptie").check()
    page.get_by_role("button", name="Code maken").click()
    expect(page.get_by_text("Gebruik 1 tot 32")).to_be_visible()
    expect(page.get_by_label("Receptie")).to_be_checked()
    page.get_by_label("Naam, zoals balie-1").fill("balie-3")
    page.get_by_role("button", name="Code maken").click()
    seen.look("unit-new")
    page.get_by_label("Dit vervangt").check()
    page.get_by_role("button", name="Code maken").click()
    expect(page.get_by_text("belbord-desk enrol")).to_be_visible()
    expect(page.locator("#left")).to_have_text(re.compile(r"1[45]:[0-5]\d"))
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert box["width"] >= 180
    expect(page.get_by_text("De code is verlopen")).to_be_hidden()
    page.get_by_text("zonder scherm").click()
    seen.look("unit-code")
    page.evaluate("() => { const then = Date.now() + 15 * 60_000; Date.now = () => then; }")
    expect(page.get_by_text("De code is verlopen")).to_be_visible()
    assert page.get_by_text("belbord-desk enrol").count() == 0
    page.get_by_role("link", name="← Toestellen").click()
    page.get_by_role("link", name="Intrekken Balie midden").click()
    seen.look("unit-revoke")
    page.get_by_role("button", name="Intrekken").click()
    expect(page.get_by_text("balie-3 is ingetrokken")).to_be_visible()
