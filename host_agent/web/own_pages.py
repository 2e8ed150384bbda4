"""Notes of one's own, the calendar of their promises, notes that are soon erased, and what is kept."""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.retention import DAY_S
from host_agent.core.rights import may
from host_agent.core.search import Wanted
from host_agent.people import People, digest, secret
from host_agent.seen_calls import KEPT_S
from host_agent.web.calendar import calendar
from host_agent.web.desk import Desk
from host_agent.web.listing import listed, names_of
from host_agent.web.pages import labels
from host_agent.web.reader import reader
from host_agent.web.shown import address, own_form, shown
from host_agent.web.visitor import person_of
from host_agent.words import translations

SHOWN = 300
ICAL = "text/calendar; charset=utf-8"


def routes(desk: Desk, people: People) -> APIRouter:
    """Pages that need no editing of anybody else's notes."""
    router = APIRouter()
    privacy = desk.config.privacy

    def own_name(request: Request) -> str:
        return reader(request, desk.config.language).who

    @router.get("/mine")
    async def mine(request: Request) -> Response:
        name = own_name(request)
        notes, total = await listed(desk, Wanted(names=names_of(desk, name)), limit=SHOWN)
        return shown(desk, request, "mine.html", notes=notes, total=total, name=name, labels=labels(desk))

    @router.get("/expiring")
    async def expiring(request: Request) -> Response:
        notes, total = await desk.keeper.soon()
        return shown(
            desk, request, "expiring.html", notes=notes, total=total, keeping=privacy.keeping, labels=labels(desk)
        )

    def every_name(request: Request) -> bool:
        person = person_of(request)
        return not desk.config.web.has_accounts or may(person.role if person else None, "calendars")

    async def calendar_page(request: Request, link: str | None = None, status: int = 200) -> Response:
        name = None if every_name(request) else own_name(request)
        feeds = await people.thread.run(lambda: people.tokens.feeds(name))
        return shown(
            desk,
            request,
            "calendar.html",
            status=status,
            feeds=feeds,
            link=link,
            own=own_name(request),
            every_name=name is None,
            shows=privacy.calendar_shows,
        )

    @router.get("/calendar")
    async def feeds(request: Request) -> Response:
        return await calendar_page(request)

    @router.post("/calendar")
    async def make_feed(request: Request) -> Response:
        form = await own_form(request)
        if form is None:
            return shown(desk, request, "refused.html", status=403)
        typed = clean(form.get("name", ""), NAME_LIMIT) if every_name(request) else ""
        name, word, now = typed or own_name(request), secret(), people.clock()
        await people.thread.run(lambda: people.tokens.add_feed(digest(word), name, now))
        return await calendar_page(request, f"{address(desk, request)}/ical/{word}.ics")

    @router.post("/calendar/{serial}/revoke")
    async def revoke_feed(request: Request, serial: int) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        name = None if every_name(request) else own_name(request)
        await people.thread.run(lambda: people.tokens.revoke_feed(serial, name))
        return RedirectResponse("/calendar", 303)

    @router.get("/ical/{secret}.ics")
    async def feed(request: Request, secret: str) -> Response:
        known = await people.thread.run(lambda: people.tokens.feed(digest(secret)))
        if known is None:
            return PlainTextResponse("no such calendar\n", 404)
        language = "nl" if desk.config.language == "auto" else desk.config.language
        notes, _ = await listed(desk, Wanted(names=names_of(desk, known.name)), limit=SHOWN)
        link = address(desk, request) + "/note/"
        text = calendar(notes, known.name, privacy.calendar_shows, link, translations(language), people.clock())
        return Response(text, media_type=ICAL)

    @router.get("/kept")
    async def kept(request: Request) -> Response:
        run = await people.thread.run(people.keeping.last_run)
        return shown(
            desk,
            request,
            "kept.html",
            privacy=privacy,
            run=run,
            has_accounts=desk.config.web.has_accounts,
            missed_days=min(privacy.keeping.done_days, int(KEPT_S / DAY_S)),
            notices_name=desk.config.promise.notices.caller,
        )

    @router.get("/.well-known/security.txt")
    async def security() -> Response:
        # RFC 9116 asks for a contact; an office that names none has no such file.
        if "@" not in privacy.contact:
            return PlainTextResponse("no contact\n", 404)
        return PlainTextResponse(f"Contact: mailto:{privacy.contact}\nPreferred-Languages: nl, en\n")

    return router
