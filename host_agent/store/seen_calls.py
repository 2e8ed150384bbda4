"""The calls that the PBX saw and that concern notes, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from host_agent.core.missed import Fate, Missed
from host_agent.core.proposals import OpenNote, Proposal
from host_agent.store.directory_schema import CALL_PROPOSALS, MISSED_CALLS, TAKEN_CALLS
from host_agent.store.schema import NOTES
from host_agent.store.transactions import transaction

_MISSED = tuple(MISSED_CALLS.c[field.name] for field in fields(Missed))
_MOST_OFFERED = 200
_MOST_NOTES = 200


class SqlSeenCalls:
    """A SeenCallStore over any database that SQLAlchemy Core speaks to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def offered(self) -> list[Missed]:
        wanted = select(*_MISSED).where(MISSED_CALLS.c.fate == "offered").order_by(MISSED_CALLS.c.last_at.desc())
        with transaction(self._engine) as connection:
            return [Missed(*row) for row in connection.execute(wanted.limit(_MOST_OFFERED))]

    def missed(self, missed_id: str) -> Missed | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(*_MISSED).where(MISSED_CALLS.c.id == missed_id)).first()
            return None if row is None else Missed(*row)

    def joined(self, note_id: str) -> list[Missed]:
        those = (MISSED_CALLS.c.note_id == note_id) & (MISSED_CALLS.c.fate == "joined")
        wanted = select(*_MISSED).where(those).order_by(MISSED_CALLS.c.first_at)
        with transaction(self._engine) as connection:
            return [Missed(*row) for row in connection.execute(wanted)]

    def knows(self, call: str) -> bool:
        with transaction(self._engine) as connection:
            return connection.execute(select(TAKEN_CALLS.c.call).where(TAKEN_CALLS.c.call == call)).first() is not None

    def keep(self, missed: Missed, *, call: str) -> None:
        with transaction(self._engine) as connection:
            connection.execute(insert(TAKEN_CALLS).values(call=call, at=missed.last_at))
            known = update(MISSED_CALLS).where(MISSED_CALLS.c.id == missed.id).values(asdict(missed))
            if not connection.execute(known).rowcount:
                connection.execute(insert(MISSED_CALLS), asdict(missed))

    def settle(self, missed_id: str, fate: Fate, note_id: str | None) -> bool:
        offered = (MISSED_CALLS.c.id == missed_id) & (MISSED_CALLS.c.fate == "offered")
        with transaction(self._engine) as connection:
            done = connection.execute(update(MISSED_CALLS).where(offered).values(fate=fate, note_id=note_id))
            return done.rowcount > 0

    def open_notes(self, ending: str, since: float) -> list[OpenNote]:
        wanted = (
            select(NOTES)
            .where(NOTES.c.closed_at.is_(None), NOTES.c.arrived_at >= since)
            .where(NOTES.c.caller_number.like("%" + ending))
            .order_by(NOTES.c.pressed_at.desc())
            .limit(_MOST_NOTES)
        )
        with transaction(self._engine) as connection:
            return [_open_note(row) for row in connection.execute(wanted)]

    def propose(self, proposals: Sequence[Proposal]) -> None:
        with transaction(self._engine) as connection:
            for each in proposals:
                connection.execute(delete(CALL_PROPOSALS).where(CALL_PROPOSALS.c.note_id == each.note_id))
                connection.execute(insert(CALL_PROPOSALS), asdict(each))

    def proposals(self) -> list[Proposal]:
        columns = [CALL_PROPOSALS.c[field.name] for field in fields(Proposal)]
        wanted = select(*columns).join(NOTES, NOTES.c.id == CALL_PROPOSALS.c.note_id).where(NOTES.c.closed_at.is_(None))
        with transaction(self._engine) as connection:
            return [Proposal(*row) for row in connection.execute(wanted)]

    def prune(self, before: float) -> int:
        with transaction(self._engine) as connection:
            connection.execute(delete(TAKEN_CALLS).where(TAKEN_CALLS.c.at < before))
            return connection.execute(delete(MISSED_CALLS).where(MISSED_CALLS.c.last_at < before)).rowcount


def _open_note(row: Row[Any]) -> OpenNote:
    return OpenNote(row.id, row.caller_number, row.pressed_at, row.assigned_to or row.for_whom, row.line)
