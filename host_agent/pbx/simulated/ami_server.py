"""The simulated PBX on TCP: asyncio streams in, `session` decides, bytes out."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from host_agent.pbx.simulated.packets import Live, encode_live
from host_agent.pbx.simulated.pbx import BOOT_S, SimulatedPbx
from host_agent.pbx.simulated.session import BANNER, MAX_REQUEST, Session, fully_booted, parse_request, respond, wanted

MAX_UNREAD = 1_000_000
"""Bytes that a client may leave unread before it is dropped."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Client:
    session: Session
    writer: asyncio.StreamWriter

    def send(self, message: bytes) -> None:
        if self.writer.is_closing():
            return
        if self.writer.transport.get_write_buffer_size() > MAX_UNREAD:
            log.warning("a client does not read: dropped")
            self.writer.transport.abort()
            return
        self.writer.write(message)


@dataclass(eq=False)
class AmiServer:
    """Listens on loopback for `pbx`. `port` 0 takes any free one; afterwards it is the port in use."""

    pbx: SimulatedPbx
    username: str
    secret: str
    port: int = 0
    _server: asyncio.Server | None = None
    _clients: set[_Client] = field(default_factory=set)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["AmiServer"]:
        """Open the port until the block ends."""
        self.pbx.listeners.append(self._tell)
        await self._open()
        try:
            yield self
        finally:
            self.pbx.listeners.remove(self._tell)
            for task in self._tasks:
                task.cancel()
            await self._close()

    async def away(self, *, restart: bool = False) -> None:
        """Go off the network. `restart`: the PBX ends every call first and says so."""
        if self.pbx.link != "up":
            return
        if restart:
            self.pbx.restart()
        self.pbx.set_link("away")
        await self._close()

    async def back(self, *, restarted: bool = False) -> None:
        """Come back; after a restart logins are taken some time before the PBX knows its queues."""
        if self.pbx.link != "away":
            return
        self.pbx.set_link("starting" if restarted else "up")
        await self._open()
        if restarted:
            task = asyncio.create_task(self._boot())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _boot(self) -> None:
        await asyncio.sleep(BOOT_S)
        self.pbx.set_link("up")
        for client in list(self._clients):
            if client.session.logged_in:
                client.send(fully_booted(self.pbx.moment()))

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=MAX_REQUEST)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for client in list(self._clients):
            client.writer.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), 2)
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Small messages at odd moments: without this each waits for the acknowledgement of the one before.
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = _Client(Session(self.username, self.secret), writer)
        self._clients.add(client)
        client.send(BANNER)
        try:
            await self._converse(client, reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.LimitOverrunError:
            log.warning("an action of more than %d bytes: connection closed", MAX_REQUEST)
        finally:
            self._clients.discard(client)
            writer.close()

    async def _converse(self, client: _Client, reader: asyncio.StreamReader) -> None:
        while True:
            block = await _request(reader)
            answer = respond(client.session, parse_request(block), self.pbx.moment())
            await asyncio.sleep(answer.delay_s)
            client.session = answer.session
            client.send(answer.sent)
            if answer.perform is not None:
                self.pbx.perform(answer.perform)
            if answer.close:
                return

    def _tell(self, told: tuple[Live, ...]) -> None:
        for client in list(self._clients):
            message = b"".join(encode_live(live) for live in told if wanted(client.session, live))
            if message:
                client.send(message)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The lines up to an empty one; raises IncompleteReadError at the end of the stream."""
    lines: list[bytes] = []
    size = 0
    while True:
        line = (await reader.readuntil(b"\n")).rstrip(b"\r\n")
        size += len(line)
        if size > MAX_REQUEST:
            raise asyncio.LimitOverrunError("too long", size)
        if line:
            lines.append(line)
        elif lines:
            return b"\n".join(lines)
