"""Pages of the desk at rest, and of what ails it."""

from device.core import pages
from device.glass.canvas import Box, Canvas
from device.glass.headline import draw_headline
from device.glass.icons import Icon
from device.glass.lettering import width, wrapped
from device.glass.margin import draw_margin
from device.glass.phrases import lasting, opening, waiting
from device.glass.tally import alone_width, draw_alone, draw_tally
from device.words import Words


def idle(canvas: Canvas, page: pages.Quiet | pages.CallersWait, words: Words) -> None:
    foot = canvas.row_top(-1) - 4
    box = (0, 0, canvas.right, foot)
    if page.tally.waiting == 0:
        _nobody_waits(canvas, box, words)
    else:
        draw_tally(canvas, page.tally, box, bold=isinstance(page, pages.CallersWait))
    draw_margin(canvas, page.margin, words)


# By seat: how far a resting page stands to the right, in eighths of what is free, and how many pixels lower.
_ASIDE = (0, 8, 3, 7)
_LIFT = (0, -1, -1, 2)


def _nobody_waits(canvas: Canvas, box: Box, words: Words) -> None:
    """A fine zero, and in words that this is good."""
    lines = words("niemand\nwacht").split("\n")
    wide = max(width(line, canvas.sizes.capital) for line in lines)
    spare = max(0, canvas.right - alone_width(canvas, waiting(0), box) - 10 - wide)
    lift = _LIFT[canvas.seat]
    box = (spare * _ASIDE[canvas.seat] // 8, box[1] + lift, box[2], box[3] + lift)
    end = draw_alone(canvas, "nobody", waiting(0), box)
    top = box[1] + (box[3] - box[1] - (len(lines) - 1) * canvas.sizes.row - canvas.sizes.capital) // 2
    for row, line in enumerate(lines):
        canvas.text_at(top + row * canvas.sizes.row, line, end + 10)


def no_news(canvas: Canvas, page: pages.NoHost | pages.DataOld | pages.PbxAway, words: Words) -> None:
    icon: Icon
    match page:
        case pages.NoHost():
            icon, title = "no_host", words("Geen verbinding")
        case pages.DataOld():
            icon, title = "old", words("Stand is oud")
        case pages.PbxAway():
            icon, title = "away", words("Centrale weg")
    since = [] if page.for_s is None else [words("al {duration}").format(duration=lasting(page.for_s, words))]
    draw_headline(canvas, icon, title, since, page.margin, words)


def notice_leaves(canvas: Canvas, text: str) -> list[list[str]]:
    """The lines of a notice, as many at once as there are rows."""
    lines = wrapped(text, canvas.sizes.capital, canvas.right - _notice_left(canvas))
    return [lines[at : at + canvas.rows] for at in range(0, len(lines), canvas.rows)] or [[]]


def notice(canvas: Canvas, page: pages.Notice, leaf: int) -> None:
    all_leaves = notice_leaves(canvas, page.text)
    canvas.icon("bubble", 0, canvas.row_top(0) - 1, canvas.icon_size)
    for row, line in enumerate(all_leaves[leaf]):
        canvas.text(row, line, _notice_left(canvas))
    # A step for each part of a long text, the present one filled.
    for step in range(len(all_leaves) if len(all_leaves) > 1 else 0):
        box = (2, canvas.row_top(1) + step * 6, 6, canvas.row_top(1) + step * 6 + 4)
        if step == leaf:
            canvas.bar(box)
        else:
            canvas.frame(box)


def _notice_left(canvas: Canvas) -> int:
    return canvas.icon_size + 4


def identifying(canvas: Canvas, page: pages.Identifying) -> None:
    lines = wrapped(page.unit, canvas.sizes.capital + 4, canvas.right)[:2]
    pitch = canvas.sizes.row + 6
    top = (canvas.bottom - pitch * len(lines)) // 2 + 2
    for row, line in enumerate(lines):
        canvas.text_at(top + row * pitch, line, align="centre", capital=canvas.sizes.capital + 4)
    if page.bright:
        canvas.invert((0, 0, canvas.right, canvas.bottom))


def hardware_fault(canvas: Canvas, page: pages.HardwareFault, words: Words) -> None:
    match page.part:
        case "storage":
            title = words("Opslag defect")
        case "button":
            title = words("Knop zit vast")
    draw_headline(canvas, "warning", title, [words("bel beheer")], page.margin, words)


def out_of_hours(canvas: Canvas, page: pages.OutOfHours, words: Words) -> None:
    draw_headline(canvas, "moon", words("Gesloten"), opening(page.until, page.weekday, words), page.margin, words)


def farewell(canvas: Canvas, page: pages.Updating, words: Words) -> None:
    if page.stopping:
        draw_headline(canvas, "moon", words("Tot straks"), [], None, words)
    else:
        draw_headline(canvas, "update", words("Bijwerken…"), [words("even geduld")], None, words)
