"""A PromiseStore in SQL, in the store of the notes."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import Engine, func, insert, select, update

from host_agent.core.notes import LIVE
from host_agent.core.notices import Fate, Notice
from host_agent.ports_promise import Chased, Link
from host_agent.store.notes import to_note
from host_agent.store.promise_schema import LINKS, NOTICES, REMINDERS
from host_agent.store.schema import NOTES
from host_agent.store.transactions import transaction


class SqlPromiseStore:
    """A PromiseStore over any database that SQLAlchemy Core speaks to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def live_versions(self) -> list[tuple[str, int]]:
        with transaction(self._engine) as connection:
            rows = connection.execute(select(NOTES.c.id, NOTES.c.version).where(NOTES.c.state.in_(LIVE)))
            return [(note_id, version) for note_id, version in rows]

    def chased(self, note_ids: Sequence[str]) -> list[Chased]:
        with transaction(self._engine) as connection:
            told: dict[str, set[str]] = {}
            keys = select(REMINDERS.c.note_id, REMINDERS.c.key).where(REMINDERS.c.note_id.in_(note_ids))
            for row in connection.execute(keys):
                told.setdefault(row.note_id, set()).add(row.key)
            rows = connection.execute(select(NOTES).where(NOTES.c.id.in_(note_ids))).mappings()
            return [Chased(to_note(row), frozenset(told.get(row["id"], ()))) for row in rows]

    def tell(self, keys: Collection[tuple[str, str]], notices: Sequence[Notice], now: float) -> None:
        with transaction(self._engine) as connection:
            # A note may have been erased since it was looked at.
            ids = {note_id for note_id, _ in keys}
            there = set(connection.execute(select(NOTES.c.id).where(NOTES.c.id.in_(ids))).scalars())
            told = [{"note_id": note_id, "key": key, "told_at": now} for note_id, key in keys if note_id in there]
            if told:
                connection.execute(insert(REMINDERS), told)
            rows = [asdict(notice) for notice in notices if notice.note_id in there]
            for row in rows:
                del row["serial"]
            if rows:
                connection.execute(insert(NOTICES), rows)

    def waiting(self, now: float, limit: int) -> list[Notice]:
        wanted = select(NOTICES).where(NOTICES.c.fate == "waiting", NOTICES.c.next_try_at <= now)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted.order_by(NOTICES.c.serial).limit(limit)).mappings()
            return [Notice(**row) for row in rows]

    def settle(self, notice: Notice) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(NOTICES).where(NOTICES.c.serial == notice.serial).values(asdict(notice)))

    def notices(self, note_id: str) -> list[Notice]:
        return self.notices_of([note_id])

    def notices_of(self, note_ids: Sequence[str]) -> list[Notice]:
        wanted = select(NOTICES).where(NOTICES.c.note_id.in_(note_ids)).order_by(NOTICES.c.serial)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted)
            return [Notice(**row) for row in rows.mappings()]

    def try_again(self, note_id: str, now: float) -> int:
        failed = update(NOTICES).where(NOTICES.c.note_id == note_id, NOTICES.c.fate == "failed")
        with transaction(self._engine) as connection:
            new = failed.values(fate="waiting", next_try_at=now, made_at=now, settled_at=None)
            return connection.execute(new).rowcount

    def count(self, fate: Fate) -> int:
        wanted = select(func.count()).select_from(NOTICES.join(NOTES, NOTES.c.id == NOTICES.c.note_id))
        with transaction(self._engine) as connection:
            found = connection.execute(wanted.where(NOTICES.c.fate == fate, NOTES.c.state.in_(LIVE)))
            return int(found.scalar_one())

    def link(self, note_id: str, who: str, now: float, not_before: float) -> Link:
        mine = select(LINKS).where(
            LINKS.c.note_id == note_id, LINKS.c.who == who, LINKS.c.revoked_at.is_(None), LINKS.c.made_at >= not_before
        )
        with transaction(self._engine) as connection:
            row = connection.execute(mine.order_by(LINKS.c.made_at.desc())).mappings().first()
            if row is not None:
                return Link(**row)
            # Whole seconds: that is what its signature dates it with.
            link = Link(secrets.token_hex(16), note_id, who, float(int(now)))
            connection.execute(insert(LINKS).values(asdict(link)))
            return link

    def link_of(self, link_id: str) -> Link | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(LINKS).where(LINKS.c.id == link_id)).mappings().first()
            return None if row is None else Link(**row)

    def revoke_links(self, note_id: str, now: float) -> int:
        given = update(LINKS).where(LINKS.c.note_id == note_id, LINKS.c.revoked_at.is_(None))
        with transaction(self._engine) as connection:
            return connection.execute(given.values(revoked_at=now)).rowcount
