"""People made by hand, in SQL."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select

from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact
from host_agent.ports_directory import KeptColleague
from host_agent.store.directory_schema import COLLEAGUES, CONTACTS
from host_agent.store.transactions import transaction

_COLLEAGUE = tuple(field.name for field in fields(Colleague))


class SqlDirectory:
    """A DirectoryStore over any database that SQLAlchemy Core speaks to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def contacts(self) -> list[Contact]:
        wanted = select(CONTACTS).order_by(func.coalesce(CONTACTS.c.name, CONTACTS.c.organisation), CONTACTS.c.id)
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return [Contact(row.name, row.organisation, tuple(row.numbers), row.id) for row in rows]

    def keep_contact(self, contact: Contact) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(CONTACTS).where(CONTACTS.c.id == contact.id))
            connection.execute(insert(CONTACTS), asdict(contact) | {"numbers": list(contact.numbers)})

    def drop_contact(self, contact_id: str) -> bool:
        with transaction(self._engine) as connection:
            return connection.execute(delete(CONTACTS).where(CONTACTS.c.id == contact_id)).rowcount > 0

    def colleagues(self) -> list[KeptColleague]:
        with transaction(self._engine) as connection:
            rows = connection.execute(select(COLLEAGUES).order_by(COLLEAGUES.c.name, COLLEAGUES.c.id)).mappings().all()
        kept = []
        for row in rows:
            values: dict[str, Any] = {name: row[name] for name in _COLLEAGUE}
            kept.append(KeptColleague(row["id"], Colleague(**values | {"notify_urls": tuple(row["notify_urls"])})))
        return kept

    def keep_colleague(self, kept: KeptColleague) -> None:
        values = asdict(kept.colleague) | {"id": kept.id, "notify_urls": list(kept.colleague.notify_urls)}
        with transaction(self._engine) as connection:
            connection.execute(delete(COLLEAGUES).where(COLLEAGUES.c.id == kept.id))
            connection.execute(insert(COLLEAGUES), values)

    def drop_colleague(self, colleague_id: str) -> bool:
        with transaction(self._engine) as connection:
            return connection.execute(delete(COLLEAGUES).where(COLLEAGUES.c.id == colleague_id)).rowcount > 0
