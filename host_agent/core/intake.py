"""Taking a unit's notes in, pure: once per id whatever is sent again, late, or changed on the way.

A unit sends a note until it has the receipt for that id and revision, so repeats are normal. The rules:
the same revision again changes nothing; a newer one is applied; an older one is passed over, and the receipt names
the newest; another content under the same id and revision loses, and the history says so; a deleted id stays deleted.
"""

import hashlib
from dataclasses import dataclass, replace

import msgspec

from broker.messages import Caller, Note
from host_agent.core.notes import CallbackNote, Certainty, Entry, Withdraw, step

# A wall clock further off than this is no evidence: a unit without a network starts in the past.
CLOCK_TRUST_S = 90 * 86_400.0


@dataclass(frozen=True)
class Arrival:
    """A note as it came from `unit` at `at` (Unix seconds, the host's clock).

    `known_name` and `known_organisation`: who the caller is by the directory, which may know more tomorrow, and so is
    no part of what the note says.
    """

    unit: str
    note: Note
    at: float
    known_name: str | None = None
    known_organisation: str | None = None


@dataclass(frozen=True)
class Tombstone:
    """The id of a deleted note: nothing of the caller is left, but it is never taken in again."""

    id: str
    rev: int


@dataclass(frozen=True)
class TakenIn:
    """What an arrival came to. `note` is None when nothing is to be written; `receipt_rev` is what the unit is told."""

    receipt_rev: int
    note: CallbackNote | None = None
    entries: tuple[Entry, ...] = ()


def take_in(known: CallbackNote | Tombstone | None, arrival: Arrival) -> TakenIn:
    """Join `arrival` with what the store knows under its id."""
    match known:
        case None:
            return _first(arrival)
        case Tombstone():
            return TakenIn(max(known.rev, arrival.note.rev))
        case CallbackNote():
            return _again(known, arrival)


def press_time(note: Note, arrived_at: float) -> tuple[float, Certainty]:
    """When the button was pressed, on the host's clock, and how sure that is.

    Exact while the unit has not restarted since (`pressed_s_ago`); else by the unit's own clock where that is
    believable; else all that is known is that it was before the arrival.
    """
    if note.pressed_s_ago is not None:
        return arrived_at - note.pressed_s_ago, "exact"
    if note.pressed_clock is not None and arrived_at - CLOCK_TRUST_S <= note.pressed_clock <= arrived_at:
        return note.pressed_clock, "approximate"
    return arrived_at, "arrival"


def fingerprint(unit: str, note: Note) -> str:
    """What `note` says, as a digest: without the times, which differ each time it is sent."""
    said = msgspec.structs.replace(note, pressed_s_ago=None, pressed_clock=None)
    return hashlib.sha256(unit.encode() + b"\n" + msgspec.json.encode(said)).hexdigest()


def _first(arrival: Arrival) -> TakenIn:
    said = arrival.note
    caller = said.caller or Caller()
    pressed_at, certainty = press_time(said, arrival.at)
    note = CallbackNote(
        id=said.id,
        rev=said.rev,
        kind=said.kind,
        unit=arrival.unit,
        pressed_at=pressed_at,
        certainty=certainty,
        arrived_at=arrival.at,
        caller_name=caller.name or arrival.known_name,
        caller_number=caller.number,
        withheld=caller.withheld,
        organisation=arrival.known_organisation,
        queue=said.queue,
        line=said.line,
        for_whom=said.colleague,
        fingerprint=fingerprint(arrival.unit, said),
    )
    entries: tuple[Entry, ...] = (Entry(pressed_at, arrival.unit, "kept"),)
    if said.withdrawn:
        note = replace(note, state="withdrawn", closed_at=arrival.at)
        entries += (Entry(arrival.at, arrival.unit, "withdrawn"),)
    return TakenIn(said.rev, note, entries)


def _again(known: CallbackNote, arrival: Arrival) -> TakenIn:
    said = arrival.note
    digest = fingerprint(arrival.unit, said)
    if arrival.unit != known.unit or (said.rev == known.rev and digest != known.fingerprint):
        # The sender may stop: sending it again would not change who was first.
        told = max(known.rev, said.rev)
        if digest == known.conflict:
            return TakenIn(told)
        entry = Entry(arrival.at, arrival.unit, "conflict")
        return TakenIn(told, replace(known, version=known.version + 1, conflict=digest), (entry,))
    if said.rev <= known.rev:
        return TakenIn(known.rev)
    newer = replace(known, rev=said.rev, fingerprint=digest)
    if said.withdrawn:
        withdrawn = step(newer, Withdraw(), who=arrival.unit, at=arrival.at)
        return TakenIn(said.rev, withdrawn.note, _entries(getattr(withdrawn, "entry", None)))
    return _completed(newer, said, arrival)


def _completed(note: CallbackNote, said: Note, arrival: Arrival) -> TakenIn:
    """A newer revision fills what is still empty; what a person wrote stays."""
    caller = said.caller or Caller()
    offered = {
        "caller_name": caller.name or arrival.known_name,
        "caller_number": caller.number,
        "organisation": arrival.known_organisation,
        "queue": said.queue,
        "line": said.line,
        "for_whom": said.colleague,
    }
    fields = {name: value for name, value in offered.items() if value is not None and getattr(note, name) is None}
    entry = Entry(arrival.at, arrival.unit, "completed_by_unit", fields) if fields else None
    return TakenIn(said.rev, replace(note, version=note.version + bool(fields), **fields), _entries(entry))  # type: ignore[arg-type]  # by field name


def _entries(entry: Entry | None) -> tuple[Entry, ...]:
    return () if entry is None else (entry,)
