"""A host in twenty lines, in a process of its own: commits each note to SQLite, synced, and receipts it; echoes hellos.

For the unit called `bare` it leaves out language and commit: what its note's topic gets goes back on the receipt's.
One process for both: the broker knows one host by its user name.
"""

import json
import sqlite3
import sys
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from broker import codec
from broker.messages import Board, LineBoard, QueueBoard, Receipt
from broker.topics import HELLO, NOTE
from device.drivers.reach import no_delay


def main() -> None:
    access = json.loads(sys.argv[1])
    store = sqlite3.connect(access["store"], isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = FULL")
    store.execute("CREATE TABLE IF NOT EXISTS note (id TEXT PRIMARY KEY, payload BLOB)")
    unit, bare = (f"belbord/unit/{access[who]}" for who in ("unit", "bare"))
    queue = QueueBoard(name="receptie", label="Receptie", known=True, waiting=0, longest_wait_s=None)
    line = LineBoard(extension="100", state="idle")

    def heard(client: paho.Client, _user: Any, message: paho.MQTTMessage) -> None:
        if message.topic.startswith(bare):
            client.publish(f"{bare}/receipt", message.payload, 1)
        elif message.topic.endswith("/note"):
            note = codec.decode(NOTE, bytes(message.payload))
            store.execute("BEGIN IMMEDIATE")
            store.execute("INSERT OR IGNORE INTO note VALUES (?, ?)", (note.id, message.payload))
            store.execute("COMMIT")
            client.publish(f"{unit}/receipt", codec.encode(Receipt(id=note.id, rev=note.rev)), 1)
        elif (nonce := codec.decode(HELLO, bytes(message.payload)).nonce) is not None:
            board = Board(echo=nonce, pbx="up", pbx_age_s=0.0, queues=(queue,), line=line)
            client.publish(f"{unit}/board", codec.encode(board), 0)

    client = paho.Client(CallbackAPIVersion.VERSION2, "stand-in-host", protocol=paho.MQTTv5)
    client.username_pw_set("host", access["password"])
    client.on_socket_open = no_delay
    client.on_message = heard
    client.on_subscribe = lambda *_: print("listening", flush=True)
    client.connect("127.0.0.1", access["port"])
    client.subscribe([(f"{unit}/note", 1), (f"{unit}/hello", 0), (f"{bare}/note", 1)])
    client.loop_forever()


if __name__ == "__main__":
    main()
