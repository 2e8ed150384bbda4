"""A serial cable made of two pseudo-terminals and what lies between them: it can be slow, noisy, cut and pulled out."""

import os
import random
import select
import threading
import time
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

BYTES_PER_S = 11_520.0
"""115,200 baud, 8N1: ten bits for a byte."""
AT_ONCE = 64

Spoil = Callable[[bytes], bytes]


class CableRig:
    """`unit` and `host` are the ports' stable names: links to terminals that are new ones each time it is plugged in.

    `rate`: bytes a second each way, None for as fast as it goes. `spoil`: what becomes of each piece on its way.
    """

    def __init__(self, folder: Path, rate: float | None = None) -> None:
        self.unit, self.host = folder / "unit-port", folder / "host-port"
        self.rate = rate
        self.spoil: Spoil = bytes
        self.carried = {"unit": 0, "host": 0}
        self._masters: list[int] = []
        self._slaves: list[int] = []
        self._relay: threading.Thread | None = None
        self._stop, self._stopped = os.pipe()

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._masters:
            self.unplug()

    def plug(self) -> None:
        """Put the cable in: both ports are there, under the same names."""
        for port in (self.unit, self.host):
            master, slave = os.openpty()
            tty.setraw(slave)
            os.set_blocking(master, False)
            self._masters.append(master)
            self._slaves.append(slave)
            port.unlink(missing_ok=True)
            port.symlink_to(os.ttyname(slave))
        self._stop, self._stopped = os.pipe()
        self._relay = threading.Thread(target=self._carry, daemon=True)
        self._relay.start()

    def unplug(self) -> None:
        """Pull it out: whoever has a port open is told, and the names are gone."""
        for port in (self.unit, self.host):
            port.unlink()
        os.close(self._stopped)
        assert self._relay is not None
        self._relay.join(10)
        for fd in (*self._masters, *self._slaves, self._stop):
            os.close(fd)
        self._masters.clear()
        self._slaves.clear()

    def put(self, end: str, what: bytes) -> None:
        """Bytes out of nowhere, heard at the port of `end`."""
        master = self._masters[end == "host"]
        while what:
            with suppress(BlockingIOError):
                what = what[os.write(master, what) :]

    def _carry(self) -> None:
        names = ("unit", "host")
        due = [0.0, 0.0]
        waiting = [b"", b""]  # spoken by that end, not yet at the other
        while True:
            now = time.monotonic()
            poller = select.poll()
            poller.register(self._stop, 0)
            later = []
            for number, master in enumerate(self._masters):
                if due[number] > now:
                    later.append(due[number])
                elif waiting[number]:
                    poller.register(self._masters[1 - number], select.POLLOUT)
                else:
                    poller.register(master, select.POLLIN)
            until = min(later, default=now + 1.0)
            if any(fd == self._stop for fd, _ in poller.poll(max(0.0, until - now) * 1000 + 0.2)):
                return
            for number, master in enumerate(self._masters):
                if due[number] > time.monotonic():
                    continue
                if not waiting[number]:
                    with suppress(BlockingIOError):
                        piece = os.read(master, 4096 if self.rate is None else AT_ONCE)
                        self.carried[names[number]] += len(piece)
                        if self.rate is not None:
                            due[number] = max(due[number], time.monotonic() - 0.05) + len(piece) / self.rate
                        waiting[number] = self.spoil(piece)
                with suppress(BlockingIOError):
                    while waiting[number]:
                        waiting[number] = waiting[number][os.write(self._masters[1 - number], waiting[number]) :]


def flipping(share: float, seed: int = 1) -> Spoil:
    """Each bit is flipped with this chance."""
    dice = random.Random(seed)

    def spoil(piece: bytes) -> bytes:
        spoiled = bytearray(piece)
        for place in range(len(spoiled)):
            for bit in range(8):
                if dice.random() < share:
                    spoiled[place] ^= 1 << bit
        return bytes(spoiled)

    return spoil


def losing(share: float, seed: int = 1) -> Spoil:
    """Each byte is lost with this chance."""
    dice = random.Random(seed)
    return lambda piece: bytes(byte for byte in piece if dice.random() >= share)
