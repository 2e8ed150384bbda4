"""The enrolment port: HTTPS with the office's own certificate, open only while a unit is expected."""

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broker.enrolment import MOST_BYTES, PATH, Application, Invitation, Refused
from host_agent.office.authority import der_of
from host_agent.office.deeds import Done, MakeGrant, accept
from host_agent.office.folder import OfficeFolder

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 16
LET_GO_S = 2


class Reception:
    """Hears units that want to enrol. `on_done` is told of each application."""

    def __init__(
        self,
        folder: OfficeFolder,
        listen: tuple[str, int],
        make_grant: MakeGrant,
        clock: Callable[[], float],
        on_done: Callable[[Done], None],
    ) -> None:
        self._folder = folder
        self._listen = listen
        self._make_grant = make_grant
        self._clock = clock
        self._on_done = on_done
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._certificate = b""

    @property
    def is_open(self) -> bool:
        """Whether the port is open."""
        return self._serving is not None

    async def open(self) -> None:
        """Open the port, unless it is open."""
        if self._serving is not None and not self._serving.done():
            return
        try:
            listener = _bound(self._listen)
        except OSError as fault:
            log.warning("provisioning.listen %s:%d: %s; no unit can enrol", *self._listen, fault.strerror)
            return
        place = self._folder.server_certificate
        self._certificate = der_of(place.read_bytes())
        application = Starlette(routes=[Route(PATH, self._invite), Route(PATH, self._apply, methods=["POST"])])
        self._server = _Server(
            uvicorn.Config(
                application,
                ssl_certfile=str(place),
                ssl_keyfile=str(place),
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                ws="none",
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=LET_GO_S,
            )
        )
        self._serving = asyncio.create_task(self._serve(listener), name="enrolment")
        log.info("enrolment is open on %s:%d", *self._listen)

    async def close(self) -> None:
        """Close the port, unless it is closed."""
        if self._serving is None or self._server is None:
            return
        self._server.should_exit = True
        await self._serving
        self._serving = None
        log.info("enrolment is closed")

    async def _serve(self, listener: socket.socket) -> None:
        with listener:
            if self._server is not None:
                await self._server.serve([listener])

    async def _invite(self, _: Request) -> Response:
        return _json(Invitation(salt=self._folder.salt().hex()))

    async def _apply(self, request: Request) -> Response:
        try:
            application = msgspec.json.decode(await _body(request), type=Application)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
            return _json(Refused(reason="request"), 400)
        done = await asyncio.to_thread(
            accept, self._folder, application, self._certificate, self._make_grant, self._clock()
        )
        log.info("%s", done.told)
        self._on_done(done)
        return _json(done.answer, 403 if isinstance(done.answer, Refused) else 200)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGTERM and SIGINT to the composition root."""
        yield


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise ValueError("too long")
    return body


def _bound(listen: tuple[str, int]) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in listen[0] else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(listen)
    except OSError:
        listener.close()
        raise
    return listener


def _json(message: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(message), status, media_type="application/json")
