import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from broker import codec
from broker import mosquitto as private
from broker.messages import Board, Hello, Identify, Note, Receipt
from broker.mosquitto import RunningBroker
from broker.names import UnitName
from device.access import Broker, Tls
from device.core.events import BoardArrived, CommandArrived, LinkDown, LinkUp, NotePublished, ReceiptArrived
from device.drivers.link import MqttLink
from device.drivers.reach import delay_s, in_words

UNIT = UnitName("balie-1")
NOTE = Note(id="a" * 32, pressed_s_ago=1.5)


def access(broker: RunningBroker, **changes: Any) -> Broker:
    login = broker.login(UNIT)
    return Broker(**({"host": login.host, "port": login.port, "username": UNIT, "password": login.password} | changes))


class Host:
    """The other end of the bus, with the host's own rights."""

    def __init__(self, broker: RunningBroker) -> None:
        login = broker.login("host")
        self.heard: SimpleQueue[tuple[str, bytes, bool]] = SimpleQueue()
        self.client = paho.Client(CallbackAPIVersion.VERSION2, "test-host", protocol=paho.MQTTv5)
        self.client.username_pw_set(login.username, login.password)
        self.client.on_message = lambda _c, _u, m: self.heard.put((m.topic, bytes(m.payload), m.retain))
        ready = threading.Event()
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.connect(login.host, login.port)
        self.client.loop_start()
        self.client.subscribe([("belbord/unit/+/hello", 1), ("belbord/unit/+/note", 1)])
        assert ready.wait(10)

    def say(self, level: str, payload: bytes, **options: Any) -> None:
        self.client.publish(f"belbord/unit/{UNIT}/{level}", payload, 1, **options).wait_for_publish(10)

    def hears(self, level: str) -> bytes:
        while True:
            topic, payload, _ = self.heard.get(timeout=10)
            if topic == f"belbord/unit/{UNIT}/{level}":
                return payload

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def host(mosquitto: RunningBroker) -> Iterator[Host]:
    host = Host(mosquitto)
    yield host
    host.leave()


def test_hello_and_note_reach_the_host_and_its_answers_the_inbox(
    mosquitto: RunningBroker, host: Host, heard: Any
) -> None:
    with MqttLink(access(mosquitto), UNIT, heard.inbox) as link:
        heard.a(LinkUp)
        link.say_hello(Hello(nonce="c" * 16))
        assert codec.decode(_row("hello"), host.hears("hello")).nonce == "c" * 16
        link.send_note(NOTE)
        assert codec.decode(_row("note"), host.hears("note")) == NOTE
        assert heard.a(NotePublished).id == NOTE.id
        host.say("board", codec.encode(Board(echo="c" * 16, pbx="up")))
        assert heard.a(BoardArrived).board.echo == "c" * 16
        host.say("receipt", codec.encode(Receipt(id=NOTE.id, rev=1)))
        assert heard.a(ReceiptArrived).receipt.rev == 1
        host.say("command", codec.encode(Identify(seconds=1)))
        assert heard.a(CommandArrived).command == Identify(seconds=1)


def _row(key: str) -> Any:
    from broker.topics import TABLE

    return next(row for row in TABLE if row.key == key)


def test_nobody_to_hear_a_note_is_not_called_sent(mosquitto: RunningBroker, heard: Any) -> None:
    with MqttLink(access(mosquitto), UNIT, heard.inbox) as link:
        heard.a(LinkUp)
        link.send_note(NOTE)
        link.say_hello(Hello(nonce="c" * 16))
        with pytest.raises(AssertionError, match="not heard"):
            heard.a(NotePublished, within_s=0.5)


def test_an_orderly_end_and_a_lost_unit_both_tell_the_host(mosquitto: RunningBroker, host: Host, heard: Any) -> None:
    with MqttLink(access(mosquitto), UNIT, heard.inbox):
        heard.a(LinkUp)
    assert codec.decode(_row("hello"), host.hears("hello")).online is False


