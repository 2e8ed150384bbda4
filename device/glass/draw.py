"""Pages to one-bit pictures, as a pure function: the same page at the same moment is the same picture."""

from dataclasses import dataclass
from typing import assert_never

from PIL import Image

from device.core import pages
from device.core.pages import Page
from device.glass import calls, desk, notes
from device.glass.burn_in import next_shift, shift_at
from device.glass.canvas import Canvas
from device.glass.sizes import sizes_of
from device.profile import Panel
from device.words import Words


@dataclass(frozen=True, slots=True)
class Moment:
    """When a picture is drawn: `now_s` on any steady clock, and how long the page has been shown."""

    now_s: float = 0.0
    shown_s: float = 0.0


def draw(page: Page, panel: Panel, words: Words, moment: Moment) -> Image.Image:
    """The picture of `page`, mode "1", the panel's size. Raises FontMissing."""
    return compose(page, panel, words, moment).finished(shift_at(moment.now_s))


def next_change(page: Page, panel: Panel, words: Words, moment: Moment) -> float:
    """Seconds until the same page looks different by itself: it wanders, or a long text turns its page."""
    turns = leaves(page, panel, words)
    turn = TURN_S - moment.shown_s % TURN_S if turns > 1 else next_shift(moment.now_s)
    return min(turn, next_shift(moment.now_s))


TURN_S = 4.0
"""How long each part of what does not fit at once stays: time to read three short lines."""


def leaves(page: Page, panel: Panel, words: Words) -> int:
    """In how many parts `page` is shown, one after the other."""
    sizes = sizes_of(panel)
    match page:
        case pages.Notice(_, text):
            return len(desk.notice_leaves(Canvas(sizes), text))
        case pages.Ringing():
            return len(calls.ringing_leaves(sizes, page, words))
        case pages.Talking():
            return len(calls.talking_leaves(sizes, page, words))
        case _:
            return 1


def compose(page: Page, panel: Panel, words: Words, moment: Moment) -> Canvas:
    """Everything of `page` on a canvas, before it wanders."""
    canvas = Canvas(sizes_of(panel))
    leaf = int(moment.shown_s // TURN_S) % leaves(page, panel, words)
    _lay_out(canvas, page, words, leaf)
    return canvas


def _lay_out(canvas: Canvas, page: Page, words: Words, leaf: int) -> None:
    match page:
        case pages.Quiet() | pages.CallersWait():
            desk.idle(canvas, page, words)
        case pages.Ringing():
            calls.ringing(canvas, page, words, leaf)
        case pages.Talking():
            calls.talking(canvas, page, words, leaf)
        case pages.ColleagueSilent():
            calls.colleague_silent(canvas, page, words)
        case pages.NoteShown():
            notes.note(canvas, page, words)
        case pages.NoteRefused():
            notes.refused(canvas, page, words)
        case pages.HoldMenu():
            notes.menu(canvas, page, words)
        case pages.Callbacks():
            notes.callbacks(canvas, page, words)
        case pages.Starting():
            desk.starting(canvas, page)
        case pages.NoHost() | pages.DataOld() | pages.PbxAway():
            desk.no_news(canvas, page, words)
        case pages.Notice():
            desk.notice(canvas, page, leaf)
        case pages.Identifying():
            desk.identifying(canvas, page)
        case pages.HardwareFault():
            desk.hardware_fault(canvas, page, words)
        case pages.OutOfHours():
            desk.out_of_hours(canvas, page, words)
        case pages.Updating():
            desk.farewell(canvas, page, words)
        case _:
            assert_never(page)
