"""Who is reminded of a callback note when, pure: a schedule of what is due, each reminder with a key of its own.

Whoever is asked to call back hears of it at once, in or out of hours: that is news and no reminder. Reminders come in
hours only: not seen within some minutes of office time, half way to the promise, at the promise, and at the office's
fixed moments. As long as nobody was asked, the desk is reminded. What is overdue goes to the leads as well.

A reminder whose key is in `told` is never made again: keys are kept with the note, so that a restart repeats nothing.
Of what is due at the same look for one note and one audience only the weightiest is told; the others count as told.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from host_agent.core.notes import CallbackNote, is_live
from host_agent.core.office_hours import (
    OfficeHours,
    after_work,
    clocks_on,
    is_open,
    latest_moment,
    next_midnight,
    next_moment,
    worked_s,
)

Kind = Literal["assigned", "unseen", "half_way", "promise", "round", "overdue"]
Audience = Literal["assignee", "desk", "leads"]

WEIGHT: tuple[Kind, ...] = ("round", "unseen", "half_way", "promise", "overdue", "assigned")
"""Lightest first."""
MOST_DAYS_WITHOUT_ROUND = 30
STILL_S = 10 * 60.0
"""What came due at closing time itself is told so long after it: nobody looks at that very second."""


@dataclass(frozen=True)
class ChaseRules:
    """`unseen_s`: seconds of office time; `rounds`: the fixed moments, in minutes after midnight."""

    unseen_s: float = 15 * 60.0
    rounds: tuple[int, ...] = (10 * 60, 13 * 60, 16 * 60)


@dataclass(frozen=True)
class Reminder:
    """One word to one audience about one note. `at`: from when on it is due, Unix seconds."""

    note_id: str
    kind: Kind
    audience: Audience
    at: float
    key: str


@dataclass(frozen=True)
class Due:
    """What to tell now, and the keys that are then told: those of `tell`, and of what they make superfluous."""

    tell: tuple[Reminder, ...] = ()
    keys: tuple[str, ...] = ()


def due(note: CallbackNote, told: Collection[str], now: float, hours: OfficeHours, rules: ChaseRules) -> Due:
    """What is due for `note` at `now`."""
    in_hours = is_open(hours, now)
    ripe = [
        reminder
        for reminder in schedule(note, now, hours, rules)
        if reminder.at <= now
        and reminder.key not in told
        and (in_hours or reminder.kind == "assigned" or _just_closed(hours, reminder.at, now))
    ]
    weightiest: dict[Audience, Reminder] = {}
    for reminder in sorted(ripe, key=lambda each: WEIGHT.index(each.kind)):
        weightiest[reminder.audience] = reminder
    return Due(tuple(weightiest.values()), tuple(reminder.key for reminder in ripe))


def next_look(note: CallbackNote, told: Collection[str], now: float, hours: OfficeHours, rules: ChaseRules) -> float:
    """When something can be due for `note` that is not now; infinity for never. To be asked after `due` was told."""
    if not is_live(note):
        return float("inf")
    waiting = [reminder for reminder in schedule(note, now, hours, rules) if reminder.key not in told]
    moments = [r.at if r.kind == "assigned" else next_moment(hours, max(r.at, now)) for r in waiting]
    ahead = [moment for moment in moments if moment is not None and moment > now]
    return min([*ahead, *_next_round(now, hours, rules)], default=float("inf"))


def schedule(note: CallbackNote, now: float, hours: OfficeHours, rules: ChaseRules) -> Iterator[Reminder]:
    """Every reminder of the note as it is now, past ones too; of the fixed moments those of today that have come."""
    if not is_live(note):
        return
    if note.assigned_at is not None and note.assigned_to is not None:
        yield _reminder(note, "assigned", "assignee", note.assigned_at, note.assigned_at)
        unseen = after_work(hours, note.assigned_at, rules.unseen_s)
        if note.state == "assigned" and unseen is not None:
            yield _reminder(note, "unseen", "assignee", unseen, note.assigned_at)
    audience: Audience = "desk" if note.assigned_to is None else "assignee"
    if note.promised_by is not None:
        yield from _towards_the_promise(note, note.promised_by, audience, hours)
    for moment in clocks_on(hours, now, rules.rounds):
        if _asked_since(note) + rules.unseen_s <= moment <= now:
            yield _reminder(note, "round", audience, moment, moment)
            if note.promised_by is not None and note.promised_by < moment:
                yield _reminder(note, "round", "leads", moment, moment)


def _towards_the_promise(
    note: CallbackNote, promise: float, audience: Audience, hours: OfficeHours
) -> Iterator[Reminder]:
    made = min(promise, note.pressed_at if note.promised_at is None else note.promised_at)
    work = worked_s(hours, made, promise)
    half = after_work(hours, made, work / 2) if work else None
    if half is not None:
        yield _reminder(note, "half_way", audience, half, promise)
    # A promise out of hours is kept before closing time, if there is any between.
    before = latest_moment(hours, promise)
    at = before if before is not None and before > made else promise
    yield _reminder(note, "promise", audience, at, promise)
    # Not overdue at the very second of the promise.
    yield _reminder(note, "overdue", "leads", promise + 1.0, promise)


def _next_round(now: float, hours: OfficeHours, rules: ChaseRules) -> Iterator[float]:
    day: float | None = now
    for _ in range(MOST_DAYS_WITHOUT_ROUND):
        if day is None:
            return
        ahead = [at for at in clocks_on(hours, day, rules.rounds) if at > now]
        if ahead:
            yield min(ahead)
            return
        day = next_moment(hours, next_midnight(hours, day))


def _asked_since(note: CallbackNote) -> float:
    return max(note.pressed_at, note.assigned_at or note.pressed_at)


def _just_closed(hours: OfficeHours, at: float, now: float) -> bool:
    return now - at <= STILL_S and is_open(hours, at)


def _reminder(note: CallbackNote, kind: Kind, audience: Audience, at: float, anchor: float) -> Reminder:
    # An assignment, a promise or a round is told anew when it is made anew: its moment is part of the key.
    return Reminder(note.id, kind, audience, at, f"{kind}:{audience}:{anchor:.3f}")
