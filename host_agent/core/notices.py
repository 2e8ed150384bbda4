"""Notices to colleagues as they wait to be delivered, pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from host_agent.core.chase import Kind
from host_agent.core.colleagues import Colleague
from host_agent.core.notes import CallbackNote

Fate = Literal["waiting", "delivered", "failed", "nowhere", "needless"]

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
GIVE_UP_S = 2 * 86_400.0
"""After this a notice stands there as failed, until somebody has it tried again."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One word about one note to one address. `address` is a digest: where it goes stands in the configuration alone.

    `channel`: the kind of address, such as `mail` or `ntfy`. `serial` is None until it is kept. Times: Unix seconds.
    """

    serial: int | None = None
    note_id: str
    kind: Kind
    recipient: str
    address: str
    channel: str
    made_at: float
    tries: int = 0
    next_try_at: float
    fate: Fate = "waiting"
    fault: str | None = None
    settled_at: float | None = None


@dataclass(frozen=True)
class Address:
    """Where a colleague is told: an Apprise URL, or `mail:` with an e-mail address."""

    url: str

    @property
    def digest(self) -> str:
        """What the store knows of it."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:16]

    @property
    def channel(self) -> str:
        """The kind of address, fit to be shown."""
        return urlsplit(self.url).scheme or "?"


def addresses(colleague: Colleague) -> tuple[Address, ...]:
    """Every way in which a colleague is told."""
    mail = (f"mail:{colleague.email}",) if colleague.email else ()
    return tuple(Address(url) for url in dict.fromkeys((*mail, *colleague.notify_urls)))


def notices_for(colleague: Colleague, note_id: str, kind: Kind, now: float) -> tuple[Notice, ...]:
    """What is to be delivered; for somebody without an address a notice that says so."""
    ways = addresses(colleague)
    if not ways:
        return (nowhere(colleague.name, note_id, kind, now),)
    return tuple(
        Notice(note_id=note_id, kind=kind, recipient=colleague.name, address=way.digest, channel=way.channel,
               made_at=now, next_try_at=now)
        for way in ways
    )  # fmt: skip


def nowhere(name: str, note_id: str, kind: Kind, now: float) -> Notice:
    """A notice for somebody whom Belbord cannot reach: a person has to tell them."""
    return Notice(note_id=note_id, kind=kind, recipient=name, address="", channel="", made_at=now, next_try_at=now,
                  fate="nowhere", settled_at=now)  # fmt: skip


def is_untold(note: CallbackNote, notices: Iterable[Notice]) -> bool:
    """Whether somebody was not reached about this note since it was assigned: a person may have to tell them.

    One way is enough of those in which somebody is told, and what is delivered later makes good what failed before.
    """
    if note.assigned_at is None:
        return False
    newest: dict[str, list[Notice]] = {}
    for each in sorted(notices, key=lambda notice: notice.made_at):
        if each.made_at >= note.assigned_at:
            together = newest.get(each.recipient, [])
            newest[each.recipient] = [one for one in together if one.made_at == each.made_at] + [each]
    return any(any(map(_is_trouble, ways)) and not any(map(_is_reached, ways)) for ways in newest.values())


def _is_trouble(notice: Notice) -> bool:
    return notice.fate in ("failed", "nowhere") or (notice.fate == "waiting" and notice.tries > 0)


def _is_reached(notice: Notice) -> bool:
    return notice.fate == "delivered"


def after_failure(tries: int, made_at: float, now: float) -> float | None:
    """When to try again after failure number `tries` (from 1), None for not by itself."""
    at = now + min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(tries - 1, 16))
    return at if at <= made_at + GIVE_UP_S else None
