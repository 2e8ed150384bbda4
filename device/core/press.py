"""What a press means. It is fixed at the touch, by what the glass showed then, and done at the release."""

from dataclasses import replace
from hashlib import blake2b

from device.core import counts
from device.core.effects import Effect, Keep
from device.core.freshness import is_fresh
from device.core.notes import Entry, KeptNote
from device.core.pages import MenuItem, Refusal
from device.core.rules import NOTE_SHOWN_S, REFUSAL_SHOWN_S
from device.core.sign import ByHand
from device.core.unit import Intent, NoteOnGlass, RefusedOnGlass, Take, Unit, Withdraw

MENU: tuple[MenuItem, ...] = ("sign_on", "sign_off", "nothing")
"""Only what can be done is on it; the last stands for letting go without a choice."""


def draw(unit: Unit, size: int) -> tuple[Unit, str]:
    """`size` random bytes as hex digits, from the secret seed: the core stays a function of its events."""
    fresh = blake2b(f"{unit.drawn} {unit.now!r}".encode(), digest_size=size, key=unit.seed[:64]).hexdigest()
    return replace(unit, drawn=unit.drawn + 1), fresh


def meant(unit: Unit) -> Intent:
    """What a press begun now will do: withdraw, note for the silent colleague, or a callback note."""
    shown = unit.note_on_glass
    if shown is not None and unit.now < shown.withdraw_until and not shown.note.withdrawn:
        return Withdraw(shown.note)
    board = unit.board
    if board is None or not is_fresh(board, unit.now) or board.board.line is None:
        return _last_caller(unit, None)
    line = board.board.line
    if (silent := offered(unit)) is not None and line.state != "ringing":
        return Take("colleague", silent.caller, None, line.extension, silent.colleague)
    if counts.line_is_busy(board):
        return Take("callback", line.caller, line.queue, line.extension)
    return _last_caller(unit, line.extension)


def _last_caller(unit: Unit, line: str | None) -> Take:
    last = unit.last_caller
    if last is None or unit.now - last.seen_at > unit.rules.notes.last_caller_s:
        return Take(line=line)
    return Take("callback", last.caller, last.queue, last.line)


def offered(unit: Unit) -> "counts.Silent | None":
    """The colleague for whom the glass offers a note now, if any."""
    if unit.board is None or not is_fresh(unit.board, unit.now) or unit.board.board.pbx != "up":
        return None
    silent = counts.silent(unit.board)
    if silent is None or (silent.colleague, silent.extension) == unit.offer_taken:
        return None
    return silent if unit.now >= silent.since + unit.rules.notes.unanswered_after_s else None


def do(unit: Unit, intent: Intent) -> tuple[Unit, tuple[Effect, ...]]:
    """The press is let go: keep or withdraw."""
    match intent:
        case Take():
            return _take(unit, intent)
        case Withdraw(note):
            return _keep(unit, replace(note, rev=note.rev + 1, withdrawn=True))


def _take(unit: Unit, take: Take) -> tuple[Unit, tuple[Effect, ...]]:
    if len(unit.entries) >= unit.rules.notes.outbox_limit:
        return refuse(unit, "full"), ()
    if take.kind == "colleague" and (silent := offered(unit)) is not None:
        unit = replace(unit, offer_taken=(silent.colleague, silent.extension))
    pressed_at = unit.button.first
    unit, note_id = draw(unit, 16)
    note = KeptNote(
        note_id, 1, unit.boot, pressed_at, unit.press_clock, take.kind, take.caller, take.queue, take.line,
        take.colleague,
    )  # fmt: skip
    return _keep(unit, note)


def _keep(unit: Unit, note: KeptNote) -> tuple[Unit, tuple[Effect, ...]]:
    known = [entry for entry in unit.entries if entry.wanted.id == note.id]
    entry = replace(known[0], wanted=note) if known else Entry(note)
    others = tuple(other for other in unit.entries if other.wanted.id != note.id)
    now, limits = unit.now, unit.rules.notes
    shown = NoteOnGlass(
        note,
        "saving",
        until=now + NOTE_SHOWN_S,
        withdraw_until=float("-inf") if note.withdrawn else now + limits.withdraw_s,
    )
    unit = replace(unit, entries=(*others, entry), note_on_glass=shown, refused_on_glass=None)
    return unit, (Keep(note),)


def refuse(unit: Unit, reason: Refusal) -> Unit:
    """`unit` with the refusal on its glass."""
    return replace(unit, refused_on_glass=RefusedOnGlass(reason, unit.now + REFUSAL_SHOWN_S))


def make_way(unit: Unit) -> Unit:
    """`unit` with the answer to the last press off its glass, because the phone rings: who rings comes first."""
    shown = unit.note_on_glass
    if shown is None or shown.stage == "saving":
        return replace(unit, refused_on_glass=None)
    return replace(unit, refused_on_glass=None, note_on_glass=None)


def choose(unit: Unit, index: int) -> Unit:
    """`unit` after the menu's item `index` was taken."""
    match MENU[min(index, len(MENU) - 1)]:
        case "sign_on":
            return replace(unit, by_hand=ByHand("lit", unit.now + unit.rules.sign.by_hand_s))
        case "sign_off":
            return replace(unit, by_hand=ByHand("dark", unit.now + unit.rules.sign.by_hand_s))
        case _:
            return unit
