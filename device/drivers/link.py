"""The link to the host over MQTT 5, through paho: one thread that connects, speaks, listens and comes back.

A new client for each connection: nothing of an earlier session is ever sent or believed, for the core says again what
matters. The thread waits in poll(2) on the socket and on an eventfd for what there is to send, and not in paho's own
loop, which wakes every second for nothing.
"""

import logging
import select
import socket
import ssl
import threading
import time
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker import codec, topics
from broker.messages import Hello, Note
from broker.names import UnitName
from device.access import Broker
from device.clock import boottime
from device.core.events import LinkDown, LinkUp, NotePublished
from device.drivers.reach import FAR_DELAY_S, GONE_AFTER_S, REFUSED_DELAY_S, delay_s, in_words, no_delay, tls_context
from device.drivers.renewal import CertificateRenewal
from device.drivers.taking_in import HEARD, TakingIn
from device.drivers.to_say import ToSay
from device.ports import PULSE_S, Inbox

log = logging.getLogger(__name__)

KEEPALIVE_S = 8
"""A silent broker is asked after 8 s (the host's boards come every 5) and left after `SILENT_S`."""
SILENT_S = GONE_AFTER_S
CONNECT_WITHIN_S = 5.0
STOP_WITHIN_S = 3.0
MESSAGE_LIMIT = codec.MAX_PAYLOAD + 1024
NO_SUBSCRIBER = 0x10


