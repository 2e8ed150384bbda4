"""Which page the glass shows. The first row that fits is shown:

1. the farewell                            nothing comes after it
2. the menu, or the press under the finger a hand on the button must see what it does
3. "here I am"                             a person stands looking for this unit
4. the answer to the last press            for six seconds: kept, sent, received, withdrawn, refused
5. a fault that is new                     for ten seconds, whatever else goes on
6. starting, no host, data old, PBX away   numbers that are not known are not shown
7. the line rings
8. a colleague does not answer             the offer of a note; the next caller's ringing goes first
9. in conversation
10. a notice from the host
11. callers wait
    an update of the program               the queue goes on while it is fetched; so where numbers are missing
12. a fault that lasts                     the queue matters more than a stuck button
13. out of opening hours              calls that come are above
14. quiet, with open callbacks and the host's messages taking turns
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import Literal

from broker.messages import LineBoard
from device.core import counts, gestures, pages
from device.core.freshness import DatedBoard, is_fresh, old_at
from device.core.press import MENU, offered
from device.core.rules import BLINK_S, NEARLY_FULL, ROUND_PAGE_S, ROUND_S, STARTING_S
from device.core.unit import Take, Unit, Withdraw

_EXACTLY = 1e-6
"""A figure that is due within a microsecond is due: deadlines are sums of floats."""


@dataclass(frozen=True, slots=True)
class Look:
    """A page, and when it may change by time alone; None: never."""

    page: pages.Page
    until: float | None


def look(unit: Unit) -> Look:
    """What stands on the glass at `unit.now`."""
    page, ticks = _page(unit)
    ahead = [moment for moment in (*_moments(unit), *ticks) if moment > unit.now]
    return Look(page, min(ahead, default=None))


def face(unit: Unit) -> pages.Page:
    """The page alone."""
    return look(unit).page


_Found = tuple[pages.Page, tuple[float, ...]]
"""A page, and the moments at which its own figures change."""


def _page(unit: Unit) -> _Found:
    if unit.stopping:
        return pages.Updating(stopping=True), ()
    return _finger(unit) or _answers(unit) or _meanwhile(unit) or _day(unit)


def _finger(unit: Unit) -> _Found | None:
    match unit.button.phase:
        case "menu":
            last = len(MENU) - 1
            chosen = min(gestures.item(unit.button, unit.now), last)
            if chosen == last:
                return pages.HoldMenu(MENU, last, gestures.PROGRESS_STEPS), ()
            progress = gestures.progress(unit.button, unit.now)
            return pages.HoldMenu(MENU, chosen, progress), (gestures.next_progress(unit.button, unit.now),)
        case "pressed":
            match unit.intent:
                case Take(_, caller, _, _, colleague):
                    return pages.NoteShown(margin(unit), caller, "saving", None, colleague), ()
                case Withdraw(note):
                    return pages.NoteShown(margin(unit), note.caller, "saving", None, note.colleague), ()
    return None


def _answers(unit: Unit) -> _Found | None:
    now, fault = unit.now, unit.fault_on_glass
    if now < unit.identify_until:
        blinks = floor((unit.identify_until - now) / BLINK_S - _EXACTLY)
        return pages.Identifying(unit.name, bright=blinks % 2 == 0), (unit.identify_until - blinks * BLINK_S,)
    if unit.refused_on_glass is not None and now < unit.refused_on_glass.until:
        return pages.NoteRefused(margin(unit), unit.refused_on_glass.reason), ()
    shown = unit.note_on_glass
    if shown is not None and now < shown.until:
        left = ceil(shown.withdraw_until - now - _EXACTLY) if shown.withdraw_until > now else None
        ticks = (shown.withdraw_until - (left or 1) + 1,) if left else ()
        return pages.NoteShown(margin(unit), shown.note.caller, shown.stage, left, shown.note.colleague), ticks
    if fault is not None and now < fault.until:
        return pages.HardwareFault(margin(unit), fault.part), ()
    return None


def _meanwhile(unit: Unit) -> _Found | None:
    """While the program is being updated, its page stands wherever numbers would be missing."""
    no_news = _no_news(unit)
    return _updating(unit) or no_news if no_news is not None else None


def _updating(unit: Unit) -> _Found | None:
    return (pages.Updating(), ()) if unit.now < unit.updating_until else None


def _no_news(unit: Unit) -> _Found | None:
    board, now = unit.board, unit.now
    if board is None:
        started_at = unit.started_at if unit.started_at is not None else now
        if now < started_at + STARTING_S:
            return pages.Starting(unit.version, unit.name), ()
        for_s, tick = _coarse(started_at, now)
        return pages.NoHost(margin(unit), for_s), (tick,)
    if not is_fresh(board, now):
        for_s, tick = _coarse(board.true_at, now)
        return pages.DataOld(margin(unit), for_s), (tick,)
    if board.board.pbx != "up":
        if board.board.pbx_age_s is None:
            return pages.PbxAway(margin(unit), None), ()
        for_s, tick = _coarse(board.received_at - board.board.pbx_age_s, now)
        return pages.PbxAway(margin(unit), for_s), (tick,)
    return None


def _day(unit: Unit) -> _Found:
    board, now = unit.board, unit.now
    assert board is not None, "_no_news has answered for a unit without a board"
    tally, ticks = _tally(board, now)
    edge = margin(unit)
    line = board.board.line
    if line is not None and line.state == "ringing":
        return pages.Ringing(tally, edge, line.caller, _queue_label(board, line), line.dialled), ticks
    if (silent := offered(unit)) is not None:
        ringing_s, tick = _whole(silent.since, now)
        return pages.ColleagueSilent(edge, silent.colleague, silent.caller, ringing_s), (tick,)
    if line is not None and line.state in ("in_use", "on_hold"):
        for_s, tick = (None, now) if line.for_s is None else _whole(board.received_at - line.for_s, now)
        held = line.state == "on_hold"
        return pages.Talking(tally, edge, line.caller, for_s, held, _queue_label(board, line)), (*ticks, tick)
    if unit.notice is not None and now < unit.notice.until:
        return pages.Notice(edge, unit.notice.text), ()
    if tally.waiting:
        return pages.CallersWait(tally, edge), ticks
    if (update := _updating(unit)) is not None:
        return update
    if (part := _lasting_fault(unit)) is not None:
        return pages.HardwareFault(edge, part), ()
    if unit.closed:
        return pages.OutOfHours(edge, unit.opens, unit.opens_on), ()
    return _round(unit, board, tally, edge)


def _round(unit: Unit, board: DatedBoard, tally: pages.Tally, edge: pages.Margin) -> _Found:
    """Quiet, but for the last seconds of each half minute, when callbacks and messages take turns."""
    guests: list[pages.Page] = [pages.Notice(edge, text) for text in board.board.messages[:4]]
    if edge.open:
        guests.insert(0, pages.Callbacks(edge))
    quiet = pages.Quiet(tally, edge)
    if not guests:
        return quiet, ()
    started_at = unit.started_at or 0.0
    starts = started_at + floor((unit.now - started_at) / ROUND_S + _EXACTLY) * ROUND_S
    turns = [starts + ROUND_S - ROUND_PAGE_S * place for place in range(len(guests), -1, -1)]
    turn = sum(unit.now >= moment - _EXACTLY for moment in turns)
    return (quiet if turn == 0 or turn > len(guests) else guests[turn - 1]), tuple(turns)


def margin(unit: Unit) -> pages.Margin:
    """What stands small on every page."""
    now, board = unit.now, unit.board
    fresh = board if board is not None and is_fresh(board, now) else None
    line = fresh.board.line if fresh is not None and fresh.board.pbx == "up" else None
    by_hand = unit.by_hand
    return pages.Margin(
        line="unknown" if line is None else line.state,
        sign=unit.sign.state,
        sign_minutes_left=None
        if by_hand is None or now >= by_hand.until
        else ceil((by_hand.until - now) / 60 - _EXACTLY),
        unsent=sum(entry.durable is not None for entry in unit.entries),
        open=fresh.board.inbox.open if fresh else 0,
        overdue=fresh.board.inbox.overdue if fresh else 0,
        fault=_lasting_fault(unit) or _lesser_fault(unit),
    )


def _lasting_fault(unit: Unit) -> Literal["storage", "button"] | None:
    if unit.storage != "ok":
        return "storage"
    return "button" if unit.stuck else None


def _lesser_fault(unit: Unit) -> Literal["storage", "glass"] | None:
    """What deserves a mark and no page: an outbox that is nearly full, a glass that was away."""
    if len(unit.entries) >= unit.rules.notes.outbox_limit * NEARLY_FULL:
        return "storage"
    return "glass" if unit.glass != "ok" else None


def _tally(board: DatedBoard, now: float) -> tuple[pages.Tally, tuple[float, ...]]:
    many, since = counts.waiting(board), counts.longest_since(board)
    if since is None:
        return pages.Tally(many, 0 if many == 0 else None), ()
    longest, tick = _whole(since, now)
    return pages.Tally(many, longest), (tick,)


def _queue_label(board: DatedBoard, line: LineBoard) -> str | None:
    """What people call the queue the call came through."""
    labels = {queue.name: queue.label for queue in board.board.queues}
    return None if line.queue is None else labels.get(line.queue) or line.queue


def _whole(since: float, now: float) -> tuple[int, float]:
    """Whole seconds since then, and when there will be one more."""
    seconds = max(0, floor(now - since + _EXACTLY))
    return seconds, since + seconds + 1


def _coarse(since: float, now: float) -> tuple[int, float]:
    """The same in whole minutes once there is one: a night without a host need not redraw each second."""
    seconds, tick = _whole(since, now)
    if seconds < 60:
        return seconds, tick
    minutes = seconds // 60
    return minutes * 60, since + (minutes + 1) * 60


def _moments(unit: Unit) -> tuple[float, ...]:
    """When one page gives way to another by time alone; past moments too."""
    found = [unit.identify_until, unit.updating_until]
    if unit.started_at is not None:
        found.append(unit.started_at + STARTING_S)
    if unit.board is not None:
        found.append(old_at(unit.board))
        if (silent := counts.silent(unit.board)) is not None:
            found.append(silent.since + unit.rules.notes.unanswered_after_s)
    passing = (unit.refused_on_glass, unit.note_on_glass, unit.notice, unit.fault_on_glass)
    found += [one.until for one in passing if one is not None]
    if unit.by_hand is not None and (left := unit.by_hand.until - unit.now) > 0:
        found.append(unit.by_hand.until - 60 * (ceil(left / 60 - _EXACTLY) - 1))
    return tuple(found)
