"""Tokens of the JSON API and of calendar feeds, and what was answered to them, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from host_agent.ports_people import Answered, ApiToken, CalendarFeed, Scope
from host_agent.store.people_schema import ANSWERS, FEEDS, TOKENS
from host_agent.store.transactions import transaction


class SqlTokens:
    """A TokenStore over any database that SQLAlchemy Core speaks to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tokens(self) -> list[ApiToken]:
        with transaction(self._engine) as connection:
            return [_token(row) for row in connection.execute(select(TOKENS).order_by(TOKENS.c.serial.desc()))]

    def add_token(self, digest: str, name: str, scopes: Sequence[Scope], at: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(insert(TOKENS).values(digest=digest, name=name, scopes=" ".join(scopes), made_at=at))

    def token(self, digest: str) -> ApiToken | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(TOKENS).where(TOKENS.c.digest == digest)).first()
            return None if row is None else _token(row)

    def token_used(self, serial: int, at: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(TOKENS).where(TOKENS.c.serial == serial).values(used_at=at))

    def revoke_token(self, serial: int) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(TOKENS).where(TOKENS.c.serial == serial))

    def feeds(self, name: str | None) -> list[CalendarFeed]:
        wanted = select(FEEDS).order_by(FEEDS.c.serial.desc())
        with transaction(self._engine) as connection:
            rows = connection.execute(wanted if name is None else wanted.where(FEEDS.c.name == name))
            return [CalendarFeed(row.serial, row.name, row.made_at) for row in rows]

    def add_feed(self, digest: str, name: str, at: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(insert(FEEDS).values(digest=digest, name=name, made_at=at))

    def feed(self, digest: str) -> CalendarFeed | None:
        with transaction(self._engine) as connection:
            row = connection.execute(select(FEEDS).where(FEEDS.c.digest == digest)).first()
            return None if row is None else CalendarFeed(row.serial, row.name, row.made_at)

    def revoke_feed(self, serial: int, name: str | None) -> None:
        gone = delete(FEEDS).where(FEEDS.c.serial == serial)
        with transaction(self._engine) as connection:
            connection.execute(gone if name is None else gone.where(FEEDS.c.name == name))

    def claim(self, token: int, key: str, request: str, at: float) -> Answered | None:
        mine = (ANSWERS.c.token == token, ANSWERS.c.key == key)
        with transaction(self._engine) as connection:
            row = connection.execute(select(ANSWERS).where(*mine)).first()
            if row is not None:
                return Answered(row.request, row.answer)
            connection.execute(insert(ANSWERS).values(token=token, key=key, request=request, at=at))
            return None

    def answered(self, token: int, key: str, answer: str | None) -> None:
        mine = (ANSWERS.c.token == token, ANSWERS.c.key == key)
        with transaction(self._engine) as connection:
            connection.execute(
                delete(ANSWERS).where(*mine) if answer is None else update(ANSWERS).where(*mine).values(answer=answer)
            )

    def forget_answers(self, before: float) -> None:
        with transaction(self._engine) as connection:
            connection.execute(delete(ANSWERS).where(ANSWERS.c.at < before))


def _token(row: Any) -> ApiToken:
    return ApiToken(row.serial, row.name, tuple(row.scopes.split()), row.made_at, row.used_at)
