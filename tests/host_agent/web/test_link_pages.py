"""What a colleague's link opens, asked over ASGI; and the inbox by filter, page and search."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import httpx

from broker.messages import Caller, Note
from host_agent.config import Config
from host_agent.config_promise import PromiseRules
from host_agent.core.colleagues import Colleague
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, CallbackNote
from host_agent.inbox import Inbox
from host_agent.link import Link
from host_agent.link_key import link_key
from host_agent.live import LiveOffice
from host_agent.people import People
from host_agent.promises import LinkMaker, Promises
from host_agent.store.notes import opened
from host_agent.store.promise import SqlPromiseStore
from host_agent.store.thread import StoreThread
from host_agent.web.app import application
from host_agent.web.desk import Desk

ID = "0123456789abcdef" * 2
HERE = "http://127.0.0.1:8088"
OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
NOW = datetime(2026, 11, 23, 14, 14).timestamp()
PEOPLE = (Colleague(name="Jan", team="Verkoop"), Colleague(name="Piet", language="fr"))


@asynccontextmanager
async def _desk(config: Config) -> AsyncIterator[tuple[Desk, httpx.AsyncClient]]:
    config = replace(config, promise=PromiseRules(colleagues=PEOPLE))
    with opened(config.store) as store, StoreThread(store) as thread:
        inbox = Inbox(thread, clock=lambda: NOW)
        live = LiveOffice([unit.name for unit in config.units], ("queues",), clock=lambda: 1000.0)
        desk = Desk(config, live, inbox, Link(config, live, inbox).bus, People(thread, store, config.web.idle_s))
        promises = Promises(config.promise, SqlPromiseStore(store.engine), thread)
        desk.keep(promises, LinkMaker(promises, link_key(config.store.with_name("key")), HERE))
        transport = httpx.ASGITransport(application(desk), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
            yield desk, browser


def _visit(config: Config, story: Callable[[Desk, httpx.AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _desk(config) as (desk, browser):
            await story(desk, browser)

    asyncio.run(run())


async def _link(desk: Desk, who: str = "Jan") -> str:
    note = Note(id=ID, pressed_s_ago=0.0, caller=Caller(name="M. de Vries", number="0612345678"))
    await desk.inbox.take_in([Arrival("balie-1", note, NOW)])
    await desk.inbox.change(ID, 1, Assign("Jan"), who="Anja")
    assert desk.links is not None
    return (await desk.links.address(ID, who, NOW)).removeprefix(HERE)


async def _now(desk: Desk) -> CallbackNote:
    found = await desk.inbox.find(ID)
    assert found is not None
    return found[0]


async def _send(browser: httpx.AsyncClient, page: str, deed: str, **fields: str) -> httpx.Response:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', (await browser.get(page)).text))
    return await browser.post(f"{page}/{deed}", data={**hidden, **fields}, headers=OWN)


def test_a_link_shows_its_note_and_reading_it_by_machine_changes_nothing(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        page = await _link(desk)
        answer = await browser.get(page)
        assert answer.status_code == 200
        assert "06 12 34 56 78" in answer.text
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["cache-control"] == "no-store"
        assert (await _now(desk)).state == "assigned"

    _visit(office, story)


def test_a_colleague_sees_tries_and_ticks_off_without_an_account(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        page = await _link(desk)
        assert (await _send(browser, page, "seen")).status_code == 303
        assert (await _now(desk)).state == "seen"
        assert (await _send(browser, page, "attempt", how="left_message")).status_code == 303
        assert (await _now(desk)).attempts == 1
        assert (await _send(browser, page, "done", outcome="Gesproken")).status_code == 303
        found = await desk.inbox.find(ID)
        assert found is not None
        assert [(entry.who, entry.what) for entry in found[1][-3:]] == [
            ("Jan", "seen"), ("Jan", "attempted"), ("Jan", "done"),
        ]  # fmt: skip

    _visit(office, story)


def test_what_was_done_on_an_old_page_is_not_kept(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        page = await _link(desk)
        answer = await _send(browser, page, "done", version="1", outcome="x")
        assert answer.status_code == 409
        assert (await _now(desk)).state == "assigned"

    _visit(office, story)


def test_a_link_ends_when_the_note_goes_to_somebody_else_or_it_is_revoked(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        page = await _link(desk)
        await _send(browser, f"/note/{ID}", "revoke-links")
        gone = await browser.get(page)
        assert (gone.status_code, "Vries" in gone.text) == (404, False)
        renewed = (await desk.links.address(ID, "Jan", NOW)).removeprefix(HERE)  # type: ignore[union-attr]
        assert (await browser.get(renewed)).status_code == 200
        await desk.inbox.change(ID, 2, Assign("Piet"), who="Anja")
        assert (await browser.get(renewed)).status_code == 404

    _visit(office, story)


def test_a_forged_link_opens_nothing_and_a_form_of_another_site_does_nothing(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        page = await _link(desk)
        assert (await browser.get(page[:-3] + "abc")).status_code == 404
        for deed in ("done", "seen"):
            # No 2xx: the page's own script loads the page again after one, and without cookies would do so for ever.
            refused = await browser.post(f"{page}/{deed}", data={"version": "2", "outcome": "x"}, headers=OWN)
            assert refused.status_code == 403
            assert "Dit formulier is verlopen" in refused.text
        assert (await _now(desk)).state == "assigned"

    _visit(office, story)


def test_the_inbox_is_filtered_searched_and_turned_by_page(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _link(desk)
        others = [Note(id=f"{n:032x}", pressed_s_ago=float(n), caller=Caller(name=f"Beller {n}")) for n in range(70)]
        await desk.inbox.take_in([Arrival("balie-1", note, NOW) for note in others])
        first = (await browser.get("/")).text
        assert "1 van 2" in first
        assert len(first) < 100_000
        rest = (await browser.get("/?blad=1")).text
        assert rest.count('class="note') - rest.count('class="notes') == 11
        for query in ("voor=Verkoop", "voor=jan", "zoek=vries", "zoek=%2B31612345678"):
            text = (await browser.get(f"/?{query}")).text
            assert "M. de Vries" in text
            assert "Beller 3" not in text
        assert "Niets gevonden" in (await browser.get("/?toon=overdue")).text

    _visit(office, story)
