"""A disk with a cache that forgets: what is written is acknowledged from memory, and only a flush makes it last.

When the power goes, of each page of 4 KiB that was not flushed a throw of the dice says whether it had reached the
medium, in whatever order. A page lands whole or not at all, as flash programs them: ext4 with `metadata_csum` calls its
own journal corrupt when the block of a commit is torn, and then nothing boots.

It is a network block device for QEMU (the NBD protocol's doc/proto.md, fixed newstyle, one client, simple replies) over
a file that is only read: all that changed stands in memory, so the next machine finds it.
"""

import os
import random
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

SECTOR = 512
SECTORS_A_PAGE = 8
READ, WRITE, DISCONNECT, FLUSH = 0, 1, 2, 3
FORCE_UNIT_ACCESS = 1
HAS_FLAGS, SEND_FLUSH, SEND_FUA = 1, 4, 8
EXPORT_NAME, ABORT, INFO, GO = 1, 2, 6, 7
ACK, INFO_REPLY, UNSUPPORTED = 1, 3, 1 << 31 | 1
INVALID = 22  # EINVAL
_GREETING = b"NBDMAGIC" + b"IHAVEOPT" + struct.pack(">H", 1)
_OPTION = struct.Struct(">8sII")
_OPTION_REPLY = struct.Struct(">QIII")
_OPTION_REPLY_MAGIC = 0x3E889045565A9
_REQUEST = struct.Struct(">IHHQQI")
_REPLY = struct.Struct(">IIQ")
_REPLY_MAGIC = 0x67446698


class _Away(Exception):  # noqa: N818  # says what happened
    """The machine closed its end."""


class VolatileDisk:
    """The disk over `base`, reached at `path`. `lies`: a flush is acknowledged and does nothing, as bad cards do."""

    def __init__(self, base: Path, path: Path, dice: random.Random, *, lies: bool = False) -> None:
        self._base_path = base
        self._path = path
        self._dice = dice
        self._lies = lies
        self._lasting: dict[int, bytes] = {}
        self._unflushed: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self._steps_left = 0
        self._pull: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._serve, name="volatile disk", daemon=True)
        self.powered = True
        self.flushes = 0
        self.at_risk = 0
        """Pages that were not flushed when the power went last, and `survived` of them."""
        self.survived = 0

    def __enter__(self) -> Self:
        self._base = os.open(self._base_path, os.O_RDONLY)
        self._size = os.fstat(self._base).st_size
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(1)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10.0)
        self._listener.close()
        os.close(self._base)

    @property
    def drive(self) -> str:
        """This disk in QEMU's words."""
        return f"file=nbd+unix:///?socket={self._path},format=raw,cache=writeback"

    def cut_after(self, steps: int, pull: Callable[[], None]) -> None:
        """The power goes with the `steps`th write or flush from now, unacknowledged. `pull` stops all else."""
        with self._lock:
            self._steps_left, self._pull = steps, pull

    def cut(self, pull: Callable[[], None]) -> None:
        """The power goes now."""
        with self._lock:
            self._pull = pull
            if self.powered:
                self._lose()

    def power_on(self) -> None:
        """What lasted is there again for the next machine."""
        with self._lock:
            self.powered, self._steps_left = True, 0

    def _lose(self) -> None:
        # First the machine: what it would say after this moment nobody can have seen.
        self._pull()
        self.powered = False
        pages = sorted({sector // SECTORS_A_PAGE for sector in self._unflushed})
        landed = {page for page in pages if self._dice.random() < 0.5}
        self.at_risk, self.survived = len(pages), len(landed)
        self._lasting |= {at: content for at, content in self._unflushed.items() if at // SECTORS_A_PAGE in landed}
        self._unflushed.clear()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                try:
                    if self._agree(client):
                        while self._answer(client):
                            pass
                except (_Away, OSError):
                    pass

    def _agree(self, client: socket.socket) -> bool:
        """The handshake; False when the machine only asked."""
        client.sendall(_GREETING)
        _take(client, 4)
        while True:
            _, option, length = _OPTION.unpack(_take(client, _OPTION.size))
            _take(client, length)
            if option == EXPORT_NAME:
                client.sendall(struct.pack(">QH", self._size, HAS_FLAGS | SEND_FLUSH | SEND_FUA) + bytes(124))
                return True
            if option in (INFO, GO):
                export = struct.pack(">HQH", 0, self._size, HAS_FLAGS | SEND_FLUSH | SEND_FUA)
                _reply(client, option, INFO_REPLY, export)
                _reply(client, option, ACK)
                if option == GO:
                    return True
            else:
                _reply(client, option, ACK if option == ABORT else UNSUPPORTED)
                if option == ABORT:
                    return False

    def _answer(self, client: socket.socket) -> bool:
        """One request; False when the machine leaves or has no power any more."""
        _, flags, what, cookie, at, length = _REQUEST.unpack(_take(client, _REQUEST.size))
        content = _take(client, length) if what == WRITE else b""
        fault, answer = 0, b""
        with self._lock:
            if not self.powered or what == DISCONNECT:
                return False
            if what == READ:
                answer = self._read(at, length)
            elif what == WRITE:
                self._write(at, content, lasts=bool(flags & FORCE_UNIT_ACCESS))
            elif what == FLUSH:
                self._flush()
            else:
                fault = INVALID
            if not self.powered:
                return False
        client.sendall(_REPLY.pack(_REPLY_MAGIC, fault, cookie) + answer)
        return True

    def _goes_now(self) -> bool:
        if self._steps_left:
            self._steps_left -= 1
            if not self._steps_left:
                self._lose()
                return True
        return False

    def _read(self, at: int, length: int) -> bytes:
        found = bytearray(os.pread(self._base, length, at))
        for place in range(0, length, SECTOR):
            sector = (at + place) // SECTOR
            changed = self._unflushed.get(sector) or self._lasting.get(sector)
            if changed is not None:
                found[place : place + SECTOR] = changed
        return bytes(found)

    def _write(self, at: int, content: bytes, *, lasts: bool) -> None:
        sectors = {(at + place) // SECTOR: content[place : place + SECTOR] for place in range(0, len(content), SECTOR)}
        self._unflushed |= sectors
        if not self._goes_now() and lasts and not self._lies:
            for sector in sectors:
                self._lasting[sector] = self._unflushed.pop(sector)

    def _flush(self) -> None:
        self.flushes += 1
        if not self._goes_now() and not self._lies:
            self._lasting |= self._unflushed
            self._unflushed.clear()


def _take(client: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        got = client.recv(count - len(found))
        if not got:
            raise _Away
        found += got
    return bytes(found)


def _reply(client: socket.socket, option: int, kind: int, content: bytes = b"") -> None:
    client.sendall(_OPTION_REPLY.pack(_OPTION_REPLY_MAGIC, option, kind, len(content)) + content)
