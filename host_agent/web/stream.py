"""The live pages: server-sent events with the parts of a page that changed, as the page would have them.

Each stream renders its own parts at most once a second, or at once when a note changed. Nothing is remembered for a
browser that was away: it gets the whole parts when it comes back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import APIRouter, Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from host_agent.errors import StoreFault
from host_agent.web.desk import Desk
from host_agent.web.filters import Filter, asked_filter
from host_agent.web.pages import at_a_glance, labels, look, untold_of, whom_to_ask
from host_agent.web.reader import Reader, reader
from host_agent.web.render import markup

TICK_S = 1.0
PING_S = 15
RETRY_MS = 2_000
LONGEST_S = 60.0
"""A browser comes back by itself, and is then asked again who it is: a session that ended shows nothing for longer."""
_MINUTE_S = 60


def routes(desk: Desk) -> APIRouter:
    """The stream behind each open page."""
    router = APIRouter()

    @router.get("/live")
    async def live(request: Request) -> Response:
        who = reader(request, desk.config.language)
        return EventSourceResponse(
            _parts(desk, who, asked_filter(request.query_params)), ping=PING_S, headers={"Cache-Control": "no-store"}
        )

    return router


async def _parts(desk: Desk, who: Reader, asked: Filter) -> AsyncIterator[ServerSentEvent]:
    told: dict[str, str] = {}
    seen, minute = -1, -1
    yield ServerSentEvent(comment="hello", retry=RETRY_MS)
    until = desk.live.clock() + LONGEST_S
    while not desk.is_closing and desk.live.clock() < until:
        now = desk.inbox.clock()
        parts = {"head": markup("head.html", who, now=now, head=at_a_glance(desk))}
        is_news = desk.inbox.changes.count != seen or int(now // _MINUTE_S) != minute
        # Seen also by those who may not see it: who never catches up never waits, and holds up everybody.
        seen, minute = desk.inbox.changes.count, int(now // _MINUTE_S)
        if is_news and who.may("all_notes"):
            with suppress(StoreFault):
                shelves = await look(desk, who, asked)
                parts["inbox"] = markup(
                    "list.html",
                    who,
                    now=now,
                    head=at_a_glance(desk),
                    shelves=shelves,
                    untold=await untold_of(desk, shelves),
                    asked=asked,
                    names=whom_to_ask(desk),
                    labels=labels(desk),
                )
        for name, text in parts.items():
            if told.get(name) != text:
                told[name] = text
                yield ServerSentEvent(event=name, data=text)
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S):
                await desk.inbox.changes.after(seen)
