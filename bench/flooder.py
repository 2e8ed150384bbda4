"""Says hello as fast as asked over a bare socket, as no client would: `python -m bench.flooder PORT USER RATE`.

The password comes on standard input. Until it is ended; then it prints how many messages it got rid of, and in how
many seconds.
"""

import signal
import socket
import struct
import sys
import time

from broker.codec import encode
from broker.messages import Hello

BATCH = 500


def connect_packet(user: str, password: str) -> bytes:
    """CONNECT (MQTT 5, section 3.1) with a clean start."""
    fields = b"".join(struct.pack("!H", len(text)) + text for text in (b"", user.encode(), password.encode()))
    client, rest = fields[:2], fields[2:]
    body = struct.pack("!H", 4) + b"MQTT" + b"\x05\xc2" + struct.pack("!H", 60) + b"\x00" + client + rest
    return b"\x10" + _length(len(body)) + body


def publish_packet(topic: str, payload: bytes) -> bytes:
    """PUBLISH with QoS 0 (MQTT 5, section 3.3)."""
    body = struct.pack("!H", len(topic)) + topic.encode() + b"\x00" + payload
    return b"\x30" + _length(len(body)) + body


def _length(count: int) -> bytes:
    found = bytearray()
    while True:
        count, low = divmod(count, 128)
        found.append(low | (0x80 if count else 0))
        if not count:
            return bytes(found)


def main(port: int, user: str, rate: int) -> None:
    """Flood until SIGTERM."""
    stop = False

    def end(*_: object) -> None:
        nonlocal stop
        stop = True

    signal.signal(signal.SIGTERM, end)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(connect_packet(user, sys.stdin.readline().strip()))
        link.recv(100)
        packets = publish_packet(f"belbord/unit/{user}/hello", encode(Hello(nonce="f" * 16))) * BATCH
        said, began = 0, time.monotonic()
        while not stop:
            link.sendall(packets)
            said += BATCH
            time.sleep(max(0.0, began + said / rate - time.monotonic()))
        print(said, time.monotonic() - began)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
