"""Who asks: the session in a cookie, or what a named proxy vouches for. Before any page sees the request."""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from host_agent.config import Web
from host_agent.core.rights import Person
from host_agent.core.sessions import ABSOLUTE_S
from host_agent.errors import StoreFault
from host_agent.people import People

_PLAIN, _SECURE = "belbord_session", "__Host-belbord_session"


class Visitor:
    """ASGI middleware that puts `person` and `has_accounts` in the request's state."""

    def __init__(self, app: ASGIApp, web: Web, people: People) -> None:
        self._app = app
        self._web = web
        self._people = people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state["has_accounts"] = self._web.has_accounts
            state["person"] = None
            if self._web.has_accounts and not scope["path"].startswith("/static/"):
                try:
                    state["person"] = await self._person(Request(scope))
                except StoreFault:
                    # Nobody gets in while accounts cannot be read, and the page that says so is for everybody.
                    state["store_fails"] = True
        await self._app(scope, receive, send)

    async def _person(self, request: Request) -> Person | None:
        vouched = vouched_for(self._web, request)
        if vouched is not None:
            return await self._people.named_by_proxy(vouched)
        word = session_of(self._web, request)
        return await self._people.signed_in(word) if word else None


def vouched_for(web: Web, request: Request) -> str | None:
    """The login that a named proxy says; None when it says none, twice, or comes from elsewhere."""
    if web.trusted_header is None or request.client is None or request.client.host not in web.trusted_proxies:
        return None
    said = Headers(scope=request.scope).getlist(web.trusted_header)
    return said[0].strip() or None if len(said) == 1 else None


def address_of(web: Web, request: Request) -> str:
    """The address a browser comes from; behind a named proxy, what that adds last to X-Forwarded-For."""
    peer = request.client.host if request.client is not None else ""
    told = request.headers.get("x-forwarded-for", "") if peer in web.trusted_proxies else ""
    return told.rpartition(",")[2].strip() or peer


def person_of(request: Request) -> Person | None:
    """Who signed in."""
    person: Person | None = request.scope.get("state", {}).get("person")
    return person


def session_of(web: Web, request: Request) -> str:
    """The session's secret as the browser sends it, empty when it has none."""
    return request.cookies.get(_SECURE if web.is_https else _PLAIN, "")


def keep_session(web: Web, answer: Response, secret: str) -> None:
    """Give the browser its session. With __Host- it takes none that another host of the site set (RFC 6265bis)."""
    answer.set_cookie(
        _SECURE if web.is_https else _PLAIN,
        secret,
        max_age=int(ABSOLUTE_S),
        path="/",
        httponly=True,
        samesite="strict",
        secure=web.is_https,
    )


def drop_session(web: Web, answer: Response) -> None:
    """Take the session from the browser."""
    name = _SECURE if web.is_https else _PLAIN
    answer.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=web.is_https)
