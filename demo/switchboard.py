"""The simulated PBX's control interface, as the demo reaches it: HTTP/1.0 over asyncio streams, nothing more."""

import asyncio
from dataclasses import dataclass

TIMEOUT_S = 5.0
MAX_ANSWER = 1_000_000


class NoAnswer(RuntimeError):  # noqa: N818  # says what happened
    """The program does not answer on its port."""


@dataclass(frozen=True)
class Answer:
    """Status code and body."""

    status: int
    body: bytes


async def ask(port: int, method: str, path: str, body: bytes = b"") -> Answer:
    """One request to a loopback port; raises NoAnswer."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await _sent(port, method, path, body)
            try:
                status = await _head(reader)
                return Answer(status, await reader.read(MAX_ANSWER))
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError, asyncio.LimitOverrunError) as error:
        raise NoAnswer(f"port {port}: {error or type(error).__name__}") from None


async def listen(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An endless answer: read its body from the reader, close the writer to end it; raises NoAnswer."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await _sent(port, "GET", path, b"")
            await _head(reader)
    except (OSError, TimeoutError, ValueError) as error:
        raise NoAnswer(f"port {port}: {error or type(error).__name__}") from None
    return reader, writer


async def _sent(port: int, method: str, path: str, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = (
        f"{method} {path} HTTP/1.0",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    writer.write("\r\n".join((*lines, "", "")).encode() + body)
    await writer.drain()
    return reader, writer


async def _head(reader: asyncio.StreamReader) -> int:
    """Read up to the empty line; the status code."""
    status = int((await reader.readline()).split()[1]) if not reader.at_eof() else 0
    while (await reader.readline()).strip():
        pass
    return status
