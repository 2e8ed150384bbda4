"""Accounts, sessions and one-time links in SQL."""

from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from host_agent.core.rights import Person, Role
from host_agent.core.sessions import Session
from host_agent.store.people_schema import LINKS, PEOPLE, SESSIONS
from host_agent.store.transactions import transaction


class SqlPeople:
    """A PeopleStore over any database that SQLAlchemy Core speaks to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def everyone(self) -> list[Person]:
        with transaction(self._engine) as connection:
            return [_person(row) for row in connection.execute(select(PEOPLE).order_by(PEOPLE.c.name_key))]

    def person(self, person_id: str) -> Person | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == person_id)).first()
            return None if row is None else _person(row)

    def by_login(self, login: str) -> tuple[Person, str | None] | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(PEOPLE).where(PEOPLE.c.login_key == login.casefold())).first()
            return None if row is None else (_person(row), row.password)

    def add(self, person: Person) -> bool:
        with transaction(self._engine) as connection:
            return _add(connection, person, None)

    def set_role(self, person_id: str, role: Role) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(role=role))

    def set_enabled(self, person_id: str, *, is_enabled: bool) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(is_enabled=is_enabled))
            if not is_enabled:
                connection.execute(delete(SESSIONS).where(SESSIONS.c.person_id == person_id))
                connection.execute(delete(LINKS).where(LINKS.c.person_id == person_id))

    def set_password(self, person_id: str, password: str, *, link: str | None) -> bool:
        with transaction(self._engine) as connection:
            if link is not None and not _use_up(connection, link):
                return False
            connection.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(password=password))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.person_id == person_id))
            connection.execute(delete(LINKS).where(LINKS.c.person_id == person_id))
            return True

    def add_link(self, link: str, person_id: str | None, expires_at: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(LINKS).where(LINKS.c.person_id.is_not_distinct_from(person_id)))
            connection.execute(insert(LINKS).values(digest=link, person_id=person_id, expires_at=expires_at))

    def link(self, link: str, now: float) -> tuple[str | None] | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(LINKS).where(LINKS.c.digest == link, LINKS.c.expires_at > now)).first()
            return None if row is None else (row.person_id,)

    def first_admin(self, person: Person, password: str, link: str) -> bool:
        with transaction(self._engine) as connection:
            is_there = connection.execute(select(LINKS).where(LINKS.c.digest == link)).first() is not None
            return is_there and _add(connection, person, password) and _use_up(connection, link)

    def begin(self, digest: str, session: Session) -> None:
        with transaction(self._engine) as connection:
            connection.execute(insert(SESSIONS).values(digest=digest, **vars(session)))

    def session(self, digest: str) -> tuple[Session, Person] | None:
        wanted = select(PEOPLE, SESSIONS).join_from(SESSIONS, PEOPLE).where(SESSIONS.c.digest == digest)
        with transaction(self._engine) as connection:
            row = connection.execute(wanted).first()
            return None if row is None else (Session(row.person_id, row.begun_at, row.seen_at), _person(row))

    def seen(self, digest: str, at: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen_at=at))

    def end(self, digest: str) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest))

    def forget_over(self, begun_before: float, now: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.begun_at < begun_before))
            connection.execute(delete(LINKS).where(LINKS.c.expires_at <= now))


def _person(row: Any) -> Person:
    return Person(row.id, row.login, row.name, row.role, row.is_enabled)


def _add(connection: Connection, person: Person, password: str | None) -> bool:
    names = {"login_key": person.login.casefold(), "name_key": person.name.casefold()}
    taken = or_(PEOPLE.c.login_key == names["login_key"], PEOPLE.c.name_key == names["name_key"])
    if connection.execute(select(PEOPLE.c.id).where(taken)).first() is not None:
        return False
    connection.execute(insert(PEOPLE).values(**vars(person), **names, password=password))
    return True


def _use_up(connection: Connection, link: str) -> bool:
    return connection.execute(delete(LINKS).where(LINKS.c.digest == link)).rowcount == 1
