"""The life of a callback note, pure: a table of states and actions, and one step.

A note begins `open` and ends `done`, `dropped` or `withdrawn`; each end can be reopened. Filling in and assigning are
edits that leave the state as it is. Every change is an `Entry` in the note's history: who, when, what. A note carries
a `version`; a change names the version it was made on, so that of two people editing at once the second is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

State = Literal["open", "done", "dropped", "withdrawn"]
Certainty = Literal["exact", "approximate", "arrival"]
What = Literal[
    "kept", "made", "filled_in", "assigned", "done", "dropped", "withdrawn", "reopened", "completed_by_unit", "conflict"
]


@dataclass(frozen=True, kw_only=True)
class CallbackNote:
    """One promise to call back. Times are Unix seconds on the host's clock.

    `rev` and `fingerprint` say which revision came from the unit and what it held; `conflict` is the fingerprint of
    another content seen under the same id and revision. `unit` is None for a note made by hand on the page.
    """

    id: str
    version: int = 1
    rev: int = 1
    state: State = "open"
    kind: Literal["callback", "colleague"] = "callback"
    unit: str | None = None
    pressed_at: float
    certainty: Certainty = "exact"
    arrived_at: float
    caller_name: str | None = None
    caller_number: str | None = None
    withheld: bool = False
    queue: str | None = None
    line: str | None = None
    for_whom: str | None = None
    reason: str | None = None
    promised_by: float | None = None
    assigned_to: str | None = None
    outcome: str | None = None
    closed_at: float | None = None
    fingerprint: str | None = None
    conflict: str | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a note's history. `fields` holds what was set, by field name; None means emptied."""

    at: float
    who: str
    what: What
    fields: Mapping[str, str | float | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FillIn:
    """What the telephonist writes, in the order in which it is asked."""

    caller_name: str | None
    caller_number: str | None
    for_whom: str | None
    reason: str | None
    promised_by: float | None


@dataclass(frozen=True)
class Assign:
    """Who calls back; None takes the assignment away."""

    to: str | None


@dataclass(frozen=True)
class Finish:
    """The caller was called back; `outcome` says how it ended."""

    outcome: str | None


@dataclass(frozen=True)
class Drop:
    """Nobody will call back, for this reason."""

    reason: str


@dataclass(frozen=True)
class Withdraw:
    """The telephonist pressed again: the note was not meant."""


@dataclass(frozen=True)
class Reopen:
    """An end that came too early."""


Action = FillIn | Assign | Finish | Drop | Withdraw | Reopen

# A unit's withdrawal can arrive long after a person closed the note: what the person did then stands.
LIFE: Mapping[tuple[State, type[Action]], State] = {
    ("open", FillIn): "open",
    ("open", Assign): "open",
    ("open", Finish): "done",
    ("open", Drop): "dropped",
    ("open", Withdraw): "withdrawn",
    ("done", Reopen): "open",
    ("done", Withdraw): "done",
    ("dropped", Reopen): "open",
    ("dropped", Withdraw): "dropped",
    ("withdrawn", Reopen): "open",
    ("withdrawn", Withdraw): "withdrawn",
}


@dataclass(frozen=True)
class Changed:
    """The note after a change. `entry` is None when the change changed nothing."""

    note: CallbackNote
    entry: Entry | None


@dataclass(frozen=True)
class Overtaken:
    """Somebody else changed the note since `note.version` was shown to this person: nothing was written."""

    note: CallbackNote


@dataclass(frozen=True)
class NotNow:
    """The table has no such step from this state: nothing was written."""

    note: CallbackNote


Outcome = Changed | Overtaken | NotNow


def change(note: CallbackNote, seen_version: int, action: Action, *, who: str, at: float) -> Outcome:
    """Take `action` on `note` as a person who was looking at `seen_version` of it."""
    return Overtaken(note) if note.version != seen_version else step(note, action, who=who, at=at)


def step(note: CallbackNote, action: Action, *, who: str, at: float) -> Changed | NotNow:
    """Take `action` on `note`; the one place where a note's life goes on."""
    state = LIFE.get((note.state, type(action)))
    if state is None:
        return NotNow(note)
    match action:
        case FillIn():
            return _edited(note, vars(action), "filled_in", who, at)
        case Assign(to):
            return _edited(note, {"assigned_to": to}, "assigned", who, at)
        case Finish(outcome):
            return _closed(note, "done", outcome, who, at)
        case Drop(reason):
            return _closed(note, "dropped", reason, who, at)
        case Withdraw():
            if note.state == "withdrawn":
                return Changed(note, None)
            closed_at = at if note.state == "open" else note.closed_at
            return _written(note, Entry(at, who, "withdrawn"), state=state, closed_at=closed_at)
        case Reopen():
            return _written(note, Entry(at, who, "reopened"), state=state, closed_at=None, outcome=None)
        case _:
            assert_never(action)


def is_overdue(note: CallbackNote, now: float) -> bool:
    """Whether the promised time has passed while the note is still open."""
    return note.state == "open" and note.promised_by is not None and note.promised_by < now


def _edited(note: CallbackNote, wanted: Mapping[str, str | float | None], what: What, who: str, at: float) -> Changed:
    fields = {name: value for name, value in wanted.items() if getattr(note, name) != value}
    return _written(note, Entry(at, who, what, fields), **fields) if fields else Changed(note, None)


def _closed(note: CallbackNote, state: Literal["done", "dropped"], words: str | None, who: str, at: float) -> Changed:
    entry = Entry(at, who, state, {"outcome": words} if words else {})
    return _written(note, entry, state=state, outcome=words, closed_at=at)


def _written(note: CallbackNote, entry: Entry, **fields: object) -> Changed:
    return Changed(replace(note, version=note.version + 1, **fields), entry)  # type: ignore[arg-type]  # by field name
