"""A unit in a web page: each glass pixel for pixel, the sign, the buzzer, and a button that moves the real one's pin.

Served on loopback by Starlette and uvicorn in a thread of its own. Needs the extra `demo`; both are imported when
the page is opened, so that a real unit never loads them.
"""

import asyncio
import socket
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from device.drivers.virtual_board import Glass, Pins, VirtualBoard
from device.drivers.virtual_site import Site
from device.errors import UnitFault
from device.profile import Profile

if TYPE_CHECKING:
    import uvicorn

STARTS_WITHIN_S = 5.0
LOOPBACK_PAGES = ("http://127.0.0.1:*", "http://localhost:*")


class VirtualDesk:
    """A page at `http://127.0.0.1:port/` for as long as its `with` block lasts; raises UnitFault when it cannot open.

    `port` 0 takes any free one; `self.port` is the one in use. `counter`: the glass for colleagues, where the board
    has one. `frame_ancestors`: origins whose pages may frame it.
    """

    def __init__(
        self,
        port: int,
        profile: Profile,
        pins: Pins,
        glass: Glass,
        unit: str,
        *,
        counter: Glass | None = None,
        frame_ancestors: tuple[str, ...] = LOOPBACK_PAGES,
    ) -> None:
        self.port = port
        self._board = VirtualBoard(profile, pins, glass, counter)
        self._site = Site(self._board, unit, frame_ancestors)
        self._loop: asyncio.AbstractEventLoop | None = None
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
        self._board.changed = self._board_changed
        self._board.attach()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._board.detach()
        if self._loop is not None and self._server is not None:
            self._server.should_exit = True
            self._loop.call_soon_threadsafe(self._site.stop)
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
            self._site.application(), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        return uvicorn.Server(config)

    def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        async def serve() -> None:
            assert self._server is not None
            self._loop = asyncio.get_running_loop()
            ready.set()
            with listener:
                await self._server.serve(sockets=[listener])

        asyncio.run(serve())

    def _board_changed(self) -> None:
        """From any of the unit's threads."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._site.wake)
