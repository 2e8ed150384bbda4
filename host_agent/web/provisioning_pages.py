"""The admin's pages that let a unit in and put one out.

A code is shown on the one answer that made it: it stands in no address, no log and no page that can be opened again.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.enrolment import spelled
from broker.names import unit_name
from host_agent.core.enrolment import CODE_LASTS_S
from host_agent.errors import HostFault
from host_agent.office.provisioning import Office
from host_agent.office.qr_code import on_page
from host_agent.web.desk import Desk
from host_agent.web.forms import Faulty, Form
from host_agent.web.shown import own_form, shown
from host_agent.web.unit_forms import QUEUE, REPLACES, Known, queues_of, wanted
from host_agent.web.visitor import person_of

MOST_QUEUES = 60
"""Offered to be ticked; others can be typed."""
_MOST_FIELDS = MOST_QUEUES + 20


def _(msgid: str) -> str:
    """Mark a text for the catalogues; the template that shows it translates it."""
    return msgid


def not_here(desk: Desk, request: Request) -> str | None:
    """Why no unit can be let in on these pages, as a message id; None when it can."""
    if desk.office is None or not desk.office.folder.is_made():
        return _("Dit kantoor is niet gemaakt met belbord-host init, dus laat het hier geen toestellen toe.")
    if person_of(request) is None:
        return _("Toestellen toelaten doet een beheerder, en accounts staan uit. Het kan met belbord-host unit add.")
    return None


def routes(desk: Desk) -> APIRouter:
    """Adding a unit, and revoking one."""
    router = APIRouter()

    def form_page(request: Request, typed: Form, faulty: Faulty, status: int = 200, trouble: str = "") -> Response:
        return shown(
            desk, request, "unit_new.html", status=status, typed=typed, faults=faulty.faults, trouble=trouble,
            why_not=not_here(desk, request), offered=_offered(desk), ticked=queues_of(typed), replaces=REPLACES,
            prefix=QUEUE,
        )  # fmt: skip

    @router.get("/units/new")
    async def new(request: Request) -> Response:
        return form_page(request, _as_known(desk, request.query_params.get("toestel", "")), Faulty())

    @router.post("/units/new")
    async def add(request: Request) -> Response:
        form, office = await own_form(request, _MOST_FIELDS), desk.office
        if form is None:
            return shown(desk, request, "refused.html", status=403)
        if office is None or not_here(desk, request) is not None:
            return form_page(request, form, Faulty(), 409)
        try:
            unit = wanted(form, await _known(desk, office))
            if isinstance(unit, Faulty):
                # Who replaces a unit sees what is known of it, and says what differs.
                known = _as_known(desk, form.get("name", "")) if REPLACES in unit.faults else {}
                return form_page(request, {**known, **{name: said for name, said in form.items() if said}}, unit, 422)
            code = await office.expect(unit)
        except HostFault as fault:
            return form_page(request, form, Faulty(), 503, str(fault))
        word = f"{spelled(code)}@{office.place}"
        return shown(
            desk, request, "unit_code.html", unit=unit, code=spelled(code), place=office.place, word=word,
            picture=on_page(word), lasts_s=int(CODE_LASTS_S),
        )  # fmt: skip

    @router.get("/units/{name}/revoke")
    async def ask(request: Request, name: str) -> Response:
        return await revoke_page(request, name)

    @router.post("/units/{name}/revoke")
    async def revoke(request: Request, name: str) -> Response:
        if await own_form(request) is None:
            return shown(desk, request, "refused.html", status=403)
        office = desk.office
        if office is None or not_here(desk, request) is not None or not _is_unit(name):
            return await revoke_page(request, name)
        try:
            outcome = await office.revoke(name)
        except HostFault as fault:
            return await revoke_page(request, name, 503, str(fault))
        match outcome:
            case None:
                return shown(desk, request, "missing.html", status=404)
            case "list not read":
                return await revoke_page(request, name, 503, is_half=True)
            case "out" | "no broker":
                return RedirectResponse(f"/units?gedaan={'out' if outcome == 'out' else 'revoked'}&toestel={name}", 303)

    async def revoke_page(
        request: Request, name: str, status: int = 200, trouble: str = "", *, is_half: bool = False
    ) -> Response:
        """`is_half`: it is revoked, and the broker did not read that yet."""
        if desk.office is None or not_here(desk, request) is not None or not _is_unit(name):
            return shown(desk, request, "missing.html", status=404)
        labels = {str(unit.name): unit.label for unit in desk.config.units}
        if not is_half and not trouble and name not in labels and name not in await _let_in(desk.office):
            return shown(desk, request, "missing.html", status=404)
        return shown(
            desk, request, "unit_revoke.html", status=status, name=name, label=labels.get(name, name),
            trouble=trouble, is_half=is_half,
        )  # fmt: skip

    return router


def _is_unit(name: str) -> bool:
    try:
        unit_name(name)
    except ValueError:
        return False
    return True


async def _let_in(office: Office) -> list[str]:
    return [name for name, trust in (await office.trusted()).items() if trust.until is not None]


async def _known(desk: Desk, office: Office) -> Known:
    by_hand = {str(unit.name) for unit in desk.config.units} - office.added()
    return Known(by_hand, await _let_in(office))


def _offered(desk: Desk) -> Sequence[tuple[str, str]]:
    """The queues that there are, by name and label: those of the configuration, then those the PBX named."""
    named = {str(queue.name): queue.label for queue in desk.config.queues}
    rung = {name: name for name in sorted(desk.live.office.queues) if name not in named}
    return list({**named, **rung}.items())[:MOST_QUEUES]


def _as_known(desk: Desk, name: str) -> Form:
    """The form filled in with what is known of a unit; empty for another."""
    unit = next((each for each in desk.config.units if each.name == name), None)
    if unit is None:
        return {}
    return {
        "name": unit.name, "label": unit.label, "line": unit.extension or "",
        **{f"{QUEUE}{queue.name}": "1" for queue in unit.queues},
    }  # fmt: skip
