"""An office with accounts, and browsers that visit it over ASGI."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx

from host_agent.config import Config
from host_agent.core.notes import CallbackNote, FillIn
from host_agent.core.rights import Role
from host_agent.directory.book import Directory
from host_agent.figures import Gauges
from host_agent.inbox import Inbox
from host_agent.link import Link
from host_agent.link_key import link_key
from host_agent.live import LiveOffice
from host_agent.pbx.absent import AbsentPbx
from host_agent.people import People
from host_agent.promises import LinkMaker, Promises
from host_agent.seen_calls import SeenCalls
from host_agent.store.census import census
from host_agent.store.directory import SqlDirectory
from host_agent.store.notes import opened
from host_agent.store.promise import SqlPromiseStore
from host_agent.store.seen_calls import SqlSeenCalls
from host_agent.store.thread import StoreThread
from host_agent.web.app import application
from host_agent.web.desk import Desk

HERE = "http://127.0.0.1:8088"
OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
NOW = datetime(2026, 11, 23, 14, 14).timestamp()
PASSWORD = "vier paarden in de wei"


@dataclass
class Clock:
    """Time as a value."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


class Visit:
    """A host agent whose pages are visited. `clock`: Unix seconds; `steady`: monotonic ones."""

    def __init__(self, desk: Desk, app: Any, clock: Clock, steady: Clock) -> None:
        self.desk, self.app, self.clock, self.steady = desk, app, clock, steady

    def browser(self, address: str = "127.0.0.1", base: str = HERE) -> httpx.AsyncClient:
        """A browser without cookies, which comes from `address`."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=base)

    async def account(self, role: Role, name: str = "", password: str = PASSWORD) -> str:
        """Add somebody with a password; returns the login."""
        login = (name or role).lower()
        made = await self.desk.people.add(login, name or role.title(), role)
        assert made is not None
        assert await self.desk.people.choose_password(made[1], password, login="", name="")
        return login

    async def signed_in(self, role: Role, name: str = "") -> httpx.AsyncClient:
        """A browser in which somebody of that role has just signed in."""
        login, browser = await self.account(role, name), self.browser()
        assert (await sign_in(browser, login)).status_code == 303
        return browser

    async def note(self, for_whom: str | None = None, **said: Any) -> CallbackNote:
        """A note made by hand."""
        whole: dict[str, Any] = {
            "caller_name": "M. de Vries", "caller_number": "0612345678", "reason": "dak", "promised_by": None, **said
        }  # fmt: skip
        return await self.desk.inbox.make(FillIn(for_whom=for_whom, **whole), who="Anja")


async def sign_in(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
    """Fill in the sign-in page."""
    return await send(browser, "/login", "/login", login=login, password=password, **fields)


async def send(browser: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Send a form as a browser does: with the hidden fields of the page it stands on."""
    text = (await browser.get(page)).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    return await browser.post(action, data={**hidden, **fields}, headers=OWN)


def with_accounts(config: Config, **web: Any) -> Config:
    """The same office with accounts."""
    return replace(config, web=replace(config.web, has_accounts=True, **web))


@asynccontextmanager
async def visiting(config: Config) -> AsyncIterator[Visit]:
    """A host agent with all its pages, without its process."""
    clock, steady = Clock(), Clock(1000.0)
    own_address = f"http://{config.web.host}:{config.web.port}"
    with opened(config.store) as store, StoreThread(store) as thread:
        inbox = Inbox(thread, clock=clock)
        live = LiveOffice([unit.name for unit in config.units], ("queues",), clock=steady)
        people = People(thread, store, config.web.idle_s, clock=clock, steady=steady)
        link = Link(config, live, inbox)
        desk = Desk(config, live, inbox, link.bus, people)
        desk.link = link
        desk.gauges = Gauges(config, live, link, AbsentPbx(), lambda: 0, thread, lambda: census(store.engine))
        directory = Directory(config.directory, SqlDirectory(store.engine), thread, config.promise.colleagues)
        seen_calls = SeenCalls(inbox, directory, SqlSeenCalls(store.engine), thread)
        await directory.load()
        await seen_calls.load()
        desk.know(directory, seen_calls)
        promises = Promises(config.promise, SqlPromiseStore(store.engine), thread)
        desk.keep(promises, LinkMaker(promises, link_key(config.store.with_name("link-key")), own_address))
        yield Visit(desk, application(desk), clock, steady)


def visit(config: Config, story: Callable[[Visit], Awaitable[None]]) -> None:
    """Run a story."""

    async def run() -> None:
        async with visiting(config) as office:
            await story(office)

    asyncio.run(run())
