"""Pages with somebody on the telephonist's own line."""

from device.core import pages
from device.glass.canvas import Canvas
from device.glass.headline import draw_headline
from device.glass.lettering import width
from device.glass.phrases import caller_lines, clock, line_word
from device.glass.sizes import Sizes
from device.glass.tally import draw_stacked, draw_tally
from device.words import Words


def ringing_leaves(sizes: Sizes, page: pages.Ringing, words: Words) -> list[list[str]]:
    """Who rings and for whom. Where one row is all there is, the two take turns in it."""
    who, *number = caller_lines(page.caller, words)
    for_whom = page.queue or page.dialled
    lines = [who, *([for_whom] if for_whom else []), *number]
    if sizes.tight:
        return [[line] for line in lines[:2]]
    return [lines[: 3 if sizes.wide else 2]]


def ringing(canvas: Canvas, page: pages.Ringing, words: Words, leaf: int) -> None:
    lines = ringing_leaves(canvas.sizes, page, words)[leaf]
    right = _who_ends(canvas)
    left = canvas.icon_in_row(0, "ringing", 0)
    for row, line in enumerate(lines):
        canvas.text(row, line, left, right)
    _tally_beside(canvas, page.tally, 1 if canvas.sizes.tight else 2)


def talking_leaves(sizes: Sizes, page: pages.Talking, words: Words) -> list[tuple[str, str]]:
    """Who, and the time that runs. Where one row cannot hold both, they take turns in it."""
    who, *_ = caller_lines(page.caller, words)
    time = "" if page.for_s is None else clock(page.for_s)
    if not sizes.tight or not time:
        return [(who, time)]
    room = sizes.width - sizes.capital - 16
    both = width(who, sizes.capital) + width(time, sizes.capital)
    if both <= room:
        return [(who, time)]
    word = _state_word(page, words)
    # The sign before it says the same; hours leave the word no room.
    return [(who, ""), (word if width(word, sizes.capital) + width(time, sizes.capital) <= room else "", time)]


def talking(canvas: Canvas, page: pages.Talking, words: Words, leaf: int) -> None:
    who, time = talking_leaves(canvas.sizes, page, words)[leaf]
    right = _who_ends(canvas)
    left = canvas.icon_in_row(0, "held" if page.held else "talking", 0)
    time_row = 0 if canvas.sizes.tight else 1
    end = right
    if time:
        end -= width(time, canvas.sizes.capital) + 5
        canvas.text(time_row, time, end + 5, right)
    if canvas.sizes.tight:
        canvas.text(0, who, left, end)
        _tally_beside(canvas, page.tally, 1)
        return
    canvas.text(0, who, left, right)
    canvas.text(1, _state_word(page, words), left, end)
    if canvas.sizes.wide:
        number = caller_lines(page.caller, words)[1:]
        for row, line in enumerate([*([page.queue] if page.queue else []), *number][:2], start=2):
            canvas.text(row, line, left, right)
    _tally_beside(canvas, page.tally, 2)


def _state_word(page: pages.Talking, words: Words) -> str:
    return line_word("on_hold" if page.held else "in_use", words)


def colleague_silent(canvas: Canvas, page: pages.ColleagueSilent, words: Words) -> None:
    silent = words("neemt niet op")
    draw_headline(canvas, "ringing", page.colleague, [silent], None, words, is_name=True)
    time = clock(page.ringing_s)
    end = canvas.right
    if not canvas.sizes.tight:
        end -= width(time, canvas.sizes.capital) + 5
        canvas.text(-1, time, end + 5)
    canvas.text(-1, words("Druk: notitie"), 0, end)


def _who_ends(canvas: Canvas) -> int:
    return canvas.right * 5 // 8 - 6 if canvas.sizes.wide else canvas.right


def _tally_beside(canvas: Canvas, tally: pages.Tally, rows: int) -> None:
    """The main numbers under `rows` of text, or at the side of a wide glass."""
    if canvas.sizes.wide:
        draw_stacked(canvas, tally, (canvas.right * 5 // 8, 0, canvas.right, canvas.bottom))
    else:
        top = canvas.row_top(rows - 1) + canvas.sizes.capital + 5
        draw_tally(canvas, tally, (0, top, canvas.right, canvas.bottom), bold=bool(tally.waiting))