def test_what_is_refused_is_counted_logged_once_and_stops_nothing(
    mosquitto: RunningBroker, host: Host, heard: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with MqttLink(access(mosquitto), UNIT, heard.inbox) as link:
        heard.a(LinkUp)
        for _ in range(3):
            host.say("board", b'{"v": 2, "echo": null}')
        host.say("board", b"\xff\xfe")
        host.say("board", b"[" * 5000)
        host.say("board", codec.encode(Board(echo=None, pbx="up")))
        heard.a(BoardArrived)
        counts = link.refusals
    assert max(counts.values()) == 3
    assert len([r for r in caplog.records if "version '2'" in r.getMessage()]) == 1


def test_a_message_that_a_broker_retained_is_refused_though_we_asked_for_none(
    mosquitto: RunningBroker, heard: Any
) -> None:
    link = MqttLink(access(mosquitto), UNIT, heard.inbox)
    kept = paho.MQTTMessage(topic=f"belbord/unit/{UNIT}/board".encode())
    kept.payload, kept.retain = codec.encode(Board(echo="d" * 16, pbx="up")), True
    link._message(None, None, kept)
    assert heard.inbox.empty()
    assert link.refusals == {"a retained message: never believed": 1}


def test_retained_messages_are_not_believed(heard: Any) -> None:
    with private.running(["host", UNIT]) as broker:
        host = Host(broker)
        host.say("board", codec.encode(Board(echo="d" * 16, pbx="up")), retain=True)
        with MqttLink(access(broker), UNIT, heard.inbox):
            heard.a(LinkUp)
            host.say("receipt", codec.encode(Receipt(id=NOTE.id, rev=1)))
            heard.a(ReceiptArrived)
        host.leave()
    assert not [event for event in heard.events if isinstance(event, BoardArrived)]


def test_the_link_comes_back_when_the_broker_does(heard: Any) -> None:
    port = private.free_port()
    words = {"host": "h", UNIT: "u"}
    with private.running(words, port=port) as broker:
        reach = access(broker)
        link = MqttLink(reach, UNIT, heard.inbox)
        link.__enter__()
        heard.a(LinkUp)
    try:
        heard.a(LinkDown)
        with private.running(words, port=port):
            heard.a(LinkUp, within_s=20)
    finally:
        link.__exit__(None, None, None)


def test_a_link_started_before_its_broker_finds_it_later(heard: Any, caplog: pytest.LogCaptureFixture) -> None:
    port = private.free_port()
    with MqttLink(Broker("127.0.0.1", port, UNIT, "u"), UNIT, heard.inbox):
        _until(lambda: "nothing listens there" in caplog.text)
        with private.running({"host": "h", UNIT: "u"}, port=port):
            heard.a(LinkUp, within_s=20)
    assert caplog.text.count("nothing listens there") == 1


def _until(fits: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not fits():
        assert time.monotonic() < deadline, "it did not come to pass"
        pause.wait(0.02)


def test_a_wrong_password_is_named_with_its_remedy(
    mosquitto: RunningBroker, heard: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with MqttLink(access(mosquitto, password="not this"), UNIT, heard.inbox):
        _until(lambda: "check name and password" in caplog.text)
    assert "not this" not in caplog.text


def test_another_server_than_a_broker_is_refused(heard: Any, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer_nonsense, args=(server,), daemon=True).start()
        with MqttLink(Broker("127.0.0.1", server.getsockname()[1], UNIT), UNIT, heard.inbox):
            _until(lambda: "trying again" in caplog.text)


def _answer_nonsense(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def test_leaving_is_quick_even_when_nobody_answers(heard: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        began = time.monotonic()
        with MqttLink(Broker("127.0.0.1", server.getsockname()[1], UNIT), UNIT, heard.inbox):
            server.accept()[0].close()
        assert time.monotonic() - began < 5


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_tls_port_without_tls_is_said_in_words(
    mosquitto: RunningBroker, heard: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with MqttLink(access(mosquitto, tls=Tls()), UNIT, heard.inbox):
        _until(lambda: "trying again" in caplog.text)
    assert "no TLS" in caplog.text or "lost" in caplog.text or "no connection" in caplog.text


def test_notes_are_sent_without_waiting_for_a_full_packet(mosquitto: RunningBroker, host: Host, heard: Any) -> None:
    with MqttLink(access(mosquitto), UNIT, heard.inbox) as link:
        heard.a(LinkUp)
        times = []
        for _ in range(20):
            began = time.monotonic()
            link.send_note(NOTE)
            heard.a(NotePublished)
            times.append(time.monotonic() - began)
    assert sorted(times)[10] < 0.03, "Nagle's algorithm costs 40 ms and more"


@pytest.mark.parametrize("cap", [8.0, 60.0])
def test_delays_grow_to_their_cap_and_are_spread(cap: float) -> None:
    late = [delay_s(50, cap) for _ in range(200)]
    assert max(late) <= cap
    assert max(late) - min(late) > cap / 2
    assert all(delay_s(1, cap) <= 1.0 for _ in range(50))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(-2, "Name or service not known"), "check the host"),
        (TimeoutError("timed out"), "check the network"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "no TLS"),
        (OSError(113, "No route to host"), "No route"),
    ],
)  # fmt: skip
def test_failures_are_told_in_words(error: Exception, words: str) -> None:
    assert words in in_words(error)
