"""What the second glass says to colleagues at the counter: the sign's sentence, how many wait, and about how long.

Rounded, so that it changes seldom, and never a caller.
"""

from device.core import counts, pages
from device.core.face import Look
from device.core.freshness import is_fresh
from device.core.unit import Unit

MANY = 10


def look_from_the_counter(unit: Unit) -> Look:
    """The page for the counter's side, and when it changes by time alone."""
    if unit.stopping or unit.sign.state == "unsure":
        return Look(pages.CounterUnsure(), None)
    if unit.sign.state == "dark":
        if unit.closed:
            return Look(pages.CounterClosed(unit.opens, unit.opens_on), None)
        return Look(pages.CounterFree(), None)
    board, now = unit.board, unit.now
    if board is None or not is_fresh(board, now) or board.board.pbx != "up":
        return Look(pages.CounterBusy(None, None), None)
    many, since = counts.waiting(board), counts.longest_since(board)
    if since is None:
        return Look(pages.CounterBusy(_about(many), None), None)
    minutes = max(0, int((now - since + 1e-6) // 60))
    return Look(
        pages.CounterBusy(_about(many), minutes if minutes < MANY else minutes // 5 * 5), since + 60 * (minutes + 1)
    )


def _about(many: int | None) -> int | None:
    """A figure that is exact while it is small; `MANY` stands for that and more."""
    return None if many is None else min(many, MANY)
