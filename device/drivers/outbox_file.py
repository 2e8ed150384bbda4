"""The outbox as a file: SQLite, one table, one row for each note the host has not yet receipted.

WAL with synchronous=FULL: each commit is one fsync of the log, where a rollback journal with EXTRA costs three, and on
an SD card an fsync is what takes the time. A caller is not left behind in the file: `secure_delete` blanks rows, and
`tidy` empties the log once nothing is owed.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import msgspec

from broker import sqlite_log
from broker.messages import Caller, Note
from device.core.notes import KeptNote

VERSION = 1
BUSY_TIMEOUT_S = 0.5
"""Somebody looks into the file with another program: wait a little, then call it a fault; a press has a second."""

_SCHEMA = """
CREATE TABLE note (
    id TEXT PRIMARY KEY NOT NULL,
    rev INTEGER NOT NULL,
    boot TEXT NOT NULL,            -- 16 hex digits: in which boot of this machine the button was pressed
    pressed_at REAL NOT NULL,      -- CLOCK_BOOTTIME of that boot, seconds
    pressed_clock REAL NOT NULL,   -- wall clock, Unix seconds; may be wrong
    kind TEXT NOT NULL,
    has_caller INTEGER NOT NULL,
    caller_number TEXT,
    caller_name TEXT,
    caller_withheld INTEGER NOT NULL,
    queue TEXT,
    line TEXT,
    colleague TEXT,
    withdrawn INTEGER NOT NULL
)
"""
_COLUMNS = (
    "id, rev, boot, pressed_at, pressed_clock, kind, has_caller, caller_number, caller_name, caller_withheld,"
    " queue, line, colleague, withdrawn"
)

UNREADABLE_LIMIT = 2_000
"""Row numbers tried in vain, one after the other, before the rest is given up: a press waits meanwhile."""


class DamagedOutbox(Exception):  # noqa: N818  # says what happened
    """The file is not a whole outbox of a version this program knows."""


def open_outbox(path: Path) -> sqlite3.Connection:
    """The outbox at `path`, made when there is none. Raises DamagedOutbox, or sqlite3.OperationalError and OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if harm := sqlite_log.damage_of(path):
        # SQLite would forget what stands behind it without a word.
        raise DamagedOutbox(harm)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        _prepare(connection)
    except sqlite3.OperationalError:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DamagedOutbox(str(error)) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise DamagedOutbox(str(found)[:200])
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        with transaction(connection):
            connection.execute(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {VERSION}")
    elif version != VERSION:
        raise DamagedOutbox(f"version {version}, this program knows {VERSION}")


class transaction:  # noqa: N801  # reads as a statement
    """BEGIN IMMEDIATE … COMMIT around a block; ROLLBACK when it raises."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        else:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")


def write(connection: sqlite3.Connection, note: KeptNote) -> None:
    """Insert `note`, or put it in the place of an older revision."""
    caller = note.caller
    row = (
        note.id, note.rev, note.boot, note.pressed_at, note.pressed_clock, note.kind, caller is not None,
        caller.number if caller else None, caller.name if caller else None, bool(caller and caller.withheld),
        note.queue, note.line, note.colleague, note.withdrawn,
    )  # fmt: skip
    marks = ", ".join("?" * len(row))
    updates = ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.split(", ")[1:])
    connection.execute(
        f"INSERT INTO note ({_COLUMNS}) VALUES ({marks})"  # noqa: S608  # our own column names
        f" ON CONFLICT (id) DO UPDATE SET {updates} WHERE excluded.rev > note.rev",
        row,
    )


def remove(connection: sqlite3.Connection, note_id: str, rev: int) -> None:
    """Delete the note unless a newer revision than `rev` stands there."""
    connection.execute("DELETE FROM note WHERE id = ? AND rev <= ?", (note_id, rev))


def read(connection: sqlite3.Connection) -> tuple[tuple[KeptNote, ...], int]:
    """All notes in the order of their making, and how many rows could not be understood (they are left in place)."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM note ORDER BY rowid").fetchall()  # noqa: S608
    notes = tuple(_understood(rows))
    return notes, len(rows) - len(notes)


def tidy(connection: sqlite3.Connection) -> None:
    """Empty the log when no note is left, so that no byte of a caller stays in it."""
    if connection.execute("SELECT 1 FROM note LIMIT 1").fetchone() is None:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def salvage(path: Path) -> tuple[KeptNote, ...]:
    """Whatever notes can still be read from the damaged file at `path` and its log, row by row around what is broken.

    It may bring back a note that was forgotten; the host knows it by its id.
    """
    log = sqlite_log.log_of(path)
    whole = sqlite_log.overlaid(path.read_bytes() if path.exists() else b"", log.read_bytes() if log.exists() else b"")
    first = _first_page()
    found: dict[str, KeptNote] = {}
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        _gather(found, connection)
    for image in (whole, first + whole[len(first) :]):
        with closing(sqlite3.connect(":memory:")) as connection:
            if len(image) >= len(first):
                with suppress(sqlite3.Error):
                    connection.deserialize(image)
                    _gather(found, connection)
    return tuple(sorted(found.values(), key=lambda note: note.pressed_clock))


def _first_page() -> bytes:
    """Of an outbox: where its table stands, the same in each."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(_SCHEMA)
        size: int = connection.execute("PRAGMA page_size").fetchone()[0]
        return connection.serialize()[:size]


def _gather(found: dict[str, KeptNote], connection: sqlite3.Connection) -> None:
    """Put the notes that can be read through `connection` into `found`, the newest revision of each."""
    rows: list[tuple[object, ...]] = []
    last = broken = 0
    while broken < UNREADABLE_LIMIT:
        try:
            # Not by the primary key's index: that may be what is damaged.
            row = connection.execute(
                f"SELECT rowid, {_COLUMNS} FROM note NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT 1",  # noqa: S608
                (last,),
            ).fetchone()
        except sqlite3.DatabaseError:
            last, broken = last + 1, broken + 1
            continue
        if row is None:
            break
        last, broken = row[0], 0
        rows.append(row[1:])
    for note in _understood(rows):
        if note.id not in found or found[note.id].rev < note.rev:
            found[note.id] = note


def _understood(rows: Iterable[tuple[object, ...]]) -> Iterator[KeptNote]:
    for row in rows:
        with suppress(ValueError, TypeError, msgspec.ValidationError):
            yield _note(row)


def _note(row: tuple[object, ...]) -> KeptNote:
    """The row as a note, held to the bounds of the language; raises ValueError, TypeError or ValidationError."""
    note_id, rev, boot, at, clock, kind, has_caller, number, name, withheld, queue, line, colleague, withdrawn = row
    caller = {"number": number, "name": name, "withheld": bool(withheld)} if has_caller else None
    note = msgspec.convert(
        {
            "id": note_id, "rev": rev, "kind": kind, "pressed_clock": clock, "caller": caller, "queue": queue,
            "line": line, "colleague": colleague, "withdrawn": bool(withdrawn),
        },
        Note,
    )  # fmt: skip
    if not isinstance(boot, str) or not isinstance(at, float) or note.pressed_clock is None:
        raise TypeError("a note without the time of its press")
    made = (
        Caller(number=note.caller.number, name=note.caller.name, withheld=note.caller.withheld) if note.caller else None
    )
    return KeptNote(
        note.id, note.rev, boot, at, note.pressed_clock, note.kind, made, note.queue, note.line, note.colleague,
        note.withdrawn,
    )  # fmt: skip
