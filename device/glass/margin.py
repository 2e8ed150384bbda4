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


# By seat: how far both sides stand from the edges, in sixteenths of what is free between them.
_INSET = (0, 0, 3, 6)


def draw_margin(canvas: Canvas, margin: Margin, words: Words) -> None:
    """In the last row: what is most telling first, and what finds no room is left to the pages of its own.

    The line stands at the left and the rest at the right, or the other way round, or both nearer the middle: see
    `burn_in.seat_at`.
    """
    row = canvas.rows - 1
    word = line_word(margin.line, words)
    indent = canvas.icon_size + 4
    needed = indent + width(word, canvas.sizes.capital)
    far = canvas.right  # how near the rest comes to the line, counted from the line's side
    chips: list[tuple[int, int, Icon, str]] = []
    for name, count in _chips(margin):
        room = far - 6 - needed
        took = canvas.icon_size + (2 + width(count, canvas.sizes.capital) if count else 0)
        if took > room:
            # The shape says the most; its figure goes first.
            count, took = "", canvas.icon_size
        if took > room:
            break
        chips.append((far, took, name, count))
        far -= took + 6
    inset = max(0, far - needed) * _INSET[canvas.seat] // 16
    for at, took, name, count in chips:
        left = canvas.right - at + inset if canvas.seat % 2 else at - took - inset
        if count:
            canvas.text(row, count, left + canvas.icon_size + 2, left + took)
        canvas.icon(name, left, canvas.row_top(row) - 1, canvas.icon_size)
    start = canvas.right - min(needed, far) - inset if canvas.seat % 2 else inset
    canvas.icon_in_row(row, LINE_ICONS[margin.line], start)
    canvas.text(row, word, start + indent, start + min(needed, far))


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
