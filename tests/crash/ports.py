"""Ports that a program can come back to: below the kernel's range for outgoing connections, which would take them."""

import os
import socket
from itertools import count
from pathlib import Path

_LOWEST, _MANY = 10_240, 200
_next = count()


def steady_port() -> int:
    """A free loopback port that no other process of these tests picks and no connection gets by chance."""
    highest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    blocks = (highest - _LOWEST) // _MANY
    for _ in range(_MANY):
        # Neighbouring processes have neighbouring numbers, and so different blocks.
        port = _LOWEST + os.getpid() % blocks * _MANY + next(_next) % _MANY
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"all of {_MANY} ports below {highest} are taken: who listens on them?")
