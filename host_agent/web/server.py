"""Serving the pages with uvicorn, as one task among others in our event loop."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from host_agent.config import Web
from host_agent.errors import PortTaken

LET_GO_S = 2
MOST_CONNECTIONS = 200


@contextmanager
def listening(web: Web) -> Iterator[socket.socket]:
    """A socket bound where the configuration says; raises PortTaken."""
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((web.host, web.port))
        except OSError as fault:
            raise PortTaken(f"web.listen {web.host}:{web.port}: {fault.strerror}; name another port") from None
        yield listener


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say when requests are answered."""
        await super().startup(sockets)
        self.answers.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGTERM and SIGINT to the composition root."""
        yield


class Pages:
    """The web server. `let_go` is called at the end, so that live streams end."""

    def __init__(self, application: Any, listener: socket.socket, let_go: Callable[[], None]) -> None:
        self._listener = listener
        self._let_go = let_go
        self._server = _Server(
            uvicorn.Config(
                application,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                ws="none",
                limit_concurrency=MOST_CONNECTIONS,
                timeout_graceful_shutdown=LET_GO_S,
            )
        )

    async def run(self) -> None:
        """Serve until `stop`."""
        await self._server.serve([self._listener])

    async def started(self) -> None:
        """Return once requests are answered."""
        await self._server.answers.wait()

    def stop(self) -> None:
        """Make `run` finish what is being answered and return."""
        self._let_go()
        self._server.should_exit = True
