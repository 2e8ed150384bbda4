"""The outbox driver: one thread with the one connection. What waits together is committed together.

A commit that failed is never tried again on the same connection: after a failed fsync the kernel may call pages clean
that never reached the disk. The connection is closed, the file opened and checked anew, and what was refused is
removed, so that the disk says what the glass said.
"""

import logging
import sqlite3
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from device.clock import boottime
from device.core.events import CommitFailed, Committed, OutboxLoaded, StorageFault, StorageWell
from device.core.notes import KeptNote
from device.drivers import outbox_file as file
from device.drivers import outbox_renewal
from device.ports import PULSE_S, Inbox

log = logging.getLogger(__name__)

BATCH = 64
STOP_WITHIN_S = 10.0
REOPEN_AFTER_S = 5.0
"""A file that could not be opened may hold notes the host still waits for, so nobody has to press to have it tried."""
TIDY_AFTER_S = 60.0
"""Emptying the log costs the next commit a second fsync, so it waits until the button has rested a while."""


@dataclass(frozen=True, slots=True)
class _Forget:
    id: str
    rev: int


class SqliteOutbox:
    """The notes the host has not yet receipted, in `path`. Use as a context manager; it reports into `inbox`."""

    def __init__(
        self,
        path: Path,
        inbox: Inbox,
        tidy_after_s: float = TIDY_AFTER_S,
        reopen_after_s: float = REOPEN_AFTER_S,
    ) -> None:
        self._path = path
        self._tidy_after_s = tidy_after_s
        self._reopen_after_s = reopen_after_s
        self._untidy = True  # what an earlier run left in the log is not known
        self._inbox = inbox
        self._asked: SimpleQueue[KeptNote | _Forget | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="outbox", daemon=True)
        self._connection: sqlite3.Connection | None = None
        self._stands: dict[str, KeptNote] | None = None  # what was acknowledged; None until first read
        self._away = False
        self.alive_at = boottime()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._asked.put(None)
        self._thread.join(STOP_WITHIN_S)

    def keep(self, note: KeptNote) -> None:
        """Commit `note` soon; Committed or CommitFailed follows in the inbox."""
        self._asked.put(note)

    def forget(self, note_id: str, rev: int) -> None:
        """Remove the note soon, unless a newer revision than `rev` stands there."""
        self._asked.put(_Forget(note_id, rev))

    def _work(self) -> None:
        self._open()
        going, rests_since = True, time.monotonic()
        while going:
            self.alive_at = boottime()
            rest_s = self._rest_s()
            left_s = PULSE_S if rest_s is None else rests_since + rest_s - time.monotonic()
            try:
                asked = [self._asked.get(timeout=min(PULSE_S, max(0.0, left_s)))]
            except Empty:
                if rest_s is None or left_s > PULSE_S:
                    continue
                if self._connection is None:
                    self._open()
                else:
                    self._tidy()
                rests_since = time.monotonic()
                continue
            with suppress(Empty):
                while len(asked) < BATCH:
                    asked.append(self._asked.get_nowait())
            going = None not in asked
            if batch := [one for one in asked if one is not None]:
                self._commit(batch)
            rests_since = time.monotonic()
        self._close()

    def _rest_s(self) -> float | None:
        """How long to wait for the next note before there is something to do without one."""
        if self._connection is None:
            return self._reopen_after_s
        return self._tidy_after_s if self._untidy else None

    def _open(self) -> bool:
        """Open the file, set a damaged one aside first, and make it say what was acknowledged."""
        try:
            self._set_aside("damaged before this program was stopped")
            try:
                self._connection = file.open_outbox(self._path)
            except file.DamagedOutbox as damage:
                self._connection = self._renew(damage)
            found, unreadable = file.read(self._connection)
            if self._stands is not None:
                self._reconcile(self._connection, self._stands, found)
        except (sqlite3.Error, OSError, file.DamagedOutbox) as error:
            self._fault(f"{self._path} cannot be used: {error}")
            self._close()
            return False
        if unreadable:
            log.warning("outbox: %d rows of %s are not notes and are left alone", unreadable, self._path)
            self._inbox.put(StorageFault(boottime(), lasting=False))
        self._well()
        if self._stands is None:
            self._stands = {note.id: note for note in found}
            self._inbox.put(OutboxLoaded(boottime(), found))
        return True

    def _renew(self, damage: Exception) -> sqlite3.Connection:
        """Begin a new file with what can be read of the damaged one, and set that aside."""
        saved = outbox_renewal.begin(self._path)
        self._set_aside(f"damaged ({damage}), {saved} notes read from it")
        return file.open_outbox(self._path)

    def _set_aside(self, why: str) -> None:
        if (aside := outbox_renewal.finish(self._path)) is not None:
            log.error("outbox: %s; set aside as %s", why, aside.name)
            self._inbox.put(StorageFault(boottime(), lasting=False))

    def _reconcile(
        self, connection: sqlite3.Connection, stands: dict[str, KeptNote], found: tuple[KeptNote, ...]
    ) -> None:
        """After a fault: what was refused or forgotten must not stand in the file, what was acknowledged must."""
        in_file = {note.id: note for note in found}
        with file.transaction(connection):
            for note in found:
                if stands.get(note.id) != note:
                    file.remove(connection, note.id, note.rev)
            for note in stands.values():
                if in_file.get(note.id) != note:
                    file.write(connection, note)

    def _commit(self, batch: list[KeptNote | _Forget]) -> None:
        """One transaction for all of `batch`, and the word about each note in it."""
        if self._connection is None and not self._open():
            self._refuse(batch)
            return
        assert self._connection is not None
        try:
            with file.transaction(self._connection):
                for one in batch:
                    if isinstance(one, KeptNote):
                        file.write(self._connection, one)
                    else:
                        file.remove(self._connection, one.id, one.rev)
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            self._fault(f"{self._path} cannot be written: {error}")
            self._close()
            self._refuse(batch)
            return
        self._well()
        self._acknowledge(batch)
        self._untidy = self._untidy or any(isinstance(one, _Forget) for one in batch)

    def _tidy(self) -> None:
        """Leave no byte of a forgotten caller in the log; what fails is tried after the next note."""
        self._untidy = False
        if self._connection is not None:
            with suppress(sqlite3.Error):
                file.tidy(self._connection)

    def _acknowledge(self, batch: list[KeptNote | _Forget]) -> None:
        assert self._stands is not None, "an open outbox was read"
        for one in batch:
            if isinstance(one, KeptNote):
                self._stands[one.id] = one
                self._inbox.put(Committed(boottime(), one.id, one.rev))
            else:
                self._drop(one)

    def _refuse(self, batch: list[KeptNote | _Forget]) -> None:
        """Say which notes are not kept. What the host has is forgotten all the same, in the file once it is back."""
        for one in batch:
            if isinstance(one, KeptNote):
                self._inbox.put(CommitFailed(boottime(), one.id, one.rev))
            else:
                self._drop(one)

    def _drop(self, forget: _Forget) -> None:
        if self._stands is not None and (note := self._stands.get(forget.id)) is not None and note.rev <= forget.rev:
            del self._stands[forget.id]

    def _fault(self, reason: str) -> None:
        if not self._away:
            log.error("outbox: %s; notes are refused until it can be written again", reason)
            self._inbox.put(StorageFault(boottime(), lasting=True))
        self._away = True

    def _well(self) -> None:
        if self._away:
            log.info("outbox: %s is written again", self._path)
            self._inbox.put(StorageWell(boottime()))
        self._away = False

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None
