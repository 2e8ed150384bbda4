"""A host agent in twenty lines: answers each hello with the board it was given, and writes down every note."""

import threading
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from broker import codec, topics
from broker.messages import Board, Hello, Note, Receipt
from broker.mosquitto import Login
from broker.names import UnitName

_BLANK = Board(echo=None, pbx="starting")


class StandInHost:
    """Speaks for a host on a real broker, for one unit."""

    def __init__(self, login: Login, unit: UnitName) -> None:
        self._login = login
        self._unit = unit
        self._lock = threading.Lock()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._board = _BLANK
        self.silent = False
        self.receipts = True
        self.hellos: list[Hello] = []
        self.notes: list[Note] = []

    def start(self) -> None:
        """Connect, and go on in a thread of its own."""
        self._client.username_pw_set(self._login.username, self._login.password)
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.connect(self._login.host, self._login.port)
        self._client.loop_start()

    def show(self, board: Board) -> None:
        """Send `board` from now on; each time with the unit's newest nonce."""
        with self._lock:
            self._board = board
        self._send_board()

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:
        for row in (topics.HELLO, topics.NOTE):
            client.subscribe(topics.unit_topic(topics.DEFAULT_ROOT, row, self._unit), qos=row.qos)

    def _on_message(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        parsed = topics.parse(topics.DEFAULT_ROOT, message.topic)
        assert parsed is not None, "only our own topics are subscribed"
        heard = codec.decode(parsed[0], message.payload)
        with self._lock:
            if isinstance(heard, Hello):
                self.hellos.append(heard)
            else:
                self.notes.append(heard)
        if isinstance(heard, Hello):
            self._send_board()
        elif self.receipts:
            self._send(topics.RECEIPT, Receipt(id=heard.id, rev=heard.rev))

    def _send_board(self) -> None:
        with self._lock:
            nonces = [hello.nonce for hello in self.hellos if hello.nonce is not None]
            board = msgspec.structs.replace(self._board, echo=nonces[-1]) if nonces else None
        if board is not None and not self.silent:
            self._send(topics.BOARD, board)

    def _send(self, row: topics.Row, message: Any) -> None:
        topic = topics.unit_topic(topics.DEFAULT_ROOT, row, self._unit)
        self._client.publish(topic, codec.encode(message), qos=row.qos)
