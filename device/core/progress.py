"""How far a note has come: loaded, committed or not, published, receipted; on the unit and on its glass."""

from dataclasses import replace
from typing import Literal

from broker.messages import Receipt
from device.core import notes, press
from device.core.effects import Effect, Forget
from device.core.rules import NOTE_SHOWN_S
from device.core.unit import Unit


def loaded(unit: Unit, stored: tuple[notes.KeptNote, ...]) -> Unit:
    """The outbox was opened: what it holds is on the disk and still owed to the host."""
    known = {entry.wanted.id for entry in unit.entries}
    old = tuple(notes.Entry(note, note) for note in stored if note.id not in known)
    return replace(unit, entries=notes.wake_all((*old, *unit.entries), unit.now))


def committed(unit: Unit, note_id: str, rev: int) -> Unit:
    """A revision is on the disk: only from here on may the glass say so, and the link send it."""
    entries = tuple(notes.committed(e, rev, unit.now) if e.wanted.id == note_id else e for e in unit.entries)
    unit = replace(unit, entries=entries)
    shown = unit.note_on_glass
    withdrawn = shown is not None and shown.note.withdrawn
    return reached(unit, note_id, rev, "withdrawn" if withdrawn else "kept")


def commit_failed(unit: Unit, note_id: str, rev: int) -> Unit:
    """A revision is not on the disk and will not be: the glass says so, and nothing claims otherwise."""
    entries, back = [], None
    for entry in unit.entries:
        kept = notes.commit_failed(entry, rev) if entry.wanted.id == note_id else entry
        if kept is not None:
            entries.append(kept)
            back = kept.wanted if kept.wanted.id == note_id else back
    unit = press.refuse(replace(unit, entries=tuple(entries)), "storage")
    shown = unit.note_on_glass
    if shown is None or (shown.note.id, shown.note.rev) != (note_id, rev):
        return unit
    # A withdrawal that failed leaves the note as it was, and a press may try again.
    again = None if back is None else replace(shown, note=back, stage="kept", withdraw_until=shown.until)
    return replace(unit, note_on_glass=again)


def receipted(unit: Unit, receipt: Receipt) -> tuple[Unit, tuple[Effect, ...]]:
    """The host has committed a revision; the newest one may be forgotten."""
    entries, effects = [], []
    for entry in unit.entries:
        left = notes.receipted(entry, receipt.rev) if entry.wanted.id == receipt.id else entry
        if left is None:
            effects.append(Forget(receipt.id, entry.wanted.rev))
        else:
            entries.append(left)
    unit = replace(unit, entries=tuple(entries))
    return reached(unit, receipt.id, receipt.rev, "received"), tuple(effects)


def reached(unit: Unit, note_id: str, rev: int, stage: Literal["kept", "sent", "received", "withdrawn"]) -> Unit:
    """The note on the glass has come further; never back, and never past what is on the disk."""
    shown = unit.note_on_glass
    if shown is None or (shown.note.id, shown.note.rev) != (note_id, rev):
        return unit
    further = {"saving": ("kept", "withdrawn"), "kept": ("sent", "received"), "sent": ("received",)}
    if stage not in further.get(shown.stage, ()):
        return unit
    return replace(unit, note_on_glass=replace(shown, stage=stage, until=unit.now + NOTE_SHOWN_S))
