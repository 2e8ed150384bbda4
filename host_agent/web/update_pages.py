"""The admin has one unit updated, and when that one is well, all others to the version it runs."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from broker.messages import Hello, Update
from broker.names import UnitName
from host_agent.core.presence import is_here
from host_agent.core.updates import Following, following
from host_agent.web.desk import Desk
from host_agent.web.shown import own_form, shown
from host_agent.web.visitor import person_of


def here(desk: Desk) -> dict[str, Hello]:
    """What each unit that is here said last."""
    now = desk.live.clock()
    return {
        name: presence.said
        for name, presence in desk.live.presences.items()
        if presence.said is not None and is_here(presence, now)
    }


def offered(desk: Desk, request: Request) -> Following | None:
    """What the page offers to have followed. Whoever asks must be somebody: an update is an admin's doing."""
    return following(here(desk)) if person_of(request) is not None else None


def routes(desk: Desk) -> APIRouter:
    """One, then all."""
    router = APIRouter()

    async def is_refused(request: Request) -> bool:
        return await own_form(request) is None or person_of(request) is None or desk.link is None

    @router.post("/units/{name}/update")
    async def update_one(request: Request, name: str) -> Response:
        if await is_refused(request) or desk.link is None:
            return shown(desk, request, "refused.html", status=403)
        said = here(desk).get(name)
        if said is None or not said.can_update:
            return shown(desk, request, "missing.html", status=404)
        desk.link.command(UnitName(name), Update())
        return RedirectResponse("/units?gedaan=updating", 303)

    @router.post("/units/update")
    async def update_all(request: Request) -> Response:
        if await is_refused(request) or desk.link is None:
            return shown(desk, request, "refused.html", status=403)
        found = following(here(desk))
        for name in found.units if found is not None else ():
            desk.link.command(UnitName(name), Update(version=found.version if found is not None else None))
        return RedirectResponse("/units?gedaan=updating", 303)

    return router
