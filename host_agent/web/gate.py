"""The gate before every route: what `core/rights` says of the route and of who asks. Nothing is allowed in passing."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from host_agent.core.rights import home, may, may_open, right_of
from host_agent.errors import StoreFault
from host_agent.web.desk import Desk
from host_agent.web.listing import names_of
from host_agent.web.shown import shown
from host_agent.web.visitor import person_of


class TurnedAway(Exception):  # noqa: N818  # says what happened
    """Whoever asks may not do this, or nobody signed in."""


def gate(desk: Desk) -> Callable[[Request], Awaitable[None]]:
    """A dependency of every route; it raises TurnedAway."""

    async def pass_or_turn_away(request: Request) -> None:
        if not desk.config.web.has_accounts:
            return
        right, person = right_of(request.method, request.scope["route"].path), person_of(request)
        if not may(person.role if person else None, right):
            if request.scope["state"].get("store_fails"):
                raise StoreFault("store: accounts cannot be read")
            raise TurnedAway
        if right == "one_note" and person is not None and not may(person.role, "all_notes"):
            found = await desk.inbox.find(request.path_params["note_id"])
            if found is not None and not may_open(person, names_of(desk, person.name), found[0]):
                raise TurnedAway

    return pass_or_turn_away


def turned_away(desk: Desk, request: Request) -> Response:
    """To the sign-in page, or home, or a page that says that this is not for them."""
    person, path = person_of(request), request.url.path
    if person is None and path == "/live":
        # 204 tells an EventSource not to come back (HTML, 9.2.3).
        return Response(status_code=204)
    if person is None:
        return RedirectResponse(f"/login?verder={quote(path)}" if request.method == "GET" else "/login?verlopen=1", 303)
    if path == "/":
        return RedirectResponse(home(person.role), 303)
    return shown(desk, request, "forbidden.html", status=403)
