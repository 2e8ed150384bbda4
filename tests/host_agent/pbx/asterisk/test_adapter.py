"""The adapter against a PBX on loopback that follows a script: a good day, and every fault."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from host_agent.core.board import OfficeBoard, apply
from host_agent.core.events import PbxAway, PbxConnected, PbxEvent, PbxHeard, SnapshotTaken
from host_agent.pbx.asterisk.adapter import AsteriskAdapter, retry_after
from host_agent.pbx.asterisk.settings import AsteriskSettings
from tests.host_agent.pbx.asterisk.streams import BOOTED, join, live, message

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
WITHIN_S = 20.0
Side = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Pbx:
    """Accepts connections, each handled by the next part of the script; the last part serves all that follow."""

    def __init__(self, *script: Side) -> None:
        self.script = list(script)
        self.connections = 0
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        side = self.script[min(self.connections, len(self.script) - 1)]
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await side(reader, writer)
        writer.close()

    async def action(self, reader: asyncio.StreamReader) -> dict[str, str]:
        block = (await reader.readuntil(b"\r\n\r\n")).decode()
        action = dict(line.split(": ", 1) for line in block.split("\r\n") if line)
        self.asked.append(action["Action"])
        return action

    async def let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER)
        login = await self.action(reader)
        answer = message("Response: Success", f"ActionID: {login['ActionID']}", "Message: Authentication accepted")
        writer.write(answer)

    async def good(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Up, with one empty queue, as long as it is wanted."""
        await self.let_in(reader, writer)
        writer.write(BOOTED)
        while True:
            await self.answer(reader, writer)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        action = await self.action(reader)
        own = f"ActionID: {action['ActionID']}"
        if action["Action"] != "QueueStatus":
            writer.write(message("Response: Success", own, "Message: Pong"))
            return
        writer.write(message("Response: Success", own, "EventList: start", "Message: Queue status will follow"))
        writer.write(message("Event: QueueParams", "Queue: receptie", "Calls: 0", own))
        writer.write(message("Event: QueueStatusComplete", own, "EventList: Complete", "ListItems: 1"))


class Listener:
    """Takes what the adapter delivers."""

    def __init__(self) -> None:
        self.events: list[PbxEvent] = []
        self.board = OfficeBoard()
        self.changed = asyncio.Event()

    def __call__(self, events: Sequence[PbxEvent]) -> None:
        for event in events:
            self.board = apply(self.board, event)
        self.events += events
        self.changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events if not isinstance(event, PbxHeard)]


@contextlib.asynccontextmanager
async def running(pbx: Pbx, guard: ssl.SSLContext | None = None, **settings: Any) -> AsyncIterator[Listener]:
    server = await asyncio.start_server(pbx.serve, "127.0.0.1", 0, ssl=guard)
    port = server.sockets[0].getsockname()[1]
    quick: dict[str, Any] = {"retry_first_s": 0.01, "retry_at_most_s": 0.02, "refused_at_most_s": 0.02}
    wanted = AsteriskSettings("127.0.0.1", "belbord", "geheim", port, challenge=False, **(quick | settings))
    listener = Listener()
    task = asyncio.create_task(AsteriskAdapter(wanted, chance=lambda: 1.0).run(listener))
    try:
        yield listener
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        server.close()


