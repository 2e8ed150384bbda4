"""A unit in a web page: the glass pixel for pixel, the sign, and a button that moves the mock pin of the real one.

Served on loopback by Starlette and uvicorn in a thread of its own. Needs the extra `demo`; both are imported when
the page is opened, so that a real unit never loads them.
"""

import asyncio
import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from gpiozero.pins.mock import MockFactory, MockPin
from PIL import Image

from device.errors import UnitFault
from device.profile import Profile

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

PAGE = Path(__file__).parent / "virtual_page"
LAMP_LOOK_S = 0.05
"""How often the lamp's pin is looked at while somebody watches: a mock output tells nobody that it changed."""
SETTLE_S = 0.012
"""A picture crosses the bus in several transfers; what comes within this time is shown as one."""
KEEP_ALIVE_S = 10.0
STARTS_WITHIN_S = 5.0
LOOPBACK_PAGES = ("http://127.0.0.1:*", "http://localhost:*")
MANY_STATES = 1000
MAX_BODY = 256
SHORTEST_PRESS_S = 0.06
"""No finger is quicker, and what is much shorter counts as a spike on the line; a mouse or a script can be."""


class _Bus(Protocol):
    def unplug(self) -> None: ...
    def replug(self, memory: bytes = b"") -> None: ...


class Glass(Protocol):
    """What is shown of a panel. `changed` is called, in any thread, after its memory changed."""

    changed: Callable[[], None]

    @property
    def contrast(self) -> int: ...
    @property
    def on(self) -> bool: ...
    @property
    def bus(self) -> _Bus: ...
    def picture(self) -> Image.Image: ...


