"""Pages of the button: the note it kept, the menu behind it, and the callbacks that came of it."""

from device.core import pages
from device.glass.canvas import Canvas
from device.glass.headline import draw_headline
from device.glass.icons import Icon
from device.glass.lettering import width
from device.glass.phrases import caller_lines, menu_word, stage_word
from device.glass.tally import draw_pair
from device.words import Words

_STAGE_ICONS: dict[pages.Stage, Icon] = {
    "saving": "saving",
    "kept": "kept",
    "sent": "sent",
    "received": "received",
    "withdrawn": "withdrawn",
}
WITHDRAW_STEPS = 5
MENU_STEPS = 10


def note(canvas: Canvas, page: pages.NoteShown, words: Words) -> None:
    who = caller_lines(page.caller, words)[0] if page.caller is not None else words("Lege notitie")
    details = [who]
    if page.colleague is not None:
        for_whom = words("voor {colleague}").format(colleague=page.colleague)
        # Of two people on a small glass, the one the note is for is the news.
        details = [for_whom] if canvas.sizes.tight else [who, for_whom]
    left_s = page.withdraw_s
    used = draw_headline(
        canvas, _STAGE_ICONS[page.stage], stage_word(page.stage, words), details, None if left_s else page.margin, words
    )
    if left_s and used < canvas.rows:
        _draw_withdraw(canvas, left_s, words)


def _draw_withdraw(canvas: Canvas, left_s: int, words: Words) -> None:
    """How to take the note back, and a block for each second in which that is still possible."""
    top, side = canvas.row_top(-1) + 1, canvas.sizes.capital - 2
    block = 4
    x = canvas.right - WITHDRAW_STEPS * (block + 2) + 2
    for step in range(WITHDRAW_STEPS):
        if step < left_s:
            canvas.bar((x + step * (block + 2), top, x + step * (block + 2) + block, top + side))
        else:
            canvas.bar((x + step * (block + 2), top + side - 2, x + step * (block + 2) + block, top + side))
    canvas.text(-1, words("Druk: terug"), 0, x - 4)


def refused(canvas: Canvas, page: pages.NoteRefused, words: Words) -> None:
    match page.reason:
        case "full":
            why = words("geheugen vol")
        case "storage":
            why = words("opslag defect")
    draw_headline(canvas, "refused", words("Niet bewaard"), [why], None, words)


def menu(canvas: Canvas, page: pages.HoldMenu, words: Words) -> None:
    """The items pass through one fixed row that fills up; letting go takes what stands in it."""
    canvas.text(0, words("Laat los bij:"))
    fixed = 1 if canvas.sizes.tight else 2
    for row in range(1, canvas.rows):
        at = page.chosen + row - fixed
        if 0 <= at < len(page.items):
            canvas.text(row, menu_word(page.items[at], words), 6)
    top = canvas.row_top(fixed) - 2
    bottom = top + canvas.sizes.capital + 4
    box = (0, top, canvas.right, bottom)
    canvas.frame(box)
    canvas.invert((0, top, max(3, canvas.right * min(page.progress, MENU_STEPS) // MENU_STEPS), bottom))


def callbacks(canvas: Canvas, page: pages.Callbacks, words: Words) -> None:
    top = 0
    if not canvas.sizes.tight:
        canvas.text(0, words("Terugbellen"))
        top = canvas.row_top(1) - 1
    labels = (words("open"), words("te laat"))
    foot = canvas.row_top(-1) - 3
    late = page.margin.overdue
    draw_pair(
        canvas, ("envelope", str(min(page.margin.open, 999))), ("overdue", str(min(late, 999))),
        (0, top, canvas.right, foot), bold=late > 0,
    )  # fmt: skip
    middle = canvas.right - width(labels[1], canvas.sizes.capital) - 4
    canvas.text(-1, labels[0], 0, middle)
    canvas.text(-1, labels[1], align="right")
