"""Colleagues and teams: who can be asked to call back, and how each of them is told. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Language = Literal["nl", "en", "de", "fr"]


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody, or a team, that calls callers back.

    `notify_urls` are Apprise addresses; `deputy` is the name of another colleague, asked while this one is absent;
    `absent_until` is in Unix seconds. `lead` hears of every note that is overdue. `team` is the team's name, if any.
    """

    name: str
    extension: str | None = None
    email: str | None = None
    notify_urls: tuple[str, ...] = ()
    language: Language = "nl"
    deputy: str | None = None
    absent_until: float | None = None
    team: str | None = None
    lead: bool = False


class Colleagues(Protocol):
    """Who there is, at this moment. Reading is from memory: it neither waits nor raises."""

    def everyone(self) -> Sequence[Colleague]:
        """All of them, by name."""


def named(everyone: Sequence[Colleague], name: str | None) -> Colleague | None:
    """The colleague or team that goes by `name`, whatever its capitals; None for one that we do not know."""
    wanted = (name or "").strip().casefold()
    return next((one for one in everyone if one.name.casefold() == wanted), None) if wanted else None


def recipients(everyone: Sequence[Colleague], name: str | None, now: float) -> tuple[Colleague, ...]:
    """Who is told of a note for `name`: that colleague, the team's members and own address, or the deputy while away.

    A chain of deputies is followed until somebody is there; when all are away, the first named is told.
    """
    wanted = (name or "").strip().casefold()
    if not wanted:
        return ()
    asked = [one for one in everyone if wanted in (one.name.casefold(), (one.team or "").casefold())]
    return tuple(dict.fromkeys(_present(everyone, one, now) for one in asked))


def _present(everyone: Sequence[Colleague], asked: Colleague, now: float) -> Colleague:
    one, passed = asked, {asked.name.casefold()}
    while one.absent_until is not None and now < one.absent_until:
        deputy = named(everyone, one.deputy)
        if deputy is None or deputy.name.casefold() in passed:
            return asked
        passed.add(deputy.name.casefold())
        one = deputy
    return one
