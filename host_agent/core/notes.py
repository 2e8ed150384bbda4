"""The life of a callback note, pure: a table of states and actions, and one step.

A note arrives `open`, is `assigned` to somebody, `seen`, perhaps `attempted` more than once, and ends `done`, `dropped`
or `withdrawn`; each end can be reopened, and passing a note on assigns it anew. Filling in leaves the state as it is.
Every change is an `Entry` in the note's history: who, when, what. A note carries a `version`; a change names the
version it was made on, so that of two people editing at once the second is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal, assert_never

State = Literal["open", "assigned", "seen", "attempted", "done", "dropped", "withdrawn"]
Certainty = Literal["exact", "approximate", "arrival"]
How = Literal["no_answer", "left_message"]
What = Literal[
    "kept", "made", "filled_in", "assigned", "unassigned", "seen", "attempted", "passed_on", "done", "dropped",
    "withdrawn", "reopened", "completed_by_unit", "conflict",
]  # fmt: skip

LIVE: tuple[State, ...] = ("open", "assigned", "seen", "attempted")
"""The states in which somebody still has to be called back."""


@dataclass(frozen=True, kw_only=True)
class CallbackNote:
    """One promise to call back. Times are Unix seconds on the host's clock.

    `rev` and `fingerprint` say which revision came from the unit and what it held; `conflict` is the fingerprint of
    another content seen under the same id and revision. `unit` is None for a note made by hand on the page.
    `read_back`: the telephonist repeated name and number to the caller. `promised_at`, `assigned_at` and `seen_at` are
    when the present promise was made, who calls back now was asked, and that person opened the note.
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
    organisation: str | None = None
    for_whom: str | None = None
    reason: str | None = None
    urgent: bool = False
    reachable: str | None = None
    promised_by: float | None = None
    promised_at: float | None = None
    read_back: bool = False
    name_unsure: bool = False
    assigned_to: str | None = None
    assigned_at: float | None = None
    seen_at: float | None = None
    attempts: int = 0
    attempted_at: float | None = None
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
    """What the telephonist writes, in the order in which it is asked; the field names are those of the note."""

    caller_name: str | None
    caller_number: str | None
    name_unsure: bool = False
    organisation: str | None = None
    for_whom: str | None
    reason: str | None
    urgent: bool = False
    reachable: str | None = None
    promised_by: float | None
    read_back: bool = False


@dataclass(frozen=True)
class Assign:
    """Who calls back: a colleague or a team."""

    to: str


@dataclass(frozen=True)
class Unassign:
    """Nobody calls back yet, after all."""


@dataclass(frozen=True)
class PassOn:
    """Whoever was asked hands the note to somebody else, with a word about it."""

    to: str
    remark: str | None = None


@dataclass(frozen=True)
class See:
    """Whoever was asked opened the note."""


@dataclass(frozen=True)
class Attempt:
    """The caller was rung and not spoken to."""

    how: How


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


Action = FillIn | Assign | Unassign | PassOn | See | Attempt | Finish | Drop | Withdraw | Reopen

LIFE: Mapping[tuple[State, type[Action]], State] = {
    ("open", FillIn): "open",
    ("open", Assign): "assigned",
    ("open", Attempt): "attempted",
    ("assigned", FillIn): "assigned",
    ("assigned", Assign): "assigned",
    ("assigned", Unassign): "open",
    ("assigned", PassOn): "assigned",
    ("assigned", See): "seen",
    ("assigned", Attempt): "attempted",
    ("seen", FillIn): "seen",
    ("seen", Assign): "assigned",
    ("seen", Unassign): "open",
    ("seen", PassOn): "assigned",
    ("seen", See): "seen",
    ("seen", Attempt): "attempted",
    ("attempted", FillIn): "attempted",
    ("attempted", Assign): "assigned",
    ("attempted", Unassign): "open",
    ("attempted", PassOn): "assigned",
    ("attempted", See): "attempted",
    ("attempted", Attempt): "attempted",
    **{(state, Finish): "done" for state in LIVE},
    **{(state, Drop): "dropped" for state in LIVE},
    **{(state, Withdraw): "withdrawn" for state in LIVE},
    ("done", Reopen): "open",
    ("dropped", Reopen): "open",
    ("withdrawn", Reopen): "open",
    # A unit's withdrawal can arrive long after a person closed the note: what the person did then stands.
    ("done", Withdraw): "done",
    ("dropped", Withdraw): "dropped",
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
            return _filled_in(note, action, who, at)
        case Assign(to):
            return Changed(note, None) if to == note.assigned_to else _given(note, to, Entry(at, who, "assigned"))
        case PassOn(to, remark):
            return _given(note, to, Entry(at, who, "passed_on", {"remark": remark} if remark else {}))
        case Unassign():
            entry = Entry(at, who, "unassigned", {"assigned_to": None})
            return _written(note, entry, state=state, assigned_to=None, assigned_at=None, seen_at=None)
        case See():
            if note.seen_at is not None:
                return Changed(note, None)
            return _written(note, Entry(at, who, "seen"), state=state, seen_at=at)
        case Attempt(how):
            entry = Entry(at, who, "attempted", {"how": how})
            return _written(note, entry, state=state, attempts=note.attempts + 1, attempted_at=at)
        case Finish(outcome):
            return _closed(note, "done", outcome, who, at)
        case Drop(reason):
            return _closed(note, "dropped", reason, who, at)
        case Withdraw():
            if note.state == "withdrawn":
                return Changed(note, None)
            closed_at = at if is_live(note) else note.closed_at
            return _written(note, Entry(at, who, "withdrawn"), state=state, closed_at=closed_at)
        case Reopen():
            # Nobody is asked by itself: whoever ticked it off too early may not be there.
            given = {"assigned_to": None, "assigned_at": None, "seen_at": None}
            return _written(note, Entry(at, who, "reopened"), state=state, closed_at=None, outcome=None, **given)
        case _:
            assert_never(action)


def made(wanted: FillIn, *, note_id: str, at: float) -> CallbackNote:
    """A note made by hand."""
    said = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    promised_at = None if wanted.promised_by is None else at
    return CallbackNote(id=note_id, pressed_at=at, arrived_at=at, promised_at=promised_at, **said)


def is_live(note: CallbackNote) -> bool:
    """Whether somebody still has to be called back."""
    return note.state in LIVE


def is_overdue(note: CallbackNote, now: float) -> bool:
    """Whether the promised time has passed while nobody called back."""
    return is_live(note) and note.promised_by is not None and note.promised_by < now


def _filled_in(note: CallbackNote, wanted: FillIn, who: str, at: float) -> Changed:
    said = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
    new = {name: value for name, value in said.items() if getattr(note, name) != value}
    if not new:
        return Changed(note, None)
    promised = {"promised_at": None if wanted.promised_by is None else at} if "promised_by" in new else {}
    return _written(note, Entry(at, who, "filled_in", new), **new, **promised)


def _given(note: CallbackNote, to: str, entry: Entry) -> Changed:
    told = replace(entry, fields={**entry.fields, "assigned_to": to})
    return _written(note, told, state="assigned", assigned_to=to, assigned_at=entry.at, seen_at=None)


def _closed(note: CallbackNote, state: Literal["done", "dropped"], words: str | None, who: str, at: float) -> Changed:
    entry = Entry(at, who, state, {"outcome": words} if words else {})
    return _written(note, entry, state=state, outcome=words, closed_at=at)


def _written(note: CallbackNote, entry: Entry, **changed: object) -> Changed:
    return Changed(replace(note, version=note.version + 1, **changed), entry)  # type: ignore[arg-type]  # by field name
