"""What accounts, tokens and retention need of the store. Every call blocks and raises StoreFault."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from host_agent.core.notes import CallbackNote, Entry
from host_agent.core.retention import Erase, Seen
from host_agent.core.rights import Person, Role
from host_agent.core.sessions import Session

Scope = Literal["notes:read", "notes:write", "metrics:read"]


@dataclass(frozen=True)
class ApiToken:
    """A program that may use the JSON API. The token itself is not kept, only its digest."""

    serial: int
    name: str
    scopes: tuple[Scope, ...]
    made_at: float
    used_at: float | None


@dataclass(frozen=True)
class CalendarFeed:
    """An address from which a calendar program reads the promises of one colleague."""

    serial: int
    name: str
    made_at: float


@dataclass(frozen=True)
class Answered:
    """What a POST under an idempotency key came to. `answer` is None while that is not known."""

    request: str
    answer: str | None


@dataclass(frozen=True)
class Run:
    """One night's erasing. `refused` says why nothing was erased."""

    at: float
    erased: int
    refused: str | None = None


class PeopleStore(Protocol):
    """Accounts, their sessions and one-time links. Digests stand for secrets, which are never kept."""

    def everyone(self) -> list[Person]:
        """All accounts, by name."""
        ...

    def person(self, person_id: str) -> Person | None:
        """An account by its id."""
        ...

    def by_login(self, login: str) -> tuple[Person, str | None] | None:
        """An account by what its owner types, whatever its capitals, with the kept password."""
        ...

    def add(self, person: Person) -> bool:
        """Keep a new account, without a password; False when the login or the name is taken."""
        ...

    def set_role(self, person_id: str, role: Role) -> None:
        """Give an account another role."""
        ...

    def set_enabled(self, person_id: str, *, is_enabled: bool) -> None:
        """Open or close an account; closing ends its sessions and links."""
        ...

    def set_password(self, person_id: str, password: str, *, link: str | None) -> bool:
        """Keep a new password and end the account's sessions and links; with a `link`, only if that is still there."""
        ...

    def add_link(self, link: str, person_id: str | None, expires_at: float) -> None:
        """Keep a one-time link in place of the person's earlier ones. Without a person it makes an admin."""
        ...

    def link(self, link: str, now: float) -> tuple[str | None] | None:
        """Whom a link is for, None when it does not exist or is over."""
        ...

    def first_admin(self, person: Person, password: str, link: str) -> bool:
        """Keep the account that a one-time link without a person allows, and use the link up."""
        ...

    def begin(self, digest: str, session: Session) -> None:
        """Keep a session."""
        ...

    def session(self, digest: str) -> tuple[Session, Person] | None:
        """A session and whose it is."""
        ...

    def seen(self, digest: str, at: float) -> None:
        """Write down that a session was used."""
        ...

    def end(self, digest: str) -> None:
        """Forget a session."""
        ...

    def forget_over(self, begun_before: float, now: float) -> None:
        """Forget sessions begun before that moment, and links that expired."""
        ...


class TokenStore(Protocol):
    """Tokens of the JSON API and of calendar feeds, and what was answered to them."""

    def tokens(self) -> list[ApiToken]:
        """All tokens, newest first."""
        ...

    def add_token(self, digest: str, name: str, scopes: Sequence[Scope], at: float) -> None:
        """Keep a token."""
        ...

    def token(self, digest: str) -> ApiToken | None:
        """The token with this digest."""
        ...

    def token_used(self, serial: int, at: float) -> None:
        """Write down that a token was used."""
        ...

    def revoke_token(self, serial: int) -> None:
        """Forget a token and what was answered to it."""
        ...

    def feeds(self, name: str | None) -> list[CalendarFeed]:
        """The calendar feeds of one name, or all."""
        ...

    def add_feed(self, digest: str, name: str, at: float) -> None:
        """Keep a calendar feed."""
        ...

    def feed(self, digest: str) -> CalendarFeed | None:
        """The feed with this digest."""
        ...

    def revoke_feed(self, serial: int, name: str | None) -> None:
        """Forget a feed, if it is one of `name` (None: whoever's)."""
        ...

    def claim(self, token: int, key: str, request: str, at: float) -> Answered | None:
        """Write down that a request came under a key; what is known of that key when it came before."""
        ...

    def answered(self, token: int, key: str, answer: str | None) -> None:
        """Keep the answer under a key; None frees the key, as the request did nothing."""
        ...

    def forget_answers(self, before: float) -> None:
        """Forget keys older than that moment."""
        ...


@dataclass(frozen=True)
class About:
    """Everything in which one number stands: notes with their history, calls that gave up, contacts made by hand."""

    notes: list[tuple[CallbackNote, list[Entry]]]
    missed: list[dict[str, object]]
    contacts: list[dict[str, object]]


class KeepingStore(Protocol):
    """Finding and erasing callers across the whole store. Of an erased note its id stays, so that it never returns."""

    def about_number(self, key: str, country: str) -> About:
        """Everything in which a number stands, by its `number_key`."""
        ...

    def erase_number(self, key: str, country: str) -> int:
        """Erase all that; returns how many notes, calls and contacts it was."""
        ...

    def expiring(self, before: float, limit: int) -> tuple[list[CallbackNote], int]:
        """Open notes that came before a moment, oldest first, and how many there are in all."""
        ...

    def time_seen(self) -> Seen:
        """What the store knows of time."""
        ...

    def erase_old(self, wanted: Erase, at: float) -> int:
        """Erase by age and write down that it was done; returns how many."""
        ...

    def refused(self, at: float, why: str) -> None:
        """Write down that nothing was erased, and why."""
        ...

    def last_run(self) -> Run | None:
        """The newest of what was written down."""
        ...

    def scrub(self, copies_before: float) -> None:
        """Leave no trace of what was erased in the bytes of the store's files.

        Copies of the store that an update made before this moment, Unix seconds, go too.
        """
        ...