class _Lost(Exception):  # noqa: N818  # says what happened
    """The session is over. `refused`: the other end said no, and soon again would be rude."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class MqttLink:
    """The unit's end of the bus. Use as a context manager; it reports into `inbox`."""

    def __init__(self, broker: Broker, unit: UnitName, inbox: Inbox, renewal: CertificateRenewal | None = None) -> None:
        self._broker = broker
        self._renewal = renewal
        self._unit = unit
        self._inbox = inbox
        self._to_say = ToSay()
        self._thread = threading.Thread(target=self._work, name="link", daemon=True)
        self._stop = False
        self._told = ""
        self._taking_in = TakingIn("link", inbox)
        self._under_way: dict[int, Note] = {}
        self._heard = {self._topic(row): row for row in HEARD}
        self._papers = None if renewal is None else self._topic(topics.CERTIFICATE)
        self._lost: _Lost | None = None
        self._heard_at = 0.0
        self._last_address: str | None = None
        self.alive_at = boottime()

    def __enter__(self) -> Self:
        self._to_say.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop = True
        self._to_say.wake()
        self._thread.join(STOP_WITHIN_S)
        if not self._thread.is_alive():
            self._to_say.__exit__(kind, error, trace)

    @property
    def refusals(self) -> dict[str, int]:
        """How often something was refused, by reason."""
        return self._taking_in.refusals

    def say_hello(self, hello: Hello) -> None:
        """Send `hello` when connected, else drop it."""
        self._to_say.put(hello)

    def send_note(self, note: Note) -> None:
        """Send `note` when connected, else drop it; NotePublished follows once the broker has it for somebody."""
        self._to_say.put(note)

    def _work(self) -> None:
        tries = 0
        while not self._stop:
            cap = FAR_DELAY_S
            try:
                self._session()
            except _Lost as lost:
                cap = REFUSED_DELAY_S if lost.refused else FAR_DELAY_S
                self._tell(f"{lost}; trying again")
            except (OSError, ValueError) as error:
                refused = isinstance(error, ssl.SSLError)
                cap = REFUSED_DELAY_S if refused else FAR_DELAY_S
                self._tell(f"no connection to {self._address}: {in_words(error)}; trying again")
            if self._to_say.shut():
                tries = 0
                self._inbox.put(LinkDown(boottime()))
            tries += 1
            if not self._stop:
                self._rest(delay_s(tries, cap))

    @property
    def _address(self) -> str:
        return f"{self._broker.host}:{self._broker.port}"

    def _tell(self, state: str) -> None:
        """Log a state once, until another takes its place."""
        if state != self._told and not self._stop:
            log.warning("link: %s", state)
        self._told = state

    def _rest(self, seconds: float) -> None:
        """Wait before the next try; stopping ends it at once."""
        poller = select.poll()
        poller.register(self._to_say, select.POLLIN)
        until = time.monotonic() + seconds
        while not self._stop and (left := until - time.monotonic()) > 0:
            self.alive_at = boottime()
            poller.poll(min(left, PULSE_S) * 1000 + 1)
            self._to_say.calm()

    def _session(self) -> None:
        """Connect and stay until the connection is lost (raises _Lost or OSError) or the link is left."""
        self._lost = None
        self._under_way.clear()
        client = self._client()
        try:
            self._connect(client)
            self._heard_at = time.monotonic()
            self._listen(client)
            client.publish(self._topic(topics.HELLO), codec.encode(Hello(online=False)), qos=0)
            client.disconnect()
        finally:
            if (sock := client.socket()) is not None:
                sock.close()

    def _connect(self, client: paho.Client) -> None:
        """Open the connection; when the name is known to nobody, at the address where the broker was last."""
        properties = _properties(PacketTypes.CONNECT, MaximumPacketSize=MESSAGE_LIMIT)

        def connect(host: str) -> None:
            client.connect(host, self._broker.port, KEEPALIVE_S, clean_start=True, properties=properties)

        try:
            connect(self._broker.host)
        except socket.gaierror:
            if self._last_address is None:
                raise
            connect(self._last_address)
        if isinstance(sock := client.socket(), socket.socket):
            self._last_address = sock.getpeername()[0]

    def _client(self) -> paho.Client:
        broker = self._broker
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"belbord-{self._unit}", protocol=paho.MQTTv5)
        client.connect_timeout = CONNECT_WITHIN_S
        client.username_pw_set(broker.username, broker.password)
        client.will_set(
            self._topic(topics.HELLO), codec.encode(Hello(online=False)), qos=0,
            properties=_properties(PacketTypes.WILLMESSAGE, MessageExpiryInterval=topics.HELLO.expiry_s),
        )  # fmt: skip
        if broker.tls is not None:
            client.tls_set_context(tls_context(broker.tls, broker.host))
        client.on_socket_open = no_delay
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_publish = self._published
        client.on_message = self._message
        return client

    def _topic(self, row: topics.Row) -> str:
        return topics.unit_topic(self._broker.root, row, self._unit)

    def _listen(self, client: paho.Client) -> None:
        """Carry messages both ways until `_stop`; raises _Lost when the connection is over."""
        while not self._stop:
            self.alive_at = boottime()
            sock = client.socket()
            if self._lost is not None or sock is None:
                raise self._lost or _Lost(f"connection to {self._address} lost")
            poller = select.poll()
            poller.register(self._to_say, select.POLLIN)
            poller.register(sock, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
            silent_s = time.monotonic() - self._heard_at
            next_s = (KEEPALIVE_S if silent_s < KEEPALIVE_S else SILENT_S) - silent_s
            ready = dict(poller.poll(max(0.0, next_s) * 1000 + 20))
            if self._to_say.fileno() in ready:
                self._to_say.calm()
                self._send_all(client)
            if ready.get(sock.fileno(), 0) & ~select.POLLOUT:
                self._heard_at = time.monotonic()
                client.loop_read()
                # What TLS has decrypted already does not show in poll.
                while isinstance(left := client.socket(), ssl.SSLSocket) and left.pending():
                    client.loop_read()
            if client.want_write():
                client.loop_write()
            client.loop_misc()
            if time.monotonic() - self._heard_at > SILENT_S:
                raise _Lost(f"{self._address} was silent for {SILENT_S:.0f} s")

    def _send_all(self, client: paho.Client) -> None:
        while (message := self._to_say.take()) is not None:
            row = topics.NOTE if isinstance(message, Note) else topics.HELLO
            properties = _properties(PacketTypes.PUBLISH, MessageExpiryInterval=row.expiry_s)
            sent = client.publish(self._topic(row), codec.encode(message), qos=row.qos, properties=properties)
            if isinstance(message, Note):
                self._under_way[sent.mid] = message
        self._ask_for_certificate(client)

    def _connected(
        self, client: paho.Client, _user: Any, _flags: paho.ConnectFlags, reason: ReasonCode, _props: Any
    ) -> None:
        if reason.is_failure:
            remedy = f"{self._address} refuses user {self._broker.username}: {reason}; check name and password"
            self._lost = _Lost(remedy, refused=True)
            return
        never = SubscribeOptions.RETAIN_DO_NOT_SEND
        heard = [(topic, row.qos) for topic, row in self._heard.items()]
        if self._papers is not None:
            heard.append((self._papers, topics.CERTIFICATE.qos))
        client.subscribe([(topic, SubscribeOptions(qos, retainHandling=never)) for topic, qos in heard])

    def _subscribed(self, _client: Any, _user: Any, _mid: int, reasons: list[ReasonCode], _props: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            self._lost = _Lost(f"{self._address} does not let {self._unit} listen: check the ACL", refused=True)
            return
        log.info("link: connected to %s as %s", self._address, self._broker.username)
        self._told = ""
        self._to_say.open()
        self._inbox.put(LinkUp(boottime()))

    def _disconnected(self, _client: Any, _user: Any, _flags: Any, reason: ReasonCode, _props: Any) -> None:
        if self._lost is None:
            self._lost = _Lost(f"connection to {self._address} lost: {reason}")

    def _published(self, _client: Any, _user: Any, mid: int, reason: ReasonCode, _props: Any) -> None:
        note = self._under_way.pop(mid, None)
        if note is None:
            return
        if reason.is_failure:
            self._taking_in.refuse(f"{topics.NOTE.key}: the broker refuses it: {reason}")
        elif reason.value != NO_SUBSCRIBER:
            self._inbox.put(NotePublished(boottime(), note.id, note.rev))

    def _message(self, _client: Any, _user: Any, message: paho.MQTTMessage) -> None:
        if message.retain:
            self._taking_in.refuse("a retained message: never believed")
            return
        if message.topic == self._papers:
            self._take_certificate(bytes(message.payload))
            return
        row = self._heard.get(message.topic)
        if row is None:
            self._taking_in.refuse("a topic that is not ours to hear")
        else:
            self._taking_in.take(row, bytes(message.payload))

    def _ask_for_certificate(self, client: paho.Client) -> None:
        """Ask for the next certificate when it is time; the answer is for the next connection."""
        if self._renewal is not None and (wish := self._renewal.wish(time.monotonic())) is not None:
            client.publish(self._topic(topics.RENEWAL), codec.encode(wish), qos=topics.RENEWAL.qos)

    def _take_certificate(self, payload: bytes) -> None:
        try:
            certificate = codec.decode(topics.CERTIFICATE, payload)
        except codec.RefusedPayload as refused:
            self._taking_in.refuse(str(refused))
            return
        if self._renewal is not None:
            self._renewal.take(certificate)


def _properties(packet: int, **values: int | None) -> Properties:
    properties = Properties(packet)  # type: ignore[no-untyped-call]
    for name, value in values.items():
        if value is not None:
            setattr(properties, name, value)
    return properties
