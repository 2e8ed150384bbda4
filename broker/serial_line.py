"""One end of the cable as it lives: a thread that keeps a serial port open, and carries messages both ways.

Desk and host use the same. The thread sleeps in poll(2) on the port and on an eventfd; a port that hangs holds up
nobody else. What it reads is bounded, so that a cable gone wild costs its own messages and nobody's processor.
"""

import logging
import os
import select
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from broker import cable as rules
from broker.cable import Cable
from broker.frames import MARK_SIZE, Carried, Receiver, Refused, Speaker, framed
from broker.names import UnitName
from broker.outgoing import Outgoing
from broker.serial_port import PortFault, SerialPort, opened
from broker.topics import Row

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 3.0
"""Between two tries to open the port: a cable is back soon after it is put in."""
REOPEN_AFTER_S = 30.0
"""Some adapters are woken only by opening them again, and a stable name may mean another one by now."""
READ_PER_S, READ_AT_ONCE = 65_536.0, 65_536.0
"""Bytes taken in, several times what 115,200 baud brings; the rest waits in the kernel, and then at the other end."""
FAREWELL_WITHIN_S = 0.3
STOP_WITHIN_S = 3.0


class Hearer(Protocol):
    """Who is told what the cable brings. Called from the line's own thread; must neither block nor raise."""

    def came_up(self) -> None:
        """Messages can go both ways."""

    def went_down(self) -> None:
        """They no longer can."""

    def heard(self, topic: str, payload: bytes) -> None:
        """A message, maybe on a topic that is not the other end's to speak on."""

    def refused(self, reason: str) -> None:
        """Something came that was not taken; `reason` is one of few."""


@dataclass
class _Allowance:
    """How many bytes may still be read, at the time `at`."""

    left: float
    at: float

    def refill(self, now: float) -> None:
        self.left = min(READ_AT_ONCE, self.left + (now - self.at) * READ_PER_S)
        self.at = now


def clock() -> float:
    """Seconds that never jump and go on while the machine sleeps (CLOCK_BOOTTIME, clock_gettime(2))."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SerialLine:
    """The end of `speaker` for `unit` at the port `path`, while in its `with`."""

    def __init__(self, path: str, speaker: Speaker, unit: UnitName, hearer: Hearer) -> None:
        self._path = path
        self._cable = Cable(speaker, unit)
        self._hearer = hearer
        self._outgoing = Outgoing()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=f"cable {unit}", daemon=True)
        self._wake = -1
        self._up = False
        self._stop = False
        self._told = ""

    def __enter__(self) -> Self:
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop = True
        os.eventfd_write(self._wake, 1)
        self._thread.join(STOP_WITHIN_S)
        if not self._thread.is_alive():
            os.close(self._wake)

    @property
    def is_up(self) -> bool:
        """Whether the other end hears us and we it."""
        return self._up

    def say(self, row: Row, topic: str, payload: bytes, key: str | None = None) -> bool:
        """Let a message wait for its turn; False when nobody is there, or too much waits. `key`: see Outgoing."""
        if not self._up or self._stop:
            return False
        with self._lock:
            taken = self._outgoing.put(row, topic, payload, clock(), key)
        os.eventfd_write(self._wake, 1)
        return taken

    def _work(self) -> None:
        tries = 0
        while not self._stop:
            opened_at = clock()
            try:
                with opened(self._path) as port:
                    self._stay(port)
            except PortFault as fault:
                self._tell(str(fault))
            except Exception as fault:
                # A fault of ours must not end the thread; its text may hold what a message said.
                self._tell(f"a fault in this program ({type(fault).__name__})")
            finally:
                self._settle(up=False)
            tries = 0 if clock() - opened_at > LONGEST_PAUSE_S else tries + 1
            self._rest(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries, 8)))

    def _stay(self, port: SerialPort) -> None:
        """Speak and listen until the port is gone (PortFault), the line is left, or nobody answers for long."""
        self._cable = Cable(self._cable.speaker, self._cable.unit)
        receiver, unsent = Receiver(), b""
        allowance = _Allowance(READ_AT_ONCE, clock())
        leave_at: float | None = None
        silent_since = clock()
        while True:
            now = clock()
            if self._up and not rules.is_up(self._cable, now):
                self._tell("nobody answers any more")
            self._settle(up=rules.is_up(self._cable, now))
            silent_since = max(silent_since, self._cable.proven_at)
            if now > silent_since + REOPEN_AFTER_S:
                return
            unsent = unsent or self._next_frame(now)
            if self._stop:
                leave_at = leave_at or now + FAREWELL_WITHIN_S
                if now >= leave_at or not (self._up and unsent):
                    return
            allowance.refill(now)
            ready = self._wait(port, bool(unsent), allowance.left > 0, now)
            if ready & ~select.POLLOUT:
                piece = port.read()
                allowance.left -= len(piece)
                self._hear(receiver, piece)
            if ready & select.POLLOUT:
                unsent = unsent[port.write(unsent) :]

    def _wait(self, port: SerialPort, speaks: bool, listens: bool, now: float) -> int:
        """Sleep until there is something to do; poll(2)'s answer for the port."""
        until = rules.next_wake(self._cable, now)
        if speaks:
            # The greeting waits for what is on its way; the port, or else the silence, wakes us.
            until = now + rules.GREET_ALONE_S
        if not listens:
            until = min(until, now + READ_AT_ONCE / READ_PER_S / 16)
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        poller.register(port, (select.POLLIN if listens else 0) | (select.POLLOUT if speaks else 0))
        ready = dict(poller.poll(max(0.0, until - now) * 1000 + 1))
        if self._wake in ready:
            self._drain()
        return ready.get(port.fileno(), 0)

    def _next_frame(self, now: float) -> bytes:
        """The bytes that are to go out next; none when there is nothing to say."""
        if now >= self._cable.greet_at:
            self._cable, greeting = rules.greet(self._cable, os.urandom(MARK_SIZE), now)
            return framed(greeting)
        if not self._up:
            return b""
        with self._lock:
            message = self._outgoing.take(now)
        if message is None:
            return b""
        try:
            return framed(rules.carry(self._cable, *message))
        except ValueError as fault:
            self._hearer.refused(str(fault))
            return b""

    def _hear(self, receiver: Receiver, piece: bytes) -> None:
        for frame in receiver.receive(piece):
            brought: object = frame
            if not isinstance(frame, Refused):
                self._cable, brought = rules.hear(self._cable, frame, clock())
            match brought:
                case Refused(reason):
                    self._hearer.refused(reason)
                case Carried(topic=topic, payload=payload):
                    self._settle(up=True)
                    self._hearer.heard(topic, payload)

    def _settle(self, *, up: bool) -> None:
        """Tell whoever listens when the cable came up or went down."""
        if up == self._up:
            return
        self._up = up
        with self._lock:
            self._outgoing.clear()
        if up:
            self._told = ""
            log.info("cable %s: connected at %s", self._cable.unit, self._path)
            self._hearer.came_up()
        else:
            self._hearer.went_down()

    def _tell(self, state: str) -> None:
        """Log a state once, until another takes its place."""
        if state != self._told and not self._stop:
            log.warning("cable %s: %s: %s; trying again", self._cable.unit, self._path, state)
        self._told = state

    def _rest(self, seconds: float) -> None:
        """Wait before the next try; stopping ends it at once."""
        poller = select.poll()
        poller.register(self._wake, select.POLLIN)
        until = clock() + seconds
        while not self._stop and (left := until - clock()) > 0:
            poller.poll(left * 1000 + 1)
            self._drain()

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            os.eventfd_read(self._wake)
