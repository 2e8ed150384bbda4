"""The live stream, asked over ASGI without a browser: what each reader is sent, and that it waits in between."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from host_agent.config import Config
from host_agent.web import stream
from tests.host_agent.web.visits import Visit, visit, with_accounts


class Stream:
    """An open `/live`: the parts it sent so far, by name."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str]] = []
        self.news = asyncio.Event()

    def take(self, text: str) -> None:
        """Keep what a chunk of the stream says."""
        for name, lines in re.findall(r"event: (\w+)\r\n((?:data: ?.*\r\n)+)", text):
            self.parts.append((name, lines))
        self.news.set()

    async def until(self, name: str, words: str) -> None:
        """Wait until a part says so."""
        async with asyncio.timeout(10):
            while not any(part == name and words in text for part, text in self.parts):
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def _listening(here: Visit, browser: httpx.AsyncClient) -> AsyncIterator[Stream]:
    """`/live` as this browser gets it. httpx waits for the whole of an answer, which here has no end."""
    heard = Stream()
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [(b"host", b"127.0.0.1:8088"), (b"cookie", cookies.encode())]
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": "/live", "raw_path": b"/live", "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 8088), "state": {},
    }  # fmt: skip
    left = asyncio.Event()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        heard.take(message.get("body", b"").decode())

    task = asyncio.create_task(here.app(scope, receive, send))
    yield heard
    left.set()
    here.desk.close()
    await asyncio.wait_for(task, 10)


async def _turns_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the stream looks in a while: counted, as `at_a_glance` is what it asks first each time."""
    looked, real = 0, stream.at_a_glance

    def counted(desk: Any) -> Any:
        nonlocal looked
        looked += 1
        return real(desk)

    monkeypatch.setattr(stream, "at_a_glance", counted)
    for _ in range(2_000):
        await asyncio.sleep(0)
    return looked


@pytest.mark.parametrize("role", ["colleague", "telephonist"])
def test_a_stream_waits_for_news_whoever_reads_it(office: Config, monkeypatch: pytest.MonkeyPatch, role: Any) -> None:
    async def story(here: Visit) -> None:
        browser = await here.signed_in(role)
        async with _listening(here, browser) as heard:
            await heard.until("head", "Receptie")
            await here.desk.inbox.count()
            # One look for that news, perhaps one for a second that passed.
            assert await _turns_while_nothing_happens(monkeypatch) <= 3

    visit(with_accounts(office), story)


def test_a_colleague_is_sent_the_head_and_nobody_elses_notes(office: Config) -> None:
    async def story(here: Visit) -> None:
        colleague, telephonist = await here.signed_in("colleague"), await here.signed_in("telephonist")
        async with _listening(here, colleague) as theirs, _listening(here, telephonist) as all_notes:
            await theirs.until("head", "Receptie")
            await here.note("Piet", caller_name="Truus Tak")
            await here.desk.inbox.count()
            await all_notes.until("inbox", "Truus Tak")
            await theirs.until("head", "Receptie")
            assert {name for name, _ in theirs.parts} == {"head"}
            assert "Truus" not in "".join(text for _, text in theirs.parts)

    visit(with_accounts(office), story)
