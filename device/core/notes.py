"""A note on its way from the button to the host: what is kept, what is durable, when it is sent again.

A note is sent only once it is on the disk, and forgotten only by the host's receipt for its newest revision.
"""

from dataclasses import dataclass, replace

from broker.messages import Caller, Note, NoteKind

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 30.0
PACE_S = 0.02
"""Between two notes when many wait: fifty a second, so that a full outbox never fills the broker's queue."""


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A press, as it stands on the disk. `pressed_at`: CLOCK_BOOTTIME of boot `boot`; `pressed_clock`: Unix seconds."""

    id: str
    rev: int
    boot: str
    pressed_at: float
    pressed_clock: float
    kind: NoteKind = "callback"
    caller: Caller | None = None
    queue: str | None = None
    line: str | None = None
    colleague: str | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One note in the unit's picture of its outbox.

    `wanted`: the newest revision, maybe not yet committed. `durable`: the newest one that is.
    `receipted`: the newest revision the host has committed. `due`: when it is sent next, while the link is up.
    """

    wanted: KeptNote
    durable: KeptNote | None = None
    receipted: int = 0
    tries: int = 0
    due: float | None = None


def on_wire(note: KeptNote, now: float, boot: str) -> Note:
    """The note as the host hears it. Only in the boot of the press can its age be reckoned."""
    same_boot = note.boot == boot
    return Note(
        id=note.id,
        rev=note.rev,
        kind=note.kind,
        pressed_s_ago=max(0.0, now - note.pressed_at) if same_boot else None,
        pressed_clock=note.pressed_clock,
        caller=note.caller,
        queue=note.queue,
        line=note.line,
        colleague=note.colleague,
        withdrawn=note.withdrawn,
    )


def sendable(entry: Entry) -> bool:
    """Whether a durable revision stands that the host has not receipted."""
    return entry.durable is not None and entry.durable.rev > entry.receipted


def retry_s(tries: int) -> float:
    """Seconds between the `tries`th sending and the next: 1, 2, 4 … at most 30."""
    return min(LAST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(tries - 1, 10))


def wake_all(entries: tuple[Entry, ...], now: float) -> tuple[Entry, ...]:
    """All of them due again from now, at a pace, for the host may be back."""
    return tuple(
        replace(entry, tries=0, due=now + place * PACE_S) if sendable(entry) else entry
        for place, entry in enumerate(entries)
    )


def sent(entry: Entry, now: float) -> Entry:
    """`entry` after one more sending."""
    return replace(entry, tries=entry.tries + 1, due=now + retry_s(entry.tries + 1))


def committed(entry: Entry, rev: int, now: float) -> Entry:
    """`entry` once revision `rev` is on the disk: to be sent at once."""
    if rev != entry.wanted.rev:
        return entry
    return replace(entry, durable=entry.wanted, tries=0, due=now)


def commit_failed(entry: Entry, rev: int) -> Entry | None:
    """`entry` when revision `rev` could not be kept: back to what is durable, or None when nothing is."""
    if rev != entry.wanted.rev:
        return entry
    return replace(entry, wanted=entry.durable) if entry.durable is not None else None


def receipted(entry: Entry, rev: int) -> Entry | None:
    """`entry` after the host's receipt for `rev`; None when it is the newest revision, which may be forgotten."""
    # A receipt for what was never durable here cannot be ours: another unit under our name, or an echo of a lost disk.
    if entry.durable is not None and entry.durable.rev == entry.wanted.rev and rev >= entry.wanted.rev:
        return None
    return replace(entry, receipted=max(entry.receipted, rev))