class VirtualDesk:
    """A page at `http://127.0.0.1:port/` for as long as its `with` block lasts; raises UnitFault when it cannot open.

    `port` 0 takes any free one; `self.port` is the one in use. `frame_ancestors`: origins whose pages may frame it.
    """

    def __init__(
        self,
        port: int,
        profile: Profile,
        factory: MockFactory,
        glass: Glass,
        unit: str,
        *,
        frame_ancestors: tuple[str, ...] = LOOPBACK_PAGES,
    ) -> None:
        self.port = port
        self._profile = profile
        self._factory = factory
        self._glass = glass
        self._unit = unit
        self._frame_ancestors = frame_ancestors
        self._closed_at = 0.0
        self._plugged = True
        self._watchers: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        listener = self._listen()
        self._server = self._make_server()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(listener, ready), name="virtual desk", daemon=True)
        self._thread.start()
        if not ready.wait(STARTS_WITHIN_S):
            raise UnitFault(f"virtual desk: the page at port {self.port} did not start within {STARTS_WITHIN_S:.0f} s")
        self._glass.changed = self._picture_changed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._glass.changed = _nobody
        if self._loop is not None and self._stopping is not None and self._server is not None:
            self._server.should_exit = True
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join(STARTS_WITHIN_S)

    def _listen(self) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self.port))
        except OSError as error:
            listener.close()
            raise UnitFault(
                f"virtual desk: port {self.port} cannot be opened ({error.strerror}); try another"
            ) from None
        listener.listen()
        self.port = listener.getsockname()[1]
        return listener

    def _make_server(self) -> "uvicorn.Server":
        try:
            import uvicorn  # a real unit does not have it
        except ImportError:
            raise UnitFault("virtual desk: uvicorn is missing; install Belbord with the extra `demo`") from None
        config = uvicorn.Config(
            self._application(), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        return uvicorn.Server(config)

    def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        async def serve() -> None:
            assert self._server is not None
            self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
            ready.set()
            with listener:
                await self._server.serve(sockets=[listener])

        asyncio.run(serve())

    def _picture_changed(self) -> None:
        """From the screen's thread: let every watcher look again."""
        loop = self._loop
        if loop is not None and self._watchers and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for watcher in self._watchers:
            watcher.set()

    def _application(self) -> "Starlette":
        from starlette.applications import Starlette
        from starlette.middleware import Middleware
        from starlette.middleware.trustedhost import TrustedHostMiddleware
        from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
        from starlette.routing import Route

        def file(name: str) -> Callable[["Request"], Awaitable["Response"]]:
            async def send(_request: "Request") -> "Response":
                return FileResponse(PAGE / name, headers=self._headers())

            return send

        async def events(_request: "Request") -> "Response":
            return StreamingResponse(self._stream(), media_type="text/event-stream", headers=self._headers())

        async def act(request: "Request") -> "Response":
            # A page of another origin cannot send this type without asking first, and is never allowed.
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                return JSONResponse({"error": "send application/json"}, 415, self._headers())
            try:
                wish = await _wish(request)
            except ValueError as error:
                return JSONResponse({"error": str(error)}, 400, self._headers())
            if request.url.path == "/button":
                if not wish:
                    await asyncio.sleep(self._closed_at + SHORTEST_PRESS_S - time.monotonic())
                self._press(down=wish)
            else:
                self._plug(plugged=wish)
            return Response(status_code=204, headers=self._headers())

        return Starlette(
            routes=[
                Route("/", file("unit.html")),
                Route("/unit.css", file("unit.css")),
                Route("/unit.js", file("unit.js")),
                Route("/events", events),
                Route("/button", act, methods=["POST"]),
                Route("/panel", act, methods=["POST"]),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        )

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
        """The unit as it looks, whenever that changed."""
        assert self._stopping is not None
        wake = asyncio.Event()
        self._watchers.add(wake)
        last, idle_s = "", 0.0
        picture = self._glass.picture()
        try:
            while not self._stopping.is_set():
                if wake.is_set():
                    wake.clear()
                    picture = self._glass.picture()
                look = json.dumps(self._look(picture))
                if look != last:
                    yield f"data: {look}\n\n"
                    last, idle_s = look, 0.0
                elif idle_s >= KEEP_ALIVE_S:
                    yield ": still here\n\n"
                    idle_s = 0.0
                try:
                    await asyncio.wait_for(wake.wait(), LAMP_LOOK_S)
                    await asyncio.sleep(SETTLE_S)
                except TimeoutError:
                    idle_s += LAMP_LOOK_S
        finally:
            self._watchers.discard(wake)
            if not self._watchers:
                self._press(down=False)  # a page that closes lets the button go

    def _look(self, picture: Image.Image) -> dict[str, Any]:
        """Everything the page draws. `bits`: rows from the top, eight pixels a byte, the leftmost in the top bit."""
        bits = picture.tobytes()
        return {
            "unit": self._unit,
            "width": picture.width,
            "height": picture.height,
            "bits": base64.b64encode(bits).decode(),
            "frame": hashlib.sha256(bits).hexdigest()[:12],
            "on": self._glass.on,
            "contrast": self._glass.contrast,
            "lamp": self._lamp(),
            "down": not self._pin(self._profile.pins.button).state,
            "plugged": self._plugged,
        }

    def _pin(self, number: int) -> MockPin:
        pin: MockPin = self._factory.pin(number)
        if len(pin.states) > MANY_STATES:
            pin.clear_states()  # the mock keeps a history of every change
        return pin

    def _lamp(self) -> float:
        pins = self._profile.pins
        level = float(self._pin(pins.sign).state or 0.0)
        return level if pins.sign_active_high else 1.0 - level

    def _press(self, *, down: bool) -> None:
        """The contact closes to ground."""
        pin = self._pin(self._profile.pins.button)
        if down:
            self._closed_at = time.monotonic()
            pin.drive_low()
        else:
            pin.drive_high()

    def _plug(self, *, plugged: bool) -> None:
        """Pull the panel's plug, or put it back: its memory then holds what it happens to hold."""
        self._plugged = plugged
        if plugged:
            self._glass.bus.replug(b"\x5a\x00\xa5\x3c")
        else:
            self._glass.bus.unplug()
        self._wake()


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


def _nobody() -> None:
    pass
