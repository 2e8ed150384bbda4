"""The pages: the inbox, one note, a new note. A change is a POST that ends in a redirect."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.notes import Action, CallbackNote, Changed, NotNow, Overtaken, Reopen, is_live
from host_agent.core.notices import Notice, is_untold
from host_agent.core.office_hours import proposals
from host_agent.errors import StoreFault
from host_agent.inbox import Shelves
from host_agent.web import forms
from host_agent.web.beside import beside
from host_agent.web.desk import Desk
from host_agent.web.filters import SHOWN as SHOWN
from host_agent.web.filters import Filter, asked_filter, wanted
from host_agent.web.forms import Faulty, Form
from host_agent.web.glance import Glance, glance
from host_agent.web.reader import Reader, is_own_form, reader, remember_name
from host_agent.web.render import page

MOST_FIELDS = 30
# What a redirect may say was done; anything else says nothing.
DONE = ("kept", "assigned", "attempted", "passed_on", "done", "dropped", "reopened", "made")


def routes(desk: Desk) -> APIRouter:
    """Every page that a person opens."""
    router = APIRouter()

    @router.get("/")
    async def inbox(request: Request) -> Response:
        who = _reader(desk, request)
        asked = asked_filter(request.query_params)
        shelves: Shelves | None = None
        untold: frozenset[str] = frozenset()
        with suppress(StoreFault):
            shelves = await look(desk, who, asked)
            untold = await untold_of(desk, shelves)
        said = request.query_params.get("gedaan")
        return _page(
            desk,
            "inbox.html",
            who,
            status=200 if shelves else 503,
            shelves=shelves,
            untold=untold,
            asked=asked,
            names=whom_to_ask(desk),
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
        filled = forms.made_by_hand(form)
        if isinstance(filled, Faulty):
            return _new(desk, who, form, filled, 422)
        note = await desk.inbox.make(filled, who=who.who)
        await _ask_at_once(desk, note, form, who)
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
        router.add_api_route(f"/note/{{note_id}}/{name}", _changer(desk, name, parse, said), methods=["POST"])
    return router


CHANGES: dict[str, tuple[Callable[[Form], Action | Faulty], str]] = {
    "fill-in": (forms.fill_in, "kept"),
    "assign": (forms.assign, "assigned"),
    "attempt": (forms.attempt, "attempted"),
    "pass-on": (forms.pass_on, "passed_on"),
    "done": (forms.finish, "done"),
    "drop": (forms.drop, "dropped"),
    "reopen": (lambda _form: Reopen(), "reopened"),
}


def _changer(desk: Desk, name: str, parse: Callable[[Form], Action | Faulty], said: str) -> Callable[..., Any]:
    async def change(request: Request, note_id: str) -> Response:
        who, form = _reader(desk, request), await _form(request)
        if not is_own_form(request, form):
            return _refused(desk, who)
        action = parse(form)
        if isinstance(action, Faulty):
            return await _note(desk, who, note_id, status=422, typed=form, faulty=action)
        outcome = await desk.inbox.change(note_id, forms.version(form), action, who=who.who)
        match outcome:
            case Changed(note):
                if name == "fill-in":
                    await _ask_at_once(desk, note, form, who)
                return RedirectResponse(f"/?gedaan={said}", 303)
            case Overtaken() | NotNow():
                return await _note(desk, who, note_id, status=409, lost=form)
            case None:
                return _missing(desk, who)

    return change


async def look(desk: Desk, who: Reader, asked: Filter) -> Shelves:
    """What the inbox page shows of what was asked for. Raises StoreFault."""
    everyone = desk.colleagues.everyone()
    those = wanted(asked, who.who, everyone, desk.config.directory.country)
    return await desk.inbox.shelves(those, limit=SHOWN, offset=asked.page * SHOWN)


async def untold_of(desk: Desk, shelves: Shelves) -> frozenset[str]:
    """The ids of shown notes about which somebody could not be reached. Raises StoreFault."""
    asked = {note.id: note for note in shelves.open if is_live(note) and note.assigned_at is not None}
    if desk.promises is None or not asked:
        return frozenset()
    about: dict[str, list[Notice]] = {note_id: [] for note_id in asked}
    for notice in await desk.promises.ask(lambda store: store.notices_of(list(asked))):
        about[notice.note_id].append(notice)
    return frozenset(note_id for note_id, notices in about.items() if is_untold(asked[note_id], notices))


async def _ask_at_once(desk: Desk, note: CallbackNote, form: Form, who: Reader) -> None:
    asked = forms.asked_at_once(form)
    if asked is not None:
        await desk.inbox.change(note.id, note.version, asked, who=who.who)


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
        expiring=desk.keeper.expiring,
        retention_refused=desk.keeper.refused is not None,
        beside=beside(desk),
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
        promises=_promises(desk),
        colleagues=whom_to_ask(desk),
        notices=await _notices(desk, note_id),
        also_called=[] if desk.seen_calls is None else await desk.seen_calls.calls_of(note_id),
        labels=labels(desk),
    )


def _new(desk: Desk, who: Reader, typed: Form, faulty: Faulty, status: int) -> Response:
    asked = {"promises": _promises(desk), "colleagues": whom_to_ask(desk)}
    return _page(desk, "new.html", who, status=status, typed=typed, faults=faulty.faults, **asked)


async def _notices(desk: Desk, note_id: str) -> list[Notice]:
    return [] if desk.promises is None else await desk.promises.ask(lambda store: store.notices(note_id))


def _promises(desk: Desk) -> tuple[float, ...]:
    return proposals(desk.config.promise.hours, desk.inbox.clock())


def whom_to_ask(desk: Desk) -> list[str]:
    """Whom a note can be for: colleagues, and their teams."""
    everyone = desk.colleagues.everyone()
    return sorted({one.name for one in everyone} | {one.team for one in everyone if one.team}, key=str.casefold)


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
