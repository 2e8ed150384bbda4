"""People as they live: who signs in, who is signed in, and their one-time links. Secrets are kept as digests alone."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from host_agent.core import throttle
from host_agent.core.rights import Person, Role
from host_agent.core.sessions import ABSOLUTE_S, LINK_S, Session, is_over, is_worth_noting
from host_agent.inbox import Clock
from host_agent.passwords import hashed, is_outdated, is_right
from host_agent.ports_people import KeepingStore, PeopleStore, TokenStore
from host_agent.store.erasure import SqlKeeping
from host_agent.store.notes import SqlNoteStore
from host_agent.store.people import SqlPeople
from host_agent.store.thread import StoreThread
from host_agent.store.tokens import SqlTokens

SECRET_BYTES = 32


def secret() -> str:
    """256 random bits, as fits in a cookie or an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(word: str) -> str:
    """What is kept of a secret that nobody can guess: its SHA-256."""
    return hashlib.sha256(word.encode()).hexdigest()


@dataclass(frozen=True)
class SignedIn:
    """`secret` goes into the cookie."""

    person: Person
    secret: str


@dataclass(frozen=True)
class NotYet:
    """Too many wrong passwords: the next try waits this long."""

    wait_s: float


@dataclass(frozen=True)
class Wrong:
    """No such login, a wrong password, or a closed account: which of them is not told."""


@dataclass(frozen=True)
class _Recognised:
    """Somebody who knows the password that is kept as `kept`."""

    person: Person
    kept: str


