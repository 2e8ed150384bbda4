"""The switchboard's small JSON interface on loopback: read the office, watch it, make things happen."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated.ami_server import AmiServer
from host_agent.pbx.simulated.busy import busy_morning
from host_agent.pbx.simulated.facts import Temper
from host_agent.pbx.simulated.pbx import SimulatedPbx
from host_agent.pbx.simulated.people import Person, somebody
from host_agent.pbx.simulated.view import view

MAX_BODY = 4096
KEEP_ALIVE_S = 10.0
Reader = Callable[[dict[str, Any]], do.Action]


class Switchboard:
    """Turns requests into actions of one PBX, and runs the busy morning."""

    def __init__(self, pbx: SimulatedPbx, server: AmiServer, rng: random.Random) -> None:
        self._pbx = pbx
        self._server = server
        self._rng = rng
        self._morning: asyncio.Task[None] | None = None
        self._restart = False

    def state(self) -> dict[str, Any]:
        busy = self._morning is not None and not self._morning.done()
        return view(self._pbx.office, self._pbx.now(), link=self._pbx.link, busy=busy)

    async def perform(self, name: str, body: dict[str, Any]) -> bool | None:
        """Do what `name` says; None when there is no such action, False when it does not fit the moment."""
        match name:
            case "busy_morning":
                self._start_morning()
                return True
            case "calm":
                return await self._calm()
            case "pbx_away":
                self._restart = bool(body.get("restart"))
                await self._server.away(restart=self._restart)
                return True
            case "pbx_back":
                await self._server.back(restarted=self._restart)
                return True
        reader = self._readers().get(name)
        return None if reader is None else self._pbx.perform(reader(body))

    def _readers(self) -> dict[str, Reader]:
        return {
            "ring": self._caller_rings,
            "answer": lambda body: do.Answer(_extension(body)),
            "hang_up": lambda body: do.HangUp(_extension(body)),
            "hold": lambda body: do.Hold(_extension(body), held=True),
            "resume": lambda body: do.Hold(_extension(body), held=False),
            "transfer": lambda body: do.Transfer(_extension(body), str(body.get("to"))),
            "abandon": lambda body: do.CallerHangsUp(str(body.get("call"))),
            "pause": lambda body: do.Pause(_extension(body), bool(body.get("paused", True)), "Lunch"),
        }

    def _caller_rings(self, body: dict[str, Any]) -> do.Action:
        person = Person(str(body["number"]), str(body.get("name", ""))) if "number" in body else somebody(self._rng)
        patience = float(body.get("patience_s", 600))
        return do.CallerRings(
            person, str(body.get("queue", "receptie")), Temper(gives_up_at=self._pbx.now() + patience)
        )

    def _start_morning(self) -> None:
        if self._morning is None or self._morning.done():
            self._morning = asyncio.create_task(self._live_through())

    async def _live_through(self) -> None:
        started = self._pbx.now()
        for planned in busy_morning(self._rng, started):
            await asyncio.sleep(max(0.0, started + planned.after_s - self._pbx.now()))
            self._pbx.perform(planned.action)

    async def _calm(self) -> bool:
        """No more arrivals; those who wait give up, and the second telephonist goes back to lunch."""
        if self._morning is not None:
            self._morning.cancel()
            await asyncio.gather(self._morning, return_exceptions=True)
            self._morning = None
        for waiting in self._pbx.office.waiting:
            self._pbx.perform(do.CallerHangsUp(waiting.call))
        self._pbx.perform(do.Pause("101", paused=True, reason="Lunch"))
        return True


def application(pbx: SimulatedPbx, board: Switchboard, stopping: asyncio.Event) -> Starlette:
    """The web application. Streams end when `stopping` is set."""

    async def state(_request: Request) -> Response:
        return JSONResponse(board.state())

    async def events(_request: Request) -> Response:
        return StreamingResponse(_stream(pbx, board, stopping), media_type="text/event-stream",
                                 headers={"Cache-Control": "no-store"})  # fmt: skip

    async def act(request: Request) -> Response:
        # A page of another origin cannot send this type without asking first, and is never allowed.
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return JSONResponse({"error": "send application/json"}, 415)
        try:
            body = await _body(request)
            done = await board.perform(request.path_params["name"], body)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)[:200]}, 400)
        if done is None:
            return JSONResponse({"error": "no such action"}, 404)
        return JSONResponse({"done": done, "state": board.state()})

    return Starlette(
        routes=[
            Route("/state", state),
            Route("/events", events),
            Route("/actions/{name}", act, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


async def _body(request: Request) -> dict[str, Any]:
    received = b""
    async for part in request.stream():
        received += part
        if len(received) > MAX_BODY:
            raise ValueError(f"more than {MAX_BODY} bytes")
    body = json.loads(received or b"{}")
    if not isinstance(body, dict):
        raise ValueError("send a JSON object")  # noqa: TRY004  # one kind of fault for one answer
    return body


def _extension(body: dict[str, Any]) -> str:
    if "extension" not in body:
        raise ValueError("extension is missing")
    return str(body["extension"])


async def _stream(pbx: SimulatedPbx, board: Switchboard, stopping: asyncio.Event) -> AsyncIterator[str]:
    """The whole state after every change, newest only; a comment now and then keeps the line open."""
    changed = asyncio.Event()
    pbx.watchers.append(changed.set)
    stop = asyncio.create_task(stopping.wait())
    news: asyncio.Task[object] = stop
    try:
        while not stopping.is_set():
            changed.clear()
            yield f"data: {json.dumps(board.state(), ensure_ascii=False)}\n\n"
            news = asyncio.create_task(changed.wait())
            await asyncio.wait({news, stop}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
            if not news.done():
                news.cancel()
                yield ": still here\n\n"
    finally:
        pbx.watchers.remove(changed.set)
        news.cancel()
        stop.cancel()
