"""The living connection to an Asterisk: sockets, clock, chance and log. What it decides is in session and translate."""

import asyncio
import logging
import random
import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from typing import Final

from broker.messages import Capability
from host_agent.core.events import PbxAway, PbxEvent, PbxHeard, SnapshotTaken
from host_agent.pbx.asterisk.protocol import Parser, StreamRefused
from host_agent.pbx.asterisk.session import LoginRefused, Session
from host_agent.pbx.asterisk.settings import AsteriskSettings
from host_agent.pbx.asterisk.translate import WANTED, Translator
from host_agent.pbx.port import Deliver, PbxTally

log = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 0.25
_HEARD_AT_MOST_EVERY_S: Final = 1.0


class Lost(Exception):  # noqa: N818  # says what happened
    """The connection cannot go on. The text is the reason, for the log."""


class AsteriskAdapter:
    """A PBX behind the port. `clock` gives monotonic seconds, `chance` spreads the retries (0.0 to 1.0).

    `denied`: the actions that the PBX refused for want of rights, known at the end of a connection.
    """

    capabilities: tuple[Capability, ...] = ("queues", "names", "transfers", "rings", "agents")

    def __init__(
        self,
        settings: AsteriskSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._translator = Translator()
        self._up = False
        self._said: set[str] = set()
        self._rejected = 0
        self._packets = 0
        self._connections = 0
        self.denied: frozenset[str] = frozenset()
        self._connection: Connection | None = None

    def tally(self) -> PbxTally:
        """What went by, on this connection and those before it."""
        now = 0 if self._connection is None else self._connection.packets
        return PbxTally(self._packets + now, self._connections, self._translator.rejected)

    async def run(self, deliver: Deliver) -> None:
        """Stay connected until cancelled; every fault is delivered as PbxAway, logged once, and tried again."""
        attempt = 0
        while True:
            reason, at_most_s, was_up = await self._once(deliver)
            self._up = False
            if reason not in self._said:
                self._said.add(reason)
                log.warning("PBX away: %s", reason)
            deliver(self._translator.away(reason, self._clock()))
            attempt = 0 if was_up else attempt + 1
            await asyncio.sleep(retry_after(attempt, self._settings.retry_first_s, at_most_s, self._chance()))

    async def _once(self, deliver: Deliver) -> tuple[str, float, bool]:
        """One connection from beginning to end: why it ended, how long to wait at most, and whether it was up."""
        settings = self._settings
        where = f"{settings.host}:{settings.port}"
        at_most = settings.retry_at_most_s
        was_up = False

        def tell(events: Sequence[PbxEvent]) -> None:
            nonlocal was_up
            was_up = was_up or any(isinstance(event, SnapshotTaken) for event in events)
            self._note(events)
            deliver(events)

        try:
            await self._talk(tell)
        except LoginRefused as refused:
            reason, at_most = f"{where} refuses the login: {refused}", settings.refused_at_most_s
        except ssl.SSLError as error:
            reason, at_most = f"TLS with {where} fails: {error.reason}", settings.refused_at_most_s
        except TimeoutError:
            reason = f"{where} does not answer"
        except UnicodeError:
            reason = f"{where} is no name of a computer; mend pbx.host"
        except OSError as error:
            reason = f"{where} cannot be reached: {error.strerror or error}"
        except Lost as lost:
            reason = f"{where}: {lost}"
        return reason, at_most, was_up

    async def _talk(self, tell: Deliver) -> None:
        """Connect and stay until something ends it, which is raised."""
        settings = self._settings
        tls = ssl.create_default_context(cafile=settings.ca_file) if settings.tls else None
        session = Session(settings, secrets.token_hex(8))
        async with asyncio.timeout(settings.connect_within_s):
            transport, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(session, self._translator, self._clock, tell),
                settings.host,
                settings.port,
                ssl=tls,
            )
        self._connection = connection
        self._connections += 1
        try:
            while not connection.fault:
                try:
                    async with asyncio.timeout(_LOOK_EVERY_S):
                        await connection.ended.wait()
                except TimeoutError:
                    connection.look()
            raise connection.fault
        finally:
            transport.abort()
            self._packets, self._connection = self._packets + connection.packets, None
            self._warn_of_rights(session)

    def _note(self, events: Sequence[PbxEvent]) -> None:
        """One line for each change of the link, and for packets that could not be used."""
        for event in events:
            if isinstance(event, SnapshotTaken) and not self._up:
                self._up = True
                self._said.clear()
                log.info("PBX up: %d queues", len(event.queues))
            elif isinstance(event, PbxAway) and event.reason not in self._said:
                self._up = False
                self._said.add(event.reason)
                log.warning("PBX away: %s", event.reason)
        if self._translator.rejected and not self._rejected:
            log.warning("a packet of the PBX cannot be used: %s; more are counted", self._translator.last_reject)
        self._rejected = self._translator.rejected

    def _warn_of_rights(self, session: Session) -> None:
        self.denied |= session.denied
        missing = ", ".join(sorted(session.denied))
        if missing and missing not in self._said:
            self._said.add(missing)
            log.warning("the PBX denies %s: give user %s write = reporting", missing, self._settings.username)


