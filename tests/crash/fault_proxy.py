"""A TCP proxy on loopback that does to its connections what bad networks do. Faults come and go while it runs."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.crash.fault_line import WELL, Fault, Line, Way, sent
from tests.crash.ports import steady_port

AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that ends a connection with a reset."""
BUFFER = 65_536


class FaultProxies:
    """All proxies of a test, on one event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._proxies: list[FaultProxy] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        for proxy in self._proxies:
            proxy.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def to(self, port: int) -> "FaultProxy":
        """A new one before `port`."""
        proxy = FaultProxy(port, self._loop)
        asyncio.run_coroutine_threadsafe(proxy.open(), self._loop).result(10)
        self._proxies.append(proxy)
        return proxy


class FaultProxy:
    """Passes connections on to `target`, through the fault of the moment."""

    def __init__(self, target: int, loop: asyncio.AbstractEventLoop) -> None:
        self.target = target
        self.port = steady_port()
        self._loop = loop
        self._fault = WELL
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._sockets: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)

    def suffer(self, fault: Fault) -> None:
        """From now on this is what is wrong; thread-safe."""
        asyncio.run_coroutine_threadsafe(self._suffer(fault), self._loop).result(10)

    async def _suffer(self, fault: Fault) -> None:
        self._fault = fault
        self._changed.set()
        self._changed = asyncio.Event()
        if fault.cut:
            self.close()
        elif self._server is None:
            await self.open()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._sockets:
            with suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()
        self._sockets.clear()

    async def _pass_on(self, caller_reads: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        writers = [caller]
        try:
            callee_reads, callee = await asyncio.open_connection("127.0.0.1", self.target)
            writers.append(callee)
            for writer in writers:
                writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets |= set(writers)
            ways = (self._carry("up", caller_reads, callee), self._carry("down", callee_reads, caller))
            ends = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        except OSError:
            pass
        finally:
            self._sockets -= set(writers)
            for writer in writers:
                writer.transport.abort()

    async def _carry(self, way: Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        line = Line()
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = asyncio.ensure_future(self._deliver(way, pieces, sink))
        try:
            while not delivery.done():
                await self._while_held(way)
                chunk = await source.read(BUFFER)
                if not chunk:
                    await self._while_held(way)
                    return
                line, arriving = sent(line, self._fault, chunk, self._loop.time())
                for piece in arriving:
                    pieces.put_nowait(piece)
        except OSError:
            return
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    async def _deliver(
        self, way: Way, pieces: "asyncio.Queue[tuple[float, bytes]]", sink: asyncio.StreamWriter
    ) -> None:
        while True:
            at, piece = await pieces.get()
            await asyncio.sleep(at - self._loop.time())
            await self._while_held(way)
            sink.write(piece)
            await sink.drain()

    async def _while_held(self, way: Way) -> None:
        while way in self._fault.held:
            await self._changed.wait()
