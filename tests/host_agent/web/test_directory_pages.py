"""The directory's pages, asked over ASGI, and what the notes' pages show of people and calls."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
import pytest

from broker.messages import Caller, Note
from host_agent.config import Config
from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact
from host_agent.core.intake import Arrival
from host_agent.core.missed import Missed
from host_agent.core.proposals import Proposal
from host_agent.directory.book import Directory
from host_agent.directory.rules import DirectoryRules
from host_agent.inbox import Inbox
from host_agent.link import Link
from host_agent.live import LiveOffice
from host_agent.people import People
from host_agent.ports_directory import KeptColleague
from host_agent.seen_calls import SeenCalls
from host_agent.store.directory import SqlDirectory
from host_agent.store.notes import opened
from host_agent.store.seen_calls import SqlSeenCalls
from host_agent.store.thread import StoreThread
from host_agent.web.app import application
from host_agent.web.desk import Desk

HERE = "http://127.0.0.1:8088"
OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
NOW = datetime(2026, 11, 23, 14, 14).timestamp()
ID, OFFER = "0123456789abcdef" * 2, "c" * 32
NOTE = Note(id=ID, pressed_s_ago=720.0, caller=Caller(number="0612345678", name="M. de Vries"), queue="receptie")
MISSED = Missed(OFFER, "+31201234567", "0201234567", None, "receptie", NOW - 600, NOW - 300, 75.0, times=2)


class Visit:
    """A browser at a desk, its directory, and the store below."""

    def __init__(self, desk: Desk, browser: httpx.AsyncClient, directory: Directory, calls: SqlSeenCalls) -> None:
        self.desk, self.browser, self.directory, self.calls = desk, browser, directory, calls

    async def page(self, address: str) -> str:
        answer = await self.browser.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Send a form as a browser does: with the hidden fields of the page it stands on."""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', await self.page(page)))
        return await self.browser.post(action, data={**hidden, **fields}, headers=OWN)


@asynccontextmanager
async def _desk(config: Config) -> AsyncIterator[Visit]:
    with opened(config.store) as store, StoreThread(store) as thread:
        inbox = Inbox(thread, clock=lambda: NOW)
        live = LiveOffice([unit.name for unit in config.units], ("queues",), clock=lambda: 1000.0)
        directory, calls = Directory(DirectoryRules(), SqlDirectory(store.engine), thread), SqlSeenCalls(store.engine)
        seen_calls = SeenCalls(inbox, directory, calls, thread)
        desk = Desk(config, live, inbox, Link(config, live, inbox).bus, People(thread, store, config.web.idle_s))
        desk.know(directory, seen_calls)
        await inbox.take_in([Arrival("balie-1", NOTE, NOW)])
        calls.keep(MISSED, call="1.1")
        calls.propose([Proposal(ID, NOW - 540, 175.0, "201")])
        await seen_calls.load()
        transport = httpx.ASGITransport(application(desk), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
            yield Visit(desk, browser, directory, calls)


def _visit(config: Config, story: Callable[[Visit], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _desk(config) as visit:
            await story(visit)

    asyncio.run(run())


def test_a_contact_is_made_found_in_any_notation_changed_and_erased(office: Config) -> None:
    async def story(visit: Visit) -> None:
        made = await visit.send(
            "/contacts/new",
            "/contacts/new",
            name="Maaike de Vries",
            organisation="Bakkerij",
            numbers="06-12345678\n020 123 45 67",
        )
        assert (made.status_code, made.headers["location"]) == (303, "/contacts?gedaan=kept")
        found = visit.directory.whose("+31 6 12345678")
        assert found is not None
        for words in ("maaike", "bakkerij", "0031612345678", "020-1234567"):
            text = await visit.page(f"/contacts?zoek={words}")
            assert "Maaike de Vries" in text
            assert "+31 6 12 34 56 78" in text
        assert "Niemand gevonden" in await visit.page("/contacts?zoek=pietje")
        page = f"/contacts/{found.id}"
        assert (await visit.send(page, page, name="Maaike", organisation="", numbers="0612345678")).status_code == 303
        assert visit.directory.whose("0201234567") is None
        assert (await visit.send(page, f"{page}/erase")).status_code == 303
        assert visit.directory.whose("0612345678") is None
        assert (await visit.browser.get(page)).status_code == 404

    _visit(office, story)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "", "organisation": "", "numbers": "0612345678"}, "Vul een naam of een organisatie in."),
        ({"name": "Jan", "organisation": "", "numbers": ""}, "Vul ten minste één nummer in."),
        ({"name": "Jan", "organisation": "", "numbers": "0612345678\ngeen"}, "geen telefoonnummer"),
    ],
)
def test_a_contact_that_cannot_be_kept_says_why_and_keeps_what_was_typed(
    office: Config, fields: dict[str, str], fault: str
) -> None:
    async def story(visit: Visit) -> None:
        refused = await visit.send("/contacts/new", "/contacts/new", **fields)
        assert refused.status_code == 422
        assert fault in refused.text
        assert fields["name"] in refused.text
        assert visit.directory.size == 0

    _visit(office, story)


