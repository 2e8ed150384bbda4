"""A host agent's parts, put together as the program does, without its process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from host_agent.config import Config, parse
from host_agent.inbox import Inbox
from host_agent.link import Link
from host_agent.live import LiveOffice
from host_agent.store.notes import SqlNoteStore, opened
from host_agent.store.thread import StoreThread

OFFICE = """
[mqtt]
port = {port}
username = "host"
password_file = "mqtt-password"
[store]
path = "host.sqlite3"
[web]
listen = "127.0.0.1:{web}"
[[queue]]
name = "receptie"
label = "Receptie"
[[queue]]
name = "storing"
label = "Storingsdienst"
[[unit]]
name = "balie-1"
label = "Balie links"
extension = "100"
queues = ["receptie"]
[[unit]]
name = "balie-2"
label = "Balie rechts"
queues = ["storing"]
"""


def office_config(folder: Path, *, port: int = 1, password: str = "-", web: int = 8088) -> Config:
    """The configuration of a small office whose files are in `folder`."""
    secret = folder / "mqtt-password"
    secret.touch(0o600)
    secret.write_text(password + "\n")
    return parse(OFFICE.format(port=port, web=web), folder=folder)


@dataclass
class Host:
    """A running host agent without pages."""

    config: Config
    store: SqlNoteStore
    inbox: Inbox
    live: LiveOffice
    link: Link


@asynccontextmanager
async def host_at(config: Config) -> AsyncIterator[Host]:
    """Run the link and the inbox of `config` until the block ends."""
    with opened(config.store) as store, StoreThread(store) as thread:
        inbox = Inbox(thread)
        live = LiveOffice([unit.name for unit in config.units], ("queues",))
        link = Link(config, live, inbox)
        live.on_office = link.boards.office_changed
        await inbox.count()
        tasks = [asyncio.create_task(link.run()), asyncio.create_task(inbox.run())]
        try:
            yield Host(config, store, inbox, live, link)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], object], within_s: float = 10.0) -> None:
    """Return once `condition` holds; fail when it does not in time."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  # what is waited for is in other processes
            await asyncio.sleep(0.005)
