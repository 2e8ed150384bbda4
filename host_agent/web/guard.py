"""What every request must pass and every answer carries, before any page sees it.

Against DNS rebinding: only known Host names. Against forged forms: a POST comes from our own page, by Sec-Fetch-Site
or else Origin (H13), and carries the form token (see `token`). Against leaks: strict headers, nothing stored.
"""

import logging
import traceback
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

MOST_BODY = 20_000
"""Bytes. The largest form is a note with every field full."""
API = "/api/v1/"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware around the pages. `hosts` are the names, without port, by which they may be asked for."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str], frame_ancestors: Sequence[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = answer_headers(frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refusal = refused(scope["method"], headers, self._hosts, is_form=not scope["path"].startswith(API))
        if refusal is not None:
            await PlainTextResponse(refusal[1] + "\n", status_code=refusal[0])(scope, receive, send)
            return
        taken, begun = 0, False

        async def measured() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BODY:
                raise HTTPException(413, "too large")
            return message

        async def sealed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                answer = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    answer[name] = value
                if not scope["path"].startswith("/static/"):
                    answer["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, measured, sealed)
        except Exception as fault:
            # Where and what kind; not the text or the trace, which can hold a caller (K2).
            log.error("a page failed: %s", place(fault))  # noqa: TRY400
            if not begun:
                await PlainTextResponse("Belbord: fault\n", status_code=500)(scope, receive, sealed)


def refused(method: str, headers: Headers, hosts: frozenset[str], *, is_form: bool = True) -> tuple[int, str] | None:
    """The status and reason with which a request is turned away, None when it may pass.

    `is_form`: it may come from a page, with the cookies of whoever has it open; the JSON API takes no cookies.
    """
    host = headers.get("host", "")
    if len(headers.getlist("host")) != 1 or host_name(host) not in hosts:
        return 421, "not a name of this host (web.allowed_hosts)"
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY:
        return 413, "too large"
    if method in _SAFE or not is_form:
        return None
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None and site != "same-origin":
        return 403, "a form of another site"
    if origin is None and site is None:
        return 403, "a form that does not say where it comes from"
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return 403, "a form of another origin"
    return None


def place(fault: BaseException) -> str:
    """The kind of a fault and the line of code where it arose."""
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{type(fault).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"


def host_name(host: str) -> str:
    """The name in a Host header, without its port and in lower case."""
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return name.lower()


def answer_headers(frame_ancestors: Sequence[str]) -> dict[str, str]:
    """The headers of every answer."""
    frames = " ".join(frame_ancestors) or "'none'"
    headers = {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
    if not frame_ancestors:
        headers["X-Frame-Options"] = "DENY"
    return headers
