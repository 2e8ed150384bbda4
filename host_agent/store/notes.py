"""Callback notes in SQL. The rules are in `core`; here rows become values and values rows."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    case,
    delete,
    func,
    insert,
    nulls_last,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.exc import DBAPIError

from host_agent.core.intake import Arrival, Tombstone, take_in
from host_agent.core.notes import LIVE, Action, CallbackNote, Changed, Entry, Outcome, change
from host_agent.core.search import Shelf, Wanted, fold, searched, subscriber_digits
from host_agent.core.tallies import Tally
from host_agent.errors import StoreFault
from host_agent.ports import Kept
from host_agent.store.before_change import keep_before_change
from host_agent.store.engine import opened_sqlite
from host_agent.store.lock import only_process
from host_agent.store.migrate import migrate
from host_agent.store.schema import HISTORY, NOTES, TOMBSTONES
from host_agent.store.soundness import must_be_sound

_FIELDS = tuple(field.name for field in fields(CallbackNote))
Written = Callable[[Connection, CallbackNote, Sequence[Entry]], None]
"""Is told of each note that is written, with the new lines of its history, within the transaction."""


@contextmanager
def opened(path: Path) -> Iterator["SqlNoteStore"]:
    """The store in the SQLite file `path`, locked for this process and migrated. Raises StoreFault."""
    with only_process(path):
        must_be_sound(path)
        keep_before_change(path, time.time())
        with opened_sqlite(path) as engine:
            migrate(engine)
            yield SqlNoteStore(engine)


class SqlNoteStore:
    """A NoteStore over any database that SQLAlchemy Core speaks to. `also_written`: who else writes in each commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.also_written: Written = lambda _connection, _note, _entries: None

    @property
    def engine(self) -> Engine:
        """What other rooms of the same store stand on."""
        return self._engine

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DBAPIError as fault:
            # `orig` alone: the whole text holds the statement's values, and with them a caller.
            raise StoreFault(f"store: {fault.orig}") from None

    def take_in(self, arrivals: Sequence[Arrival]) -> list[Kept]:
        with self._transaction() as connection:
            return [self._take_in(connection, arrival) for arrival in arrivals]

    def make(self, note: CallbackNote, *, who: str) -> None:
        with self._transaction() as connection:
            self._write(connection, note, (Entry(note.arrived_at, who, "made"),), is_new=True)

    def change(self, note_id: str, seen_version: int, action: Action, *, who: str, at: float) -> Outcome | None:
        with self._transaction() as connection:
            note = _note(connection, note_id)
            if note is None:
                return None
            outcome = change(note, seen_version, action, who=who, at=at)
            if isinstance(outcome, Changed) and outcome.entry is not None:
                self._write(connection, outcome.note, (outcome.entry,), is_new=False)
            return outcome

    def delete(self, note_id: str) -> bool:
        with self._transaction() as connection:
            note = _note(connection, note_id)
            if note is None:
                return False
            connection.execute(insert(TOMBSTONES).values(id=note.id, rev=note.rev))
            connection.execute(delete(NOTES).where(NOTES.c.id == note.id))
            return True

    def shelf(self, which: Shelf, *, now: float, limit: int) -> list[CallbackNote]:
        return self.look(Wanted(which), now=now, offset=0, limit=limit)[0]

    def look(self, wanted: Wanted, *, now: float, offset: int, limit: int) -> tuple[list[CallbackNote], int]:
        with self._transaction() as connection:
            asked = [*_on_shelf(wanted, now), *_concerning(connection, wanted)]
            order = _order(wanted)
            # First which, then those alone: sorting whole notes costs three times as much.
            which = select(NOTES.c.id).where(*asked).order_by(*order).offset(offset).limit(limit)
            rows = connection.execute(select(NOTES).where(NOTES.c.id.in_(which)).order_by(*order))
            notes = [to_note(row) for row in rows.mappings()]
            if not offset and len(notes) < limit:
                return notes, len(notes)
            return notes, connection.execute(select(func.count()).select_from(NOTES).where(*asked)).scalar_one()

    def find(self, note_id: str) -> tuple[CallbackNote, list[Entry]] | None:
        with self._transaction() as connection:
            note = _note(connection, note_id)
            if note is None:
                return None
            rows = connection.execute(select(HISTORY).where(HISTORY.c.note_id == note_id).order_by(HISTORY.c.serial))
            return note, [Entry(row.at, row.who, row.what, row.fields) for row in rows]

    def tally(self, now: float) -> list[Tally]:
        overdue = func.sum(case((NOTES.c.promised_by < now, 1), else_=0))
        ahead = func.min(case((NOTES.c.promised_by >= now, NOTES.c.promised_by)))
        wanted = (
            select(NOTES.c.unit, NOTES.c.queue, func.count(), overdue, ahead)
            .where(NOTES.c.state.in_(LIVE))
            .group_by(NOTES.c.unit, NOTES.c.queue)
        )
        with self._transaction() as connection:
            return [Tally(*row) for row in connection.execute(wanted)]

    def _take_in(self, connection: Connection, arrival: Arrival) -> Kept:
        known = _note(connection, arrival.note.id)
        taken = take_in(known or _tombstone(connection, arrival.note.id), arrival)
        if taken.note is not None:
            self._write(connection, taken.note, taken.entries, is_new=known is None)
        return Kept(arrival.unit, arrival.note.id, taken.receipt_rev, written=taken.note is not None)

    def _write(self, connection: Connection, note: CallbackNote, entries: Sequence[Entry], *, is_new: bool) -> None:
        row = asdict(note) | {"words": searched(note)}
        if is_new:
            connection.execute(insert(NOTES), row)
        else:
            connection.execute(update(NOTES).where(NOTES.c.id == note.id).values(row))
        if entries:
            connection.execute(insert(HISTORY), [{"note_id": note.id, **asdict(entry)} for entry in entries])
            self.also_written(connection, note, entries)