def test_a_colleague_is_made_and_changed_and_what_the_page_does_not_ask_stays(office: Config) -> None:
    async def story(visit: Visit) -> None:
        before = Colleague(name="Anouk", extension="201", notify_urls=("ntfy://example/anouk",))
        await visit.directory.keep_colleague(KeptColleague("d" * 32, before))
        page = f"/colleagues/{'d' * 32}"
        words = {"name": "Anouk Bakker", "extension": "201", "email": "anouk@kantoor.example", "team": "Inkoop"}
        away = {"deputy": "Piet", "absent_until": "2026-11-30T09:00", "language": "en"}
        assert (await visit.send(page, page, **words, **away)).status_code == 303
        (one,) = visit.directory.everyone()
        assert (one.name, one.team, one.deputy, one.language) == ("Anouk Bakker", "Inkoop", "Piet", "en")
        assert one.notify_urls == before.notify_urls
        text = await visit.page("/colleagues")
        assert "afwezig tot 30-11 09:00" in text
        assert "vervanger: Piet" in text
        assert (await visit.send(page, page, name="", email="geen", extension="2 01")).status_code == 422
        assert (await visit.send(page, f"{page}/erase")).status_code == 303
        assert "Nog geen collega’s" in await visit.page("/colleagues")

    _visit(office, story)


def test_for_whom_suggests_colleagues_and_says_who_stands_in_for_whom(office: Config) -> None:
    async def story(visit: Visit) -> None:
        away = Colleague(name="Anouk", extension="201", deputy="Piet", absent_until=NOW + 7200.0, team="Inkoop")
        await visit.directory.keep_colleague(KeptColleague("d" * 32, away))
        for page in ("/new", f"/note/{ID}"):
            text = await visit.page(page)
            assert re.search(r'name="for_whom"[^>]* list="colleagues"', text)
            assert '<option value="Anouk">afwezig tot 16:14 · vervanger: Piet</option>' in text
            assert '<option value="Inkoop">' in text

    _visit(office, story)


def test_a_call_back_that_the_pbx_saw_is_ticked_off_with_one_press(office: Config) -> None:
    async def story(visit: Visit) -> None:
        for page in ("/", f"/note/{ID}"):
            assert "toestel 201</bdi>: gebeld om 14:05, 3 min" in await visit.page(page)
        outcome = {"version": "1", "outcome": "Gebeld om 14:05, 3 min (toestel 201)"}
        assert (await visit.send("/", f"/note/{ID}/done", **outcome)).status_code == 303
        found = await visit.desk.inbox.find(ID)
        assert found is not None
        assert (found[0].state, found[0].outcome) == ("done", outcome["outcome"])
        assert "Afvinken?" not in await visit.page(f"/note/{ID}")

    _visit(office, story)


def test_a_caller_who_hung_up_stands_apart_and_becomes_a_note_with_one_press(office: Config) -> None:
    async def story(visit: Visit) -> None:
        await visit.directory.keep_contact(Contact("Bakkerij Het Stoepje", None, ("+31201234567",), "e" * 32))
        text = await visit.page("/")
        for shown in (
            "Ook gebeld, niet gesproken",
            "Bakkerij Het Stoepje",
            "020 123 45 67",
            "hing op na 1:15",
            "2 keer",
        ):
            assert shown in text
        made = await visit.send("/", f"/missed/{OFFER}/note")
        assert (made.status_code, made.headers["location"]) == (303, f"/note/{OFFER}")
        assert "Bakkerij Het Stoepje" in await visit.page(f"/note/{OFFER}")
        assert "Ook gebeld" not in await visit.page("/")

    _visit(office, story)


def test_a_caller_who_hung_up_can_be_dismissed(office: Config) -> None:
    async def story(visit: Visit) -> None:
        assert (await visit.send("/", f"/missed/{OFFER}/dismiss")).status_code == 303
        assert "Ook gebeld" not in await visit.page("/")
        assert visit.calls.offered() == []

    _visit(office, story)


@pytest.mark.parametrize(
    "action",
    ["/contacts/new", f"/contacts/{ID}/erase", "/colleagues/new", f"/colleagues/{ID}/erase", f"/missed/{OFFER}/note",
     f"/missed/{OFFER}/dismiss"],
)  # fmt: skip
def test_a_form_without_this_browsers_token_changes_nothing(office: Config, action: str) -> None:
    async def story(visit: Visit) -> None:
        answer = await visit.browser.post(action, data={"name": "X", "numbers": "0612345678"}, headers=OWN)
        assert answer.status_code == 403
        assert (visit.directory.size, len(visit.calls.offered())) == (0, 1)

    _visit(office, story)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><b>', "{{ 7*7 }}"])
def test_what_people_are_called_is_only_text(office: Config, name: str) -> None:
    async def story(visit: Visit) -> None:
        await visit.directory.keep_contact(Contact(name, name, ("+31612345678",), "e" * 32))
        await visit.directory.keep_colleague(KeptColleague("d" * 32, Colleague(name=name, team=name, deputy=name)))
        for page in ("/contacts", f"/contacts/{'e' * 32}", "/colleagues", f"/colleagues/{'d' * 32}", "/new"):
            text = await visit.page(page)
            assert name not in text or "{{" in name

    _visit(office, story)
