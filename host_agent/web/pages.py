"""The pages: the inbox, one note, a new note. A change is a POST that ends in a redirect."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.notes import Action, Changed, NotNow, Overtaken, Reopen
from host_agent.errors import StoreFault
from host_agent.inbox import Shelves
from host_agent.web import forms
from host_agent.web.desk import Desk
from host_agent.web.forms import Faulty, Form
from host_agent.web.glance import Glance, glance
from host_agent.web.reader import Reader, is_own_form, reader, remember_name
from host_agent.web.render import page

SHOWN = 300
MOST_FIELDS = 20
# What a redirect may say was done; anything else says nothing.
DONE = ("kept", "assigned", "done", "dropped", "reopened", "made")


def routes(desk: Desk) -> APIRouter:
    """Every page that a person opens."""
    router = APIRouter()

    @router.get("/")
    async def inbox(request: Request) -> Response:
        who = _reader(desk, request)
        shelves: Shelves | None
        try:
            shelves = await desk.inbox.shelves(limit=SHOWN)
        except StoreFault:
            shelves = None
        said = request.query_params.get("gedaan")
        return _page(
            desk,
            "inbox.html",
            who,
            status=200 if shelves else 503,
            shelves=shelves,
            said=said if said in DONE else None,
            labels=labels(desk),
        )

    @router.get("/new")
    async def new(request: Request) -> Response:
        return _new(desk, _reader(desk, request), {}, Faulty(), 200)

    @router.post("/new")
    async def make(request: Request) -> Response:
        who, form = _reader(desk, request), await _form(request)
        if not is_own_form(request, form):
            return _refused(desk, who)
        wanted = forms.made_by_hand(form)
        if isinstance(wanted, Faulty):
            return _new(desk, who, form, wanted, 422)
        await desk.inbox.make(wanted, who=who.who)
        return RedirectResponse("/?gedaan=made", 303)

    @router.get("/note/{note_id}")
    async def note(request: Request, note_id: str) -> Response:
        return await _note(desk, _reader(desk, request), note_id)

    @router.post("/who")
    async def name_oneself(request: Request) -> Response:
        who, form = _reader(desk, request), await _form(request)
        if not is_own_form(request, form):
            return _refused(desk, who)
        answer = RedirectResponse("/", 303)
        remember_name(answer, clean(form.get("who", ""), NAME_LIMIT))
        return answer

    for name, (parse, said) in CHANGES.items():
        router.add_api_route(f"/note/{{note_id}}/{name}", _changer(desk, parse, said), methods=["POST"])
    return router


CHANGES: dict[str, tuple[Callable[[Form], Action | Faulty], str]] = {
    "fill-in": (forms.fill_in, "kept"),
    "assign": (forms.assign, "assigned"),
    "done": (forms.finish, "done"),
    "drop": (forms.drop, "dropped"),
    "reopen": (lambda _form: Reopen(), "reopened"),
}


def _changer(desk: Desk, parse: Callable[[Form], Action | Faulty], said: str) -> Callable[..., Any]:
    async def change(request: Request, note_id: str) -> Response:
        who, form = _reader(desk, request), await _form(request)
        if not is_own_form(request, form):
            return _refused(desk, who)
        action = parse(form)
        if isinstance(action, Faulty):
            return await _note(desk, who, note_id, status=422, typed=form, faulty=action)
        outcome = await desk.inbox.change(note_id, forms.version(form), action, who=who.who)
        match outcome:
            case Changed():
                return RedirectResponse(f"/?gedaan={said}", 303)
            case Overtaken() | NotNow():
                return await _note(desk, who, note_id, status=409, lost=form)
            case None:
                return _missing(desk, who)

    return change


def labels(desk: Desk) -> dict[str, str]:
    """What people call each queue and unit."""
    return {
        **{f"queue:{queue.name}": queue.label for queue in desk.config.queues},
        **{f"unit:{unit.name}": unit.label for unit in desk.config.units},
    }


def at_a_glance(desk: Desk) -> Glance:
    """The head of each page, now."""
    return glance(
        desk.config,
        desk.live.office,
        desk.live.presences,
        desk.live.clock(),
        has_broker=desk.bus.is_up,
        store_fails=desk.inbox.is_failing,
    )


def trouble(desk: Desk, request: Request, template: str, status: int) -> Response:
    """A page that says what went wrong and what to do."""
    return _page(desk, template, _reader(desk, request), status=status)


async def _note(  # the newest of the note, with what this person typed where it could not be kept
    desk: Desk,
    who: Reader,
    note_id: str,
    *,
    status: int = 200,
    typed: Form | None = None,
    lost: Form | None = None,
    faulty: Faulty | None = None,
) -> Response:
    found = await desk.inbox.find(note_id)
    if found is None:
        return _missing(desk, who)
    note, history = found
    return _page(
        desk,
        "note.html",
        who,
        status=status,
        note=note,
        history=history,
        typed=typed or {},
        lost=lost,
        faults=(faulty or Faulty()).faults,
        promises=forms.promises(datetime.fromtimestamp(desk.inbox.clock())),
        labels=labels(desk),
    )


def _new(desk: Desk, who: Reader, typed: Form, faulty: Faulty, status: int) -> Response:
    promises = forms.promises(datetime.fromtimestamp(desk.inbox.clock()))
    return _page(desk, "new.html", who, status=status, typed=typed, faults=faulty.faults, promises=promises)


def _missing(desk: Desk, who: Reader) -> Response:
    return _page(desk, "missing.html", who, status=404)


def _refused(desk: Desk, who: Reader) -> Response:
    return _page(desk, "refused.html", who, status=403)


def _page(desk: Desk, template: str, who: Reader, *, status: int = 200, **values: Any) -> Response:
    return page(template, who, now=desk.inbox.clock(), status=status, head=at_a_glance(desk), **values)


def _reader(desk: Desk, request: Request) -> Reader:
    return reader(request, desk.config.language)


async def _form(request: Request) -> Form:
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
