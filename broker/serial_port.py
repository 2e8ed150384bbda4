"""A serial port through pyserial, which alone knows how to set one: raw, 8N1, for nobody else, never blocking.

Reading and writing are the kernel's own calls on its descriptor: pyserial's would spin on a port that takes nothing.
"""

import os
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EACCES, EAGAIN, EBUSY, ENOENT

import serial

BAUD = 115_200
READ_SIZE = 4096
LAST_WORDS_S = 0.3
_WORDS = {
    ENOENT: "it is not there: is the cable in?",
    EACCES: "this user may not open it: see docs/serial.md for the group",
    EBUSY: "another program has it: a login (getty) or ModemManager?",
    EAGAIN: "another program has it: a second Belbord?",
}


class PortFault(Exception):  # noqa: N818  # says what happened
    """The port cannot be opened, or was pulled out. The text says what to look at."""


class SerialPort:
    """An open port; every method raises PortFault once it is gone."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def fileno(self) -> int:
        """For poll(2)."""
        return self._fd

    def read(self) -> bytes:
        """What has come, after poll said that something has."""
        try:
            piece = os.read(self._fd, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError as fault:
            raise PortFault(f"it went away ({fault.strerror})") from None
        if not piece:
            # Ready and yet empty: the other end of the file is gone (termios(3), hang-up).
            raise PortFault("it went away")
        return piece

    def write(self, what: bytes) -> int:
        """How many bytes of `what` the port takes now."""
        try:
            return os.write(self._fd, what)
        except BlockingIOError:
            return 0
        except OSError as fault:
            raise PortFault(f"it went away ({fault.strerror})") from None


@contextmanager
def opened(path: str) -> Iterator[SerialPort]:
    """The port at `path` while in the block. Raises PortFault. Opening and leaving may take seconds on a bad port."""
    try:
        port = serial.Serial(path, BAUD, timeout=0, write_timeout=0, exclusive=True)
    except (OSError, ValueError, termios.error) as fault:
        raise PortFault(_in_words(fault)) from None
    try:
        yield SerialPort(port.fileno())
    finally:
        with suppress(OSError, termios.error):
            _empty(port)
        with suppress(OSError, termios.error):
            port.close()


def _empty(port: serial.Serial) -> None:
    """Let the last words out; what nobody takes must not hold up the closing, for which a driver waits up to 30 s."""
    until = time.monotonic() + LAST_WORDS_S
    while port.out_waiting:
        if time.monotonic() > until:
            port.reset_output_buffer()
            return
        time.sleep(LAST_WORDS_S / 30)


def _in_words(fault: Exception) -> str:
    number = fault.errno if isinstance(fault, OSError) else None
    return _WORDS.get(number or 0, str(fault))
