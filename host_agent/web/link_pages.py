"""What a colleague's link opens: one note, without an account. Also what was told about a note, for its own page.

A mail server that follows links to look for harm must not count as a colleague: opening the page changes nothing. The
page itself then says that it was seen, by script or by a button.
"""

from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from host_agent.core.colleagues import named, recipients
from host_agent.core.notes import Action, CallbackNote, Changed, Entry, See, is_live
from host_agent.ports_promise import Link
from host_agent.web import forms
from host_agent.web.desk import Desk
from host_agent.web.forms import Faulty, Form
from host_agent.web.pages import at_a_glance, labels
from host_agent.web.reader import is_own_form, reader
from host_agent.web.render import page

_MOST_FIELDS = 20
_DEEDS: dict[str, Callable[[Form], Action | Faulty]] = {
    "seen": lambda _form: See(),
    "attempt": forms.attempt,
    "done": forms.finish,
}


def routes(desk: Desk) -> APIRouter:
    """`/c/{word}`, and taking links back and trying notices again on the note's own page."""
    router = APIRouter()

    @router.get("/c/{word}")
    async def opened(request: Request, word: str) -> Response:
        return await _shown(desk, request, word)

    @router.post("/c/{word}/{deed}")
    async def did(request: Request, word: str, deed: str) -> Response:
        async with request.form(max_files=0, max_fields=_MOST_FIELDS) as sent:
            form = {name: value for name, value in sent.items() if isinstance(value, str)}
        found = await _behind(desk, word)
        if found is None or deed not in _DEEDS:
            return await _shown(desk, request, word)
        if not is_own_form(request, form):
            # Not 200: the page's script would load it again, and again, in a browser without cookies.
            return await _shown(desk, request, word, refused=True)
        action = _DEEDS[deed](form)
        if isinstance(action, Faulty):
            return await _shown(desk, request, word, faulty=action)
        link, note, _history = found
        # What was seen is the note as it is; what was done is done on what was on the screen.
        version = note.version if deed == "seen" else forms.version(form)
        outcome = await desk.inbox.change(note.id, version, action, who=link.who)
        if not isinstance(outcome, Changed) and deed != "seen":
            return await _shown(desk, request, word, overtaken=True)
        return RedirectResponse(f"/c/{word}", 303)

    @router.post("/note/{note_id}/revoke-links")
    async def revoke(request: Request, note_id: str) -> Response:
        return await _on_note(desk, request, note_id, "revoke")

    @router.post("/note/{note_id}/try-again")
    async def try_again(request: Request, note_id: str) -> Response:
        return await _on_note(desk, request, note_id, "again")

    return router


async def _on_note(desk: Desk, request: Request, note_id: str, deed: str) -> Response:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as sent:
        form = {name: value for name, value in sent.items() if isinstance(value, str)}
    promises = desk.promises
    if promises is not None and is_own_form(request, form):
        now = desk.inbox.clock()
        if deed == "revoke":
            await promises.ask(lambda store: store.revoke_links(note_id, now))
        else:
            await promises.ask(lambda store: store.try_again(note_id, now))
            promises.news.mark()
    return RedirectResponse(f"/note/{note_id}", 303)


async def _behind(desk: Desk, word: str) -> tuple[Link, CallbackNote, list[Entry]] | None:
    """The link and its note, while the note still concerns whoever the link was given to."""
    if desk.links is None:
        return None
    now = desk.inbox.clock()
    link = await desk.links.opened(word, now)
    found = None if link is None else await desk.inbox.find(link.note_id)
    if link is None or found is None:
        return None
    note, history = found
    everyone = desk.colleagues.everyone()
    asked = {one.name for one in recipients(everyone, note.assigned_to, now)} | {note.assigned_to}
    lead = named(everyone, link.who)
    return (link, note, history) if link.who in asked or (lead is not None and lead.lead) else None


async def _shown(
    desk: Desk,
    request: Request,
    word: str,
    *,
    faulty: Faulty | None = None,
    overtaken: bool = False,
    refused: bool = False,
) -> Response:
    found = await _behind(desk, word)
    colleague = named(desk.colleagues.everyone(), found[0].who) if found else None
    who = reader(request, colleague.language if colleague else desk.config.language)
    answer = page(
        "link.html",
        who,
        now=desk.inbox.clock(),
        status=404 if found is None else 422 if faulty else 409 if overtaken else 403 if refused else 200,
        head=at_a_glance(desk),
        word=word,
        link=found[0] if found else None,
        note=found[1] if found else None,
        is_open=found is not None and is_live(found[1]),
        faults=faulty.faults if faulty else {},
        overtaken=overtaken,
        refused=refused,
        labels=labels(desk),
    )
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return answer
