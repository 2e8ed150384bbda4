"""The connection to the MQTT broker (aiomqtt). Comes back after every fault; says each change of state once."""

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.topics import Row
from host_agent.config import Mqtt, Tls
from host_agent.core.retry import pause_s

log = logging.getLogger(__name__)

KEEPALIVE_S = 10
CONNECT_WITHIN_S = 10.0
# What cannot go out at once is old news a moment later: it is better dropped than queued.
MOST_UNSENT = 2_000

RECEIVE_BUFFER = 65_536

TakeIn = Callable[[str, bytes, bool], None]


class Bus:
    """Sends to and takes in from the broker.

    `connections`: how often the broker let us in.

    `take_in(topic, payload, retained)` is called for each message; `came_up()` after each connecting and
    subscribing. Both are called from the event loop and must neither block nor raise.
    """

    def __init__(
        self, settings: Mqtt, filters: Sequence[tuple[str, int]], take_in: TakeIn, came_up: Callable[[], None]
    ):
        self._settings = settings
        self._filters = filters
        self._take_in = take_in
        self._came_up = came_up
        self._client: Any = None
        self._expiries: dict[int | None, Properties | None] = {None: None}
        self._said: str | None = None
        self._is_hearing = False
        self._writes_now = False
        self.connections = 0

    def listen(self, filters: Sequence[tuple[str, int]]) -> None:
        """Hear these (topic filter, QoS) from now on, and no others."""
        new = [each for each in filters if each not in self._filters]
        gone = [topic for topic, qos in self._filters if (topic, qos) not in filters]
        self._filters = filters
        if self._client is not None:
            # First the new ones: nobody goes unheard in between.
            if new:
                self._client.subscribe([(topic, _options(qos)) for topic, qos in new])
            if gone:
                self._client.unsubscribe(gone)

    @property
    def is_up(self) -> bool:
        """Whether the broker let us in and still answers."""
        return self._client is not None

    def send(self, row: Row, topic: str, payload: bytes) -> bool:
        """Hand `payload` to the broker in this very turn of the loop; False when there is no connection.

        No confirmation is waited for: who needs one asks again.
        """
        client = self._client
        if client is None or len(client._out_packet) > MOST_UNSENT:
            return False
        # The socket is nearly always ready: writing now saves two turns of the loop. Not while paho hands us a message:
        # it holds a lock then that writing may take too; the loop writes as soon as it lets go.
        now = self._writes_now = not self._is_hearing
        try:
            client.publish(topic, payload, row.qos, row.retained, self._expiry(row.expiry_s))
            if now:
                client.loop_write()
        finally:
            self._writes_now = False
        if now and client.want_write() and client.socket() is not None:
            asyncio.get_running_loop().add_writer(client.socket().fileno(), client.loop_write)
        return True

    async def run(self) -> None:
        """Stay connected until cancelled."""
        attempt = 0
        while True:
            try:
                async with self._connection() as connection:
                    attempt = 0
                    await self._serve(connection)
            except aiomqtt.MqttError as fault:
                _end_if_cancelled()
                self._say(logging.WARNING, f"broker {self._where}: {_reason(fault)}; trying again")
            except (OSError, ValueError) as fault:
                _end_if_cancelled()
                self._say(logging.WARNING, f"broker {self._where}: {fault}; trying again")
            finally:
                self._client = None
            await asyncio.sleep(pause_s(attempt, random.SystemRandom().random()))
            attempt += 1

    @property
    def _where(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _connection(self) -> aiomqtt.Client:
        hear = self._hear

        class Intake(asyncio.Queue[aiomqtt.Message]):
            """Hands each message on as it comes, where aiomqtt would make a task for each."""

            def put_nowait(self, item: aiomqtt.Message) -> None:
                hear(str(item.topic), bytes(item.payload), item.retain)

        quiet = logging.getLogger("mqtt")
        quiet.setLevel(logging.CRITICAL)
        return aiomqtt.Client(
            self._settings.host,
            self._settings.port,
            username=self._settings.username,
            password=self._settings.password,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=True,
            keepalive=KEEPALIVE_S,
            timeout=CONNECT_WITHIN_S,
            queue_type=Intake,
            tls_context=None if self._settings.tls is None else tls_context(self._settings.tls),
            socket_options=[
                (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
                # What a flood leaves here is read before anything newer: some hundreds of messages, not 6 MB of them.
                (socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER),
            ],
            logger=quiet,
        )

    async def _serve(self, connection: aiomqtt.Client) -> None:
        for topic, qos in self._filters:
            await connection.subscribe(topic, options=_options(qos))
        # aiomqtt's own publish waits; the client below it sends at once.
        client = connection._client
        loop = asyncio.get_running_loop()

        def watch(_client: Any, _userdata: Any, sock: Any) -> None:
            if not self._writes_now:
                loop.add_writer(sock.fileno(), client.loop_write)

        client.on_socket_register_write = watch
        # Nobody waits for a PUBACK, and building one for each message costs more than sending it.
        client.on_publish = None
        self._client = client
        self.connections += 1
        self._say(logging.INFO, f"broker {self._where}: connected")
        self._came_up()
        async for _ in connection.messages:
            pass

    def _hear(self, topic: str, payload: bytes, retained: bool) -> None:
        self._is_hearing = True
        try:
            self._take_in(topic, payload, retained)
        finally:
            self._is_hearing = False

    def _expiry(self, seconds: int | None) -> Properties | None:
        if seconds not in self._expiries:
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = seconds
            self._expiries[seconds] = properties
        return self._expiries[seconds]

    def _say(self, level: int, line: str) -> None:
        """Log `line` unless it was the last thing said: a broker that stays away is told once."""
        if line != self._said:
            log.log(level, "%s", line)
            self._said = line


def _options(qos: int) -> SubscribeOptions:
    """No old news: neither what the broker retained nor what we said ourselves."""
    return SubscribeOptions(qos=qos, noLocal=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)


def _end_if_cancelled() -> None:
    """A connection that breaks while it is closed raises that in place of our being cancelled."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def tls_context(tls: Tls) -> ssl.SSLContext:
    """TLS 1.2 or newer, the peer's name checked. Raises OSError (ssl.SSLError) for unusable files."""
    context = ssl.create_default_context(cafile=None if tls.ca is None else str(tls.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.certificate is not None and tls.key is not None:
        context.load_cert_chain(str(tls.certificate), str(tls.key))
    return context


def _reason(fault: aiomqtt.MqttError) -> str:
    """What paho said, in words for the person who must mend it."""
    text = str(fault)
    if "Not authorized" in text or "Bad user name" in text:
        return "refuses our user name or password (mqtt.username, mqtt.password_file)"
    return "connection lost" if not text or text.startswith("Disconnected") else text
