"""The demo's own page: it frames the unit and the inbox, and passes the switchboard's wishes on."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from demo.settings import Ports
from demo.switchboard import NoAnswer, ask, listen

STATIC = Path(__file__).parent / "static"
MAX_BODY = 4096
_ACTION = re.compile(r"[a-z_]{1,32}")


def application(ports: Ports, stopping: asyncio.Event) -> Starlette:
    """The page at `/`. Streams end when `stopping` is set."""
    headers = _headers(ports)

    def file(name: str) -> Route:
        async def send(_request: Request) -> Response:
            return FileResponse(STATIC / name, headers=headers)

        return Route("/" if name == "demo.html" else f"/{name}", send)

    async def places(_request: Request) -> Response:
        return JSONResponse({"unit": ports.unit, "inbox": ports.inbox}, headers=headers)

    async def act(request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"error": "send application/json"}, 415, headers)
        name = request.path_params["name"]
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MAX_BODY:
                return JSONResponse({"error": f"more than {MAX_BODY} bytes"}, 400, headers)
        if not _ACTION.fullmatch(name):
            return JSONResponse({"error": "no such action"}, 404, headers)
        try:
            answer = await ask(ports.control, "POST", f"/actions/{name}", body)
        except NoAnswer:
            return JSONResponse({"error": "the simulated PBX does not answer"}, 502, headers)
        return Response(answer.body, answer.status, headers, "application/json")

    async def events(_request: Request) -> Response:
        return StreamingResponse(_relayed(ports.control, stopping), media_type="text/event-stream", headers=headers)

    return Starlette(
        routes=[
            *(file(name) for name in ("demo.html", "demo.css", "demo.js", "words.js")),
            Route("/places", places),
            Route("/switchboard", events),
            Route("/switchboard/{name}", act, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def _headers(ports: Ports) -> dict[str, str]:
    framed = " ".join(
        f"http://{host}:{port}" for host in ("127.0.0.1", "localhost") for port in (ports.unit, ports.inbox)
    )
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            f"frame-src {framed}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


async def _relayed(port: int, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    """The PBX's stream of states, until the demo stops or the browser leaves."""
    try:
        reader, writer = await listen(port, "/events")
    except NoAnswer:
        return
    stop = asyncio.create_task(stopping.wait())
    piece = asyncio.create_task(reader.read(65536))
    try:
        while True:
            await asyncio.wait({piece, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not piece.done() or piece.exception() or not piece.result():
                return
            yield piece.result()
            piece = asyncio.create_task(reader.read(65536))
    finally:
        # Nothing is awaited here: a browser that leaves cancels every wait.
        piece.cancel()
        stop.cancel()
        writer.close()
