"""What the buzzer says, decided from the unit before and after an event: pure, and off by default.

One tone when the first caller waits, another when the longest wait passes its limit, a click when a note is kept.
A tone is a row of notes; the core itself ends each at its time, so nothing waits while it is silent.
"""

from dataclasses import dataclass, replace

from device.core import counts
from device.core.effects import Beep, Effect
from device.core.freshness import is_fresh
from device.core.unit import Unit

Tune = tuple[tuple[int, float], ...]
"""Notes in a row: hertz and seconds; 0 Hz is a rest. A piezo is loudest near 2-4 kHz; these are below, and calm."""

FIRST_CALLER: Tune = ((880, 0.09), (1175, 0.14))
LIMIT_PASSED: Tune = ((1480, 0.12), (0, 0.08), (1480, 0.12), (0, 0.08), (1480, 0.12))
CLICK: Tune = ((2000, 0.012),)


@dataclass(frozen=True, slots=True)
class _Queue:
    """What can be heard of the queue: None where it is not known."""

    waiting: int | None
    over: bool


def hear(before: Unit, after: Unit) -> tuple[Unit, tuple[Effect, ...]]:
    """`after` with what it now plays, and what the buzzer must do."""
    rules, now = after.rules.sound, after.now
    tune = _called_for(before, after) if rules.on and not after.quiet and not after.stopping else None
    if tune is not None:
        until, playing = now, []
        for hertz, seconds in tune:
            until += seconds
            playing.append((hertz, until))
        return replace(after, playing=tuple(playing)), (Beep(tune[0][0], rules.volume),)
    left = () if after.stopping else tuple(note for note in after.playing if note[1] > now + _EXACTLY)
    if left == after.playing:
        return after, ()
    return replace(after, playing=left), (Beep(left[0][0] if left else 0, rules.volume),)


_EXACTLY = 1e-6


def _called_for(before: Unit, after: Unit) -> Tune | None:
    was, is_now = _queue(before, before.now), _queue(after, after.now)
    if is_now.over and not was.over and was.waiting is not None:
        return LIMIT_PASSED
    if was.waiting == 0 and is_now.waiting:
        return FIRST_CALLER
    kept, shown = before.note_on_glass, after.note_on_glass
    if kept is not None and shown is not None and kept.stage == "saving" and shown.stage in ("kept", "withdrawn"):
        return CLICK
    return None


def _queue(unit: Unit, now: float) -> _Queue:
    board = unit.board
    if board is None or not is_fresh(board, now) or board.board.pbx != "up":
        return _Queue(None, False)
    since, limit_s = counts.longest_since(board), unit.rules.sound.limit_s
    over = since is not None and limit_s is not None and now >= since + limit_s - _EXACTLY
    return _Queue(counts.waiting(board), over)


def moments(unit: Unit) -> list[float]:
    """When a note ends, or a limit is passed; past ones too."""
    found = [unit.playing[0][1]] if unit.playing else []
    limit_s = unit.rules.sound.limit_s
    if unit.rules.sound.on and unit.board is not None and limit_s is not None:
        since = counts.longest_since(unit.board)
        found += [since + limit_s] if since is not None else []
    return found
