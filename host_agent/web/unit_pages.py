"""The page of units: how each of them is, for whoever must find out why one is silent."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from host_agent.web.desk import Desk
from host_agent.web.shown import shown
from host_agent.web.unit_cards import cards


def routes(desk: Desk) -> APIRouter:
    """The one page."""
    router = APIRouter()

    @router.get("/units")
    async def units(request: Request) -> Response:
        found = cards(desk.config, desk.live.presences, desk.live.clock())
        return shown(desk, request, "units.html", cards=found)

    return router