def _on_shelf(wanted: Wanted, now: float) -> list[ColumnElement[bool]]:
    is_live = NOTES.c.state.in_(LIVE)
    match wanted.shelf:
        case "open":
            return [is_live]
        case "overdue":
            return [is_live, NOTES.c.promised_by < now]
        case "closed":
            return [~is_live]
        case _:
            assert_never(wanted.shelf)


def _order(wanted: Wanted) -> list[ColumnElement[Any]]:
    """Due soonest first, and so what is overdue before that; then urgent, then oldest. Of closed notes the latest."""
    if wanted.shelf == "closed":
        return [NOTES.c.closed_at.desc()]
    return [nulls_last(NOTES.c.promised_by.asc()), NOTES.c.urgent.desc(), NOTES.c.pressed_at.asc()]


def _concerning(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.names is not None:
        whom = (NOTES.c.assigned_to, NOTES.c.for_whom)
        said = connection.execute(union(*(select(column) for column in whom))).scalars()
        spellings = [name for name in said if name is not None and fold(name) in wanted.names]
        asked.append(or_(*(column.in_(spellings) for column in whom)))
    digits = subscriber_digits(wanted.text, wanted.calling_code)
    if digits is not None:
        asked.append(NOTES.c.caller_number.contains(digits, autoescape=True))
    elif wanted.text:
        asked += [NOTES.c.words.contains(word, autoescape=True) for word in fold(wanted.text).split()]
    return asked


def _note(connection: Connection, note_id: str) -> CallbackNote | None:
    row = connection.execute(select(NOTES).where(NOTES.c.id == note_id)).mappings().first()
    return None if row is None else to_note(row)


def _tombstone(connection: Connection, note_id: str) -> Tombstone | None:
    row = connection.execute(select(TOMBSTONES).where(TOMBSTONES.c.id == note_id)).first()
    return None if row is None else Tombstone(row.id, row.rev)


def to_note(row: RowMapping) -> CallbackNote:
    """The note in a row."""
    values: dict[str, Any] = {name: row[name] for name in _FIELDS}
    return CallbackNote(**values)
