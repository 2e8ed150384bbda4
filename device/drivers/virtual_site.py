"""What the page of a virtual unit asks of its server, and what it may: routes, headers and the stream of looks."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from device.drivers.virtual_board import VirtualBoard

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

PAGE = Path(__file__).parent / "virtual_page"
SETTLE_S = 0.012
"""A picture crosses the bus in several transfers; what comes within this time is shown as one."""
KEEP_ALIVE_S = 10.0
MAX_BODY = 256
SHORTEST_PRESS_S = 0.06
"""No finger is quicker, and what is much shorter counts as a spike on the line; a mouse or a script can be."""


class Site:
    """The routes of one unit's page. `wake` and `stop` are called in the event loop that serves it."""

    def __init__(self, board: VirtualBoard, unit: str, frame_ancestors: tuple[str, ...]) -> None:
        self._board = board
        self._unit = unit
        self._frame_ancestors = frame_ancestors
        self._closed_at = 0.0
        self._stopping = False
        self._watchers: set[asyncio.Event] = set()

    def wake(self) -> None:
        """Let every watcher look again."""
        for watcher in self._watchers:
            watcher.set()

    def stop(self) -> None:
        """End every stream."""
        self._stopping = True
        self.wake()

    def application(self) -> "Starlette":
        """The routes, for loopback alone."""
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.responses import FileResponse, StreamingResponse
        from starlette.routing import Route

        def file(name: str) -> Callable[["Request"], Awaitable["Response"]]:
            async def send(_request: "Request") -> "Response":
                return FileResponse(PAGE / name, headers=self._headers())

            return send

        async def events(_request: "Request") -> "Response":
            return StreamingResponse(self._stream(), media_type="text/event-stream", headers=self._headers())

        return Starlette(
            routes=[
                Route("/", file("unit.html")),
                *(
                    Route(f"/{name}", file(name))
                    for name in ("unit.css", "sign.css", "unit.js", "words.js", "sound.js")
                ),
                Route("/events", events),
                Route("/button", self._act, methods=["POST"]),
                Route("/panel", self._act, methods=["POST"]),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        )

    async def _act(self, request: "Request") -> "Response":
        from starlette.responses import JSONResponse, Response

        # A page of another origin cannot send this type without asking first, and is never allowed.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"error": "send application/json"}, 415, self._headers())
        try:
            wish = await _wish(request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400, self._headers())
        if request.url.path == "/panel":
            self._board.plug(plugged=wish)
        elif wish:
            self._closed_at = time.monotonic()
            self._board.press(down=True)
        else:
            await asyncio.sleep(self._closed_at + SHORTEST_PRESS_S - time.monotonic())
            self._board.press(down=False)
        return Response(status_code=204, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        ancestors = " ".join(self._frame_ancestors) or "'none'"
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
            f"form-action 'none'; frame-ancestors {ancestors}"
        )
        return {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }

    async def _stream(self) -> AsyncIterator[str]:
        """The unit as it looks, whenever that changed, and each tone of its buzzer as an event called `tone`."""
        wake = asyncio.Event()
        self._watchers.add(wake)
        last, heard = "", self._board.last_tone
        try:
            while not self._stopping:
                wake.clear()
                look = json.dumps({"unit": self._unit, **self._board.look()})
                if look != last:
                    yield f"data: {look}\n\n"
                    last = look
                for number, at, hertz, duty in self._board.tones(heard):
                    yield f"event: tone\ndata: {json.dumps({'at': at, 'hertz': hertz, 'duty': duty})}\n\n"
                    heard = number
                try:
                    await asyncio.wait_for(wake.wait(), KEEP_ALIVE_S)
                    await asyncio.sleep(SETTLE_S)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._watchers.discard(wake)
            if not self._watchers:
                self._board.press(down=False)  # a page that closes lets the button go


async def _wish(request: "Request") -> bool:
    """The one boolean that a request holds; raises ValueError."""
    received = b""
    async for part in request.stream():
        received += part
        if len(received) > MAX_BODY:
            raise ValueError(f"more than {MAX_BODY} bytes")
    body = json.loads(received)
    wish = body.get("down", body.get("plugged")) if isinstance(body, dict) else None
    if not isinstance(wish, bool):
        raise ValueError("send down or plugged as true or false")  # noqa: TRY004  # one kind of fault for one answer
    return wish
