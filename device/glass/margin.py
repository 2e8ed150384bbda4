"""The strip at the foot of a quiet page: the line in shape and word, notes, and the sign at its fixed place."""

from collections.abc import Iterator

from broker.messages import LineState
from device.core.pages import Margin
from device.glass.canvas import Canvas
from device.glass.icons import Icon
from device.glass.lettering import width
from device.glass.phrases import line_word
from device.words import Words

LINE_ICONS: dict[LineState, Icon] = {
    "idle": "idle",
    "ringing": "ringing",
    "in_use": "talking",
    "on_hold": "held",
    "paused": "paused",
    "unavailable": "unavailable",
    "unknown": "unknown",
}


def draw_margin(canvas: Canvas, margin: Margin, words: Words) -> None:
    """In the last row: what is most telling first, and what finds no room is left to the pages of its own."""
    row = canvas.rows - 1
    start = canvas.icon_in_row(row, LINE_ICONS[margin.line], 0)
    word = line_word(margin.line, words)
    needed = start + width(word, canvas.sizes.capital)
    end = canvas.right
    for name, count in _chips(margin):
        room = end - 6 - needed
        took = canvas.icon_size + (2 + width(count, canvas.sizes.capital) if count else 0)
        if took > room:
            # The shape says the most; its figure goes first.
            count, took = "", canvas.icon_size
        if took > room:
            break
        left = end - took
        if count:
            canvas.text(row, count, left + canvas.icon_size + 2, end)
        canvas.icon(name, left, canvas.row_top(row) - 1, canvas.icon_size)
        end = left - 6
    canvas.text(row, word, start, end)


def _chips(margin: Margin) -> Iterator[tuple[Icon, str]]:
    yield margin.sign, f"{margin.sign_minutes_left}'" if margin.sign_minutes_left is not None else ""
    if margin.fault is not None:
        yield "warning", ""
    if margin.unsent:
        yield "unsent", str(margin.unsent)
    if margin.overdue:
        yield "overdue", str(margin.overdue)
    elif margin.open:
        yield "envelope", str(margin.open)
