"""The page of units: how each of them is, for whoever must find out why one is silent; an admin lets units in here."""

from collections.abc import Collection, Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from broker.names import NAME_LIMIT, clean
from host_agent.core.enrolment import Trust
from host_agent.errors import HostFault
from host_agent.web.desk import Desk
from host_agent.web.provisioning_pages import not_here
from host_agent.web.reader import reader
from host_agent.web.shown import shown
from host_agent.web.unit_cards import cards
from host_agent.web.update_pages import offered
from host_agent.web.visitor import person_of

DONE = ("out", "revoked", "updating")


def routes(desk: Desk) -> APIRouter:
    """The one page."""
    router = APIRouter()

    @router.get("/units")
    async def units(request: Request) -> Response:
        why_not = not_here(desk, request)
        is_admin = reader(request, desk.config.language).may("units")
        lets_in = why_not is None and is_admin
        trust: Mapping[str, Trust] = {}
        added: Collection[str] = ()
        trouble = ""
        if lets_in and desk.office is not None:
            added = desk.office.added()
            try:
                trust = await desk.office.trusted()
            except HostFault as fault:
                trouble = str(fault)
        said = request.query_params.get("gedaan")
        return shown(
            desk, request, "units.html",
            cards=cards(desk.config, desk.live.presences, desk.live.clock()), why_not=why_not, lets_in=lets_in,
            trust=trust, added=added, trouble=trouble, said=said if said in DONE else None,
            updates=is_admin and person_of(request) is not None, following=offered(desk, request),
            said_of=clean(request.query_params.get("toestel", ""), NAME_LIMIT),
        )  # fmt: skip

    return router
