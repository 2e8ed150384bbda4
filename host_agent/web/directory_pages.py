"""The pages of the directory: contacts and colleagues, found and kept by hand; and callers who hung up."""

import secrets

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.names import TEXT_LIMIT, clean
from host_agent.directory.book import Directory
from host_agent.ports_directory import KeptColleague
from host_agent.seen_calls import SeenCalls
from host_agent.web import directory_forms as forms
from host_agent.web.desk import Desk
from host_agent.web.forms import Faulty, Form
from host_agent.web.reader import reader
from host_agent.web.shown import own_form, shown

SHOWN = 100
_NEW = "new"


def routes(desk: Desk, directory: Directory, seen_calls: SeenCalls) -> APIRouter:
    """Everything about people, and about calls that nobody answered."""
    router = APIRouter()
    router.include_router(_contacts(desk, directory))
    router.include_router(_colleagues(desk, directory))
    router.include_router(_missed(desk, seen_calls))
    return router


def _contacts(desk: Desk, directory: Directory) -> APIRouter:
    router = APIRouter()

    def form_page(request: Request, contact_id: str, typed: Form, faulty: Faulty, status: int = 200) -> Response:
        known = directory.kept_contact(contact_id)
        if known is None and contact_id != _NEW:
            return shown(desk, request, "missing.html", status=404)
        return shown(desk, request, "contact.html", status=status, known=known, typed=typed, faults=faulty.faults)

    @router.get("/contacts")
    async def contacts(request: Request) -> Response:
        words = clean(request.query_params.get("zoek", ""), TEXT_LIMIT)
        found = directory.search(words, SHOWN + 1)
        said = request.query_params.get("gedaan")
        return shown(
            desk, request, "contacts.html", words=words, found=found[:SHOWN], has_more=len(found) > SHOWN,
            size=directory.size, refused=directory.refused, refusals=directory.refusals[:SHOWN],
            said=said if said in ("kept", "erased") else None,
        )  # fmt: skip

    @router.get("/contacts/{contact_id}")
    async def contact(request: Request, contact_id: str) -> Response:
        return form_page(request, contact_id, {}, Faulty())

    @router.post("/contacts/{contact_id}")
    async def keep(request: Request, contact_id: str) -> Response:
        form = await own_form(request)
        if form is None:
            return shown(desk, request, "refused.html", status=403)
        if contact_id != _NEW and directory.kept_contact(contact_id) is None:
            return shown(desk, request, "missing.html", status=404)
        wanted_id = secrets.token_hex(16) if contact_id == _NEW else contact_id
        wanted = forms.contact(form, wanted_id, directory.rules.country)
        if isinstance(wanted, Faulty):
            return form_page(request, contact_id, form, wanted, 422)
        await directory.keep_contact(wanted)
        return RedirectResponse("/contacts?gedaan=kept", 303)

    @router.post("/contacts/{contact_id}/erase")
    async def erase(request: Request, contact_id: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        if not await directory.drop_contact(contact_id):
            return shown(desk, request, "missing.html", status=404)
        return RedirectResponse("/contacts?gedaan=erased", 303)

    return router


def _colleagues(desk: Desk, directory: Directory) -> APIRouter:
    router = APIRouter()

    def kept(colleague_id: str) -> KeptColleague | None:
        return next((each for each in directory.kept_colleagues if each.id == colleague_id), None)

    def form_page(request: Request, colleague_id: str, typed: Form, faulty: Faulty, status: int = 200) -> Response:
        known = kept(colleague_id)
        if known is None and colleague_id != _NEW:
            return shown(desk, request, "missing.html", status=404)
        return shown(
            desk, request, "colleague.html", status=status, known=known, typed=typed, faults=faulty.faults,
            absence=forms.absence,
        )  # fmt: skip

    @router.get("/colleagues")
    async def colleagues(request: Request) -> Response:
        said = request.query_params.get("gedaan")
        return shown(
            desk, request, "colleagues.html", everyone=directory.everyone(),
            ids={each.colleague.name.casefold(): each.id for each in directory.kept_colleagues},
            said=said if said in ("kept", "erased") else None,
        )  # fmt: skip

    @router.get("/colleagues/{colleague_id}")
    async def colleague(request: Request, colleague_id: str) -> Response:
        return form_page(request, colleague_id, {}, Faulty())

    @router.post("/colleagues/{colleague_id}")
    async def keep(request: Request, colleague_id: str) -> Response:
        form = await own_form(request)
        if form is None:
            return shown(desk, request, "refused.html", status=403)
        known = kept(colleague_id)
        if colleague_id != _NEW and known is None:
            return shown(desk, request, "missing.html", status=404)
        wanted = forms.colleague(form, None if known is None else known.colleague)
        if isinstance(wanted, Faulty):
            return form_page(request, colleague_id, form, wanted, 422)
        await directory.keep_colleague(KeptColleague(known.id if known else secrets.token_hex(16), wanted))
        return RedirectResponse("/colleagues?gedaan=kept", 303)

    @router.post("/colleagues/{colleague_id}/erase")
    async def erase(request: Request, colleague_id: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        if not await directory.drop_colleague(colleague_id):
            return shown(desk, request, "missing.html", status=404)
        return RedirectResponse("/colleagues?gedaan=erased", 303)

    return router


def _missed(desk: Desk, seen_calls: SeenCalls) -> APIRouter:
    router = APIRouter()

    @router.post("/missed/{missed_id}/note")
    async def note(request: Request, missed_id: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        who = reader(request, desk.config.language).who
        note_id = await seen_calls.make_note(missed_id, who=who)
        if note_id is None:
            return RedirectResponse("/", 303)
        return RedirectResponse(f"/note/{note_id}", 303)

    @router.post("/missed/{missed_id}/dismiss")
    async def dismiss(request: Request, missed_id: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        await seen_calls.dismiss(missed_id)
        return RedirectResponse("/", 303)

    return router