def test_bytes_that_come_in_are_delivered_in_the_turn_they_came() -> None:
    async def scenario() -> None:
        pbx = Pbx()

        async def side(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pbx.let_in(reader, writer)
            writer.write(BOOTED)
            while pbx.asked[-1:] != ["QueueStatus"]:
                await pbx.answer(reader, writer)
            writer.write(join("1.1", 1))
            while True:
                await pbx.answer(reader, writer)

        pbx.script.append(side)
        async with running(pbx) as told:
            await told.until(lambda: told.board.queues.get("receptie") is not None and bool(told.kinds()[2:]))
            assert told.kinds() == ["PbxConnected", "SnapshotTaken", "CallerJoined"]
            assert told.board.queues["receptie"].waiting == 1

    asyncio.run(scenario())


def test_a_restart_is_survived_and_no_error_is_taken_for_an_empty_office() -> None:
    """As seen: shut down, accept and drop at once, then a login before FullyBooted with errors, then good."""

    async def scenario() -> None:
        pbx = Pbx()

        async def shuts_down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pbx.let_in(reader, writer)
            writer.write(BOOTED)
            while pbx.asked[-1:] != ["QueueStatus"]:
                await pbx.answer(reader, writer)
            writer.write(join("1.1", 1) + live("Shutdown", "system,all", Shutdown="Cleanly", Restart="True"))
            await writer.drain()

        async def drops(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            return

        async def early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pbx.let_in(reader, writer)
            refused = 0
            while True:
                action = await pbx.action(reader)
                own = f"ActionID: {action['ActionID']}"
                if action["Action"] == "QueueStatus":
                    refused += 1
                    writer.write(message("Response: Error", own, "Message: Invalid/unknown command: QueueStatus."))
                else:
                    writer.write(message("Response: Success", own))
                if refused == 2:
                    break
            writer.write(BOOTED)
            while True:
                await pbx.answer(reader, writer)

        pbx.script += [shuts_down, drops, early]
        async with running(pbx, boot_grace_s=0.0) as told:
            await told.until(lambda: sum(isinstance(event, SnapshotTaken) for event in told.events) == 2)
            kinds = told.kinds()
            assert kinds[:4] == ["PbxConnected", "SnapshotTaken", "CallerJoined", "PbxAway"]
            assert kinds[-2:] == ["PbxConnected", "SnapshotTaken"]
            assert told.board.link == "up"
            assert pbx.connections == 3
            seen = OfficeBoard()
            for event in told.events[:-1]:
                seen = apply(seen, event)
            assert (seen.link, seen.queues["receptie"].known) == ("starting", False)

    asyncio.run(scenario())


def test_a_refused_connection_is_tried_again_until_the_pbx_is_there() -> None:
    async def scenario() -> None:
        server = await asyncio.start_server(Pbx().serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        told = Listener()
        settings = AsteriskSettings(
            "127.0.0.1", "belbord", "geheim", port, challenge=False, retry_first_s=0.01, retry_at_most_s=0.02
        )
        task = asyncio.create_task(AsteriskAdapter(settings).run(told))
        await told.until(lambda: sum(isinstance(event, PbxAway) for event in told.events) >= 3)
        pbx = Pbx()
        pbx.script.append(pbx.good)
        again = await asyncio.start_server(pbx.serve, "127.0.0.1", port)
        await told.until(lambda: told.board.link == "up")
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        again.close()

    asyncio.run(scenario())


def test_a_feed_that_falls_silent_is_away_and_connected_to_anew() -> None:
    """Half-open: no bytes, no FIN. The times are shortened; the rule is that of 12 s."""

    async def scenario() -> None:
        pbx = Pbx()

        async def falls_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pbx.let_in(reader, writer)
            writer.write(BOOTED)
            while pbx.asked[-1:] != ["QueueStatus"]:
                await pbx.answer(reader, writer)
            while True:
                await pbx.action(reader)

        pbx.script += [falls_silent, pbx.good]
        async with running(pbx, ping_every_s=0.3, away_after_s=1.0) as told:
            await told.until(lambda: sum(isinstance(event, SnapshotTaken) for event in told.events) == 2)
            (away,) = [event for event in told.events if isinstance(event, PbxAway)]
            assert "no sign of life for 1 s" in away.reason
            assert "Ping" in pbx.asked
            await told.until(lambda: told.events[-1].at - away.at > 1.5)
            assert told.board.link == "up", "answers to pings are signs of life"

    asyncio.run(scenario())


def test_a_wrong_secret_is_one_clear_line_however_often_it_is_tried(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        pbx = Pbx()

        async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(BANNER)
            login = await pbx.action(reader)
            writer.write(message("Response: Error", f"ActionID: {login['ActionID']}", "Message: Authentication failed"))
            await writer.drain()

        pbx.script.append(refuses)
        async with running(pbx) as told:
            await told.until(lambda: sum(isinstance(event, PbxAway) for event in told.events) >= 4)
            assert told.board.link == "away"
            assert not any(isinstance(event, PbxConnected) for event in told.events)

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("host_agent")]
    assert "refuses the login: user 'belbord': Authentication failed" in line
    assert "geheim" not in line


def test_tls_trusts_only_the_given_ca() -> None:
    async def scenario() -> None:
        pem = Path(__file__).with_name("loopback.pem")
        guard = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        guard.load_cert_chain(pem)
        pbx = Pbx()
        pbx.script.append(pbx.good)
        async with running(pbx, guard, tls=True, ca_file=pem) as told:
            await told.until(lambda: told.board.link == "up")
        asked = len(pbx.asked)
        async with running(pbx, guard, tls=True) as told:
            await told.until(lambda: any(isinstance(event, PbxAway) for event in told.events))
            assert "TLS with" in (told.board.away_reason or "")
        assert len(pbx.asked) == asked, "nothing is said to a stranger"

    asyncio.run(scenario())


def test_a_stream_that_is_no_ami_is_dropped_and_tried_again() -> None:
    async def scenario() -> None:
        pbx = Pbx()

        async def babbles(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for _ in range(100):
                writer.write(b"a" * 10_000)
                await writer.drain()

        pbx.script += [babbles, pbx.good]
        async with running(pbx) as told:
            await told.until(lambda: told.board.link == "up")
            assert any(isinstance(event, PbxAway) and "stream is refused" in event.reason for event in told.events)

    asyncio.run(scenario())


def test_a_burst_is_delivered_whole() -> None:
    async def scenario() -> None:
        pbx = Pbx()

        async def bursts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pbx.let_in(reader, writer)
            writer.write(BOOTED)
            while pbx.asked[-1:] != ["QueueStatus"]:
                await pbx.answer(reader, writer)
            writer.write(b"".join(join(f"1.{number}", number) for number in range(1, 5001)))
            while True:
                await pbx.answer(reader, writer)

        pbx.script.append(bursts)
        async with running(pbx, resync_every_s=600.0) as told:
            await told.until(lambda: "receptie" in told.board.queues and told.board.queues["receptie"].waiting == 5000)
            assert len(told.board.queues["receptie"].callers) == 5000

    asyncio.run(scenario())


def test_retries_double_up_to_a_bound_and_are_spread_by_chance() -> None:
    assert [retry_after(attempt, 0.5, 10.0, 1.0) for attempt in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]
    assert retry_after(10_000, 0.5, 60.0, 1.0) == 60.0
    assert retry_after(3, 0.5, 60.0, 0.25) == 1.0


@pytest.mark.parametrize("host", ["pbx..kantoor", "x" * 70 + ".nl"])
def test_a_host_that_can_be_no_name_is_told_and_ends_nothing(host: str) -> None:
    async def run() -> None:
        listener = Listener()
        adapter = AsteriskAdapter(AsteriskSettings(host, "belbord", "geheim", retry_first_s=0.01), chance=lambda: 0.0)
        task = asyncio.create_task(adapter.run(listener))
        await listener.until(lambda: listener.kinds().count("PbxAway") >= 2)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert "mend pbx.host" in (listener.board.away_reason or "")

    asyncio.run(run())