class People:
    """Accounts of one office. `clock`: Unix seconds; `steady`: monotonic seconds. Each call raises StoreFault."""

    def __init__(
        self,
        thread: StoreThread,
        stores: SqlNoteStore,
        idle_s: float,
        clock: Clock = time.time,
        steady: Clock = time.monotonic,
    ) -> None:
        self.thread = thread
        self.store: PeopleStore = SqlPeople(stores.engine)
        self.tokens: TokenStore = SqlTokens(stores.engine)
        self.keeping: KeepingStore = SqlKeeping(stores.engine)
        self.clock = clock
        self._idle_s = idle_s
        self._steady = steady
        self._failures: throttle.Ledger = {}
        # One password at a time: a flood of tries takes neither all memory nor all cores.
        self._one = asyncio.Lock()

    async def sign_in(self, login: str, password: str, address: str) -> SignedIn | NotYet | Wrong:
        """Sign somebody in who comes from `address`."""
        found = await self._recognised(login, password, address)
        if not isinstance(found, _Recognised):
            return found
        person = found.person
        if is_outdated(found.kept):
            async with self._one:
                renewed = await asyncio.to_thread(hashed, password)
            await self.thread.run(lambda: self.store.set_password(person.id, renewed, link=None))
        return SignedIn(person, await self._begin(person))

    async def change_password(self, person: Person, old: str, new: str, address: str) -> SignedIn | NotYet | Wrong:
        """Keep a new password for somebody who knows the old one; every session of theirs ends, and one begins."""
        found = await self._recognised(person.login, old, address)
        if not isinstance(found, _Recognised) or found.person.id != person.id:
            return found if isinstance(found, NotYet) else Wrong()
        async with self._one:
            kept = await asyncio.to_thread(hashed, new)
        await self.thread.run(lambda: self.store.set_password(person.id, kept, link=None))
        return SignedIn(person, await self._begin(person))

    async def _recognised(self, login: str, password: str, address: str) -> "_Recognised | NotYet | Wrong":
        """Whose login and password these are. Tries are counted, and too many must wait."""
        wait = throttle.wait_s(self._failures, login, address, self._steady())
        if wait > 0:
            return NotYet(wait)
        # Counted before it is looked at: tries that come together do not all pass.
        self._failures = throttle.failed(self._failures, login, address, self._steady())
        known = await self.thread.run(lambda: self.store.by_login(login))
        person, kept = known if known is not None else (None, None)
        async with self._one:
            fits = await asyncio.to_thread(is_right, kept, password)
        if person is None or kept is None or not fits or not person.is_enabled:
            return Wrong()
        self._failures = throttle.succeeded(self._failures, login, address)
        return _Recognised(person, kept)

    async def _begin(self, person: Person) -> str:
        word, now = secret(), self.clock()

        def begin() -> None:
            self.store.forget_over(now - ABSOLUTE_S, now)
            self.store.begin(digest(word), Session(person.id, now, now))

        await self.thread.run(begin)
        return word

    async def signed_in(self, word: str) -> Person | None:
        """Whose session this is, None when it is over."""
        key, now = digest(word), self.clock()

        def look() -> Person | None:
            found = self.store.session(key)
            if found is None:
                return None
            session, person = found
            if is_over(session, now, self._idle_s) or not person.is_enabled:
                self.store.end(key)
                return None
            if is_worth_noting(session, now):
                self.store.seen(key, now)
            return person

        return await self.thread.run(look)

    async def named_by_proxy(self, login: str) -> Person | None:
        """The account of somebody that the office's own sign-in vouches for."""
        known = await self.thread.run(lambda: self.store.by_login(login))
        return known[0] if known is not None and known[0].is_enabled else None

    async def sign_out(self, word: str) -> None:
        """End a session."""
        await self.thread.run(lambda: self.store.end(digest(word)))

    async def everyone(self) -> list[Person]:
        """All accounts, by name."""
        return await self.thread.run(self.store.everyone)

    async def add(self, login: str, name: str, role: Role) -> tuple[Person, str] | None:
        """A new account and the secret of its first one-time link; None when the login or name is taken."""
        person = Person(secrets.token_hex(16), login, name, role)
        if not await self.thread.run(lambda: self.store.add(person)):
            return None
        return person, await self.new_link(person.id)

    async def new_link(self, person_id: str) -> str:
        """The secret of a one-time link with which somebody chooses a password."""
        word, until = secret(), self.clock() + LINK_S
        await self.thread.run(lambda: self.store.add_link(digest(word), person_id, until))
        return word

    async def welcome(self, word: str) -> tuple[Person | None] | None:
        """Whom a one-time link is for: (None,) for the first admin; None when it is used up or over."""
        now = self.clock()

        def look() -> tuple[Person | None] | None:
            found = self.store.link(digest(word), now)
            if found is None:
                return None
            if found[0] is None:
                return (None,)
            person = self.store.person(found[0])
            return (person,) if person is not None and person.is_enabled else None

        return await self.thread.run(look)

    async def choose_password(self, word: str, password: str, *, login: str, name: str) -> Person | None:
        """Use a one-time link up: keep the password; for the first admin also `login` and `name`. None: it was over."""
        found = await self.welcome(word)
        if found is None:
            return None
        async with self._one:
            kept = await asyncio.to_thread(hashed, password)
        known = found[0]
        if known is not None:
            taken = await self.thread.run(lambda: self.store.set_password(known.id, kept, link=digest(word)))
            return known if taken else None
        person = Person(secrets.token_hex(16), login, name, "admin")
        return person if await self.thread.run(lambda: self.store.first_admin(person, kept, digest(word))) else None

    async def set_role(self, person_id: str, role: Role) -> bool:
        """Give a role; False when nobody would be left who may."""
        return await self._unless_last_admin(person_id, lambda: self.store.set_role(person_id, role), role == "admin")

    async def set_enabled(self, person_id: str, *, is_enabled: bool) -> bool:
        """Open or close an account; False when nobody would be left who may."""
        return await self._unless_last_admin(
            person_id, lambda: self.store.set_enabled(person_id, is_enabled=is_enabled), is_enabled
        )

    async def _unless_last_admin(self, person_id: str, change: Callable[[], None], stays: bool) -> bool:
        def do() -> bool:
            admins = [each.id for each in self.store.everyone() if each.role == "admin" and each.is_enabled]
            if not stays and admins == [person_id]:
                return False
            change()
            return True

        return await self.thread.run(do)
