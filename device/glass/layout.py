"""Which drawing belongs to which page, and in how many parts a page is shown."""

from typing import assert_never

from device.core import pages
from device.core.pages import Page
from device.glass import calls, counter, desk, notes
from device.glass.canvas import Canvas
from device.glass.first_frame import starting
from device.glass.sizes import Sizes
from device.words import Words


def parts(page: Page, sizes: Sizes, words: Words) -> int:
    """In how many parts `page` is shown, one after the other."""
    match page:
        case pages.Notice(_, text):
            return len(desk.notice_leaves(Canvas(sizes), text))
        case pages.Ringing():
            return len(calls.ringing_leaves(sizes, page, words))
        case pages.Talking():
            return len(calls.talking_leaves(sizes, page, words))
        case pages.CounterBusy():
            return len(counter.busy_leaves(sizes, page, words))
        case _:
            return 1


def lay_out(canvas: Canvas, page: Page, words: Words, leaf: int) -> None:
    """Put part `leaf` of `page` on `canvas`."""
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
            starting(canvas, page)
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
        case pages.CounterBusy():
            counter.busy(canvas, page, words, leaf)
        case pages.CounterFree():
            counter.free(canvas, words)
        case pages.CounterUnsure():
            counter.unsure(canvas, words)
        case pages.CounterClosed():
            counter.closed(canvas, page, words)
        case _:
            assert_never(page)
