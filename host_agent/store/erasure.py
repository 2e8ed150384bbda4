"""Finding and erasing callers across the whole store in SQL, down to the bytes of its files.

`HOLDS` says of every table whether it knows a caller and how that is erased; a test fails for a table without a row.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, not_, or_, select

from host_agent.core.notes import CallbackNote, Entry
from host_agent.core.retention import Erase, Seen
from host_agent.core.same_number import mentions
from host_agent.errors import StoreFault
from host_agent.ports_people import About, Run
from host_agent.store.before_change import forget_copies
from host_agent.store.directory_schema import CONTACTS, MISSED_CALLS
from host_agent.store.notes import to_note
from host_agent.store.people_schema import RUNS
from host_agent.store.schema import HISTORY, NOTES, TOMBSTONES
from host_agent.store.transactions import transaction

Holds = Literal["no caller", "goes with its note", "erased here"]
HOLDS: Mapping[str, Holds] = {
    "notes": "erased here",
    "history": "goes with its note",
    "tombstones": "no caller",
    "people": "no caller",
    "one_time_links": "no caller",
    "sessions": "no caller",
    "api_tokens": "no caller",
    "api_answers": "no caller",
    "calendar_feeds": "no caller",
    "retention_runs": "no caller",
    "contacts": "erased here",
    "colleagues": "no caller",
    "missed_calls": "erased here",
    "taken_calls": "no caller",
    "call_proposals": "goes with its note",
    "reminders": "goes with its note",
    "notices": "goes with its note",
    "links": "goes with its note",
    "webhook_calls": "goes with its note",
}

# `words` says nothing that the others do not.
_NO_WORDS = ("id", "fingerprint", "conflict", "unit", "state", "kind", "certainty", "words")
_SAID = tuple(each for each in NOTES.c if each.name not in _NO_WORDS and each.type.python_type is str)
_CHUNK = 500


class SqlKeeping:
    """A KeepingStore over any database that SQLAlchemy Core speaks to; `scrub` knows SQLite's files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def about_number(self, key: str, country: str) -> About:
        with transaction(self._engine) as connection:
            return _about(connection, key, country)

    def erase_number(self, key: str, country: str) -> int:
        with transaction(self._engine) as connection:
            found = _about(connection, key, country)
            ids = [note.id for note, _ in found.notes]
            chunks = [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
            erased = sum(_erase_notes(connection, NOTES.c.id.in_(chunk)) for chunk in chunks)
            for table, rows in ((MISSED_CALLS, found.missed), (CONTACTS, found.contacts)):
                for row in rows:
                    connection.execute(delete(table).where(table.c.id == row["id"]))
            return erased + len(found.missed) + len(found.contacts)

    def expiring(self, before: float, limit: int) -> tuple[list[CallbackNote], int]:
        those = _open_before(before)
        with transaction(self._engine) as connection:
            total = connection.execute(select(func.count()).select_from(NOTES).where(those)).scalar_one()
            rows = connection.execute(select(NOTES).where(those).order_by(NOTES.c.arrived_at).limit(limit)).mappings()
            return [to_note(row) for row in rows], total

    def time_seen(self) -> Seen:
        with transaction(self._engine) as connection:
            ran = connection.execute(select(func.max(RUNS.c.at)).where(RUNS.c.refused.is_(None))).scalar()
            newest = [connection.execute(select(func.max(at))).scalar() for at in (NOTES.c.arrived_at, _MISSED_AT)]
            return Seen(ran, max((at for at in newest if at is not None), default=None))

    def erase_old(self, wanted: Erase, at: float) -> int:
        closed = NOTES.c.closed_at < wanted.closed_before
        with transaction(self._engine) as connection:
            count = _erase_notes(connection, or_(closed, _open_before(wanted.open_before)))
            # A call that gave up is offered for a while and then as gone as a closed note; one joined to a note is its.
            old = and_(wanted.closed_before > _MISSED_AT, MISSED_CALLS.c.note_id.is_(None))
            count += connection.execute(delete(MISSED_CALLS).where(old)).rowcount
            _write_down(connection, Run(at, count))
            return count

    def refused(self, at: float, why: str) -> None:
        with transaction(self._engine) as connection:
            _write_down(connection, Run(at, 0, why))

    def last_run(self) -> Run | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(RUNS).order_by(RUNS.c.serial.desc()).limit(1)).first()
            return None if row is None else Run(row.at, row.erased, row.refused)

    def scrub(self, copies_before: float) -> None:
        if (store := self._engine.url.database) is not None:
            forget_copies(Path(store), copies_before)
        # secure_delete wipes a deleted cell, but not the copies that moving cells between pages can leave behind, and
        # the log still holds the pages as they were. A rebuilt file with an emptied log holds only what is there.
        try:
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA temp_store = MEMORY")
                cursor.execute("VACUUM")
                is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.close()
            finally:
                connection.close()
        except sqlite3.Error as fault:
            raise StoreFault(f"store: erased, but not yet from its file's free space ({fault}); run it again") from None
        if is_busy:
            raise StoreFault("store: erased, but still in its log, which another program reads; run it again")


_MISSED_AT = MISSED_CALLS.c.last_at


def _about(connection: Connection, key: str, country: str) -> About:
    def stands_in(said: Sequence[object]) -> bool:
        return any(isinstance(text, str) and mentions(text, key, country) for text in said)

    histories: dict[str, list[Entry]] = {}
    for was in connection.execute(select(HISTORY).order_by(HISTORY.c.serial)):
        histories.setdefault(was.note_id, []).append(Entry(was.at, was.who, was.what, was.fields))
    notes = []
    for row in connection.execute(select(NOTES).order_by(NOTES.c.pressed_at)).mappings():
        history = histories.get(row["id"], [])
        said: list[Any] = [row[column.name] for column in _SAID]
        if stands_in([*said, *(value for entry in history for value in entry.fields.values())]):
            notes.append((to_note(row), history))
    missed = [dict(row) for row in connection.execute(select(MISSED_CALLS)).mappings() if stands_in([row["number"]])]
    contacts = [dict(row) for row in connection.execute(select(CONTACTS)).mappings() if stands_in(row["numbers"])]
    return About(notes, missed, contacts)


def _open_before(moment: float) -> ColumnElement[bool]:
    is_promised_later = and_(NOTES.c.promised_by.is_not(None), NOTES.c.promised_by >= moment)
    return and_(NOTES.c.closed_at.is_(None), NOTES.c.arrived_at < moment, not_(is_promised_later))


def _erase_notes(connection: Connection, those: ColumnElement[bool]) -> int:
    gone = [tuple(row) for row in connection.execute(select(NOTES.c.id, NOTES.c.rev).where(those))]
    if gone:
        # A note made under an id that was erased before, as a program does that uses its key again.
        connection.execute(delete(TOMBSTONES).where(TOMBSTONES.c.id.in_(select(NOTES.c.id).where(those))))
        connection.execute(insert(TOMBSTONES), [{"id": note_id, "rev": rev} for note_id, rev in gone])
        connection.execute(delete(NOTES).where(those))
    return len(gone)


def _write_down(connection: Connection, run: Run) -> None:
    """The newest run that erased and the newest that was refused are enough, and neither crowds the other out."""
    same = RUNS.c.refused.is_(None) if run.refused is None else RUNS.c.refused.is_not(None)
    connection.execute(delete(RUNS).where(same))
    connection.execute(insert(RUNS).values(**vars(run)))