class Connection(asyncio.Protocol):
    """One TCP connection: bytes in, events out in the same turn of the loop. `fault` is why it ended."""

    def __init__(self, session: Session, translator: Translator, clock: Callable[[], float], tell: Deliver) -> None:
        self.ended = asyncio.Event()
        self.fault: Exception | None = None
        self._session = session
        self._translator = translator
        self._clock = clock
        self._tell = tell
        self._parser = Parser(wanted=WANTED)
        self._transport: asyncio.Transport | None = None
        self._heard_at = clock()
        self._told_at = float("-inf")

    @property
    def packets(self) -> int:
        """How many packets came in, wanted or not."""
        return self._parser.tally.packets

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio sets TCP_NODELAY on every TCP connection it makes.
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self.fault is not None:
            return
        now = self._heard_at = self._clock()
        try:
            packets = self._parser.feed(data)
        except StreamRefused as refused:
            packets = refused.packets
            self._end(Lost(f"the stream is refused: {refused}"))
        try:
            self._session.receive(packets, now)
        except LoginRefused as refused_login:
            self._end(refused_login)
            return
        self._send()
        events: Sequence[PbxEvent] = self._translator.feed(packets, now)
        if events or now - self._told_at >= _HEARD_AT_MOST_EVERY_S:
            self._told_at = now
            self._tell(events or (PbxHeard(now),))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(Lost("the PBX closed the connection" if exc is None else f"the connection broke: {exc}"))

    def look(self) -> None:
        """Time went by: ping, ask for what is due, and notice silence."""
        now = self._clock()
        silent_s = now - self._heard_at
        if silent_s >= self._session.settings.away_after_s:
            self._end(Lost(f"no sign of life for {self._session.settings.away_after_s:g} s"))
            return
        if self._session.boot_is_overdue(now):
            self._translator.assume_booted()
        try:
            self._session.pass_time(now, doubtful=self._translator.doubtful)
        except LoginRefused as unanswered:
            self._end(unanswered)
            return
        self._send()

    def _send(self) -> None:
        outgoing = self._session.take()
        if outgoing and self._transport is not None:
            self._transport.write(outgoing)

    def _end(self, fault: Exception) -> None:
        if self.fault is None:
            self.fault = fault
        self.ended.set()


def retry_after(attempt: int, first_s: float, at_most_s: float, chance: float) -> float:
    """Seconds to wait before try number `attempt` (from 0): doubling, capped, full jitter by `chance` (0.0 to 1.0)."""
    return chance * min(at_most_s, first_s * 2.0 ** min(attempt, 20))
