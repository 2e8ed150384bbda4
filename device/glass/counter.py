"""Pages of the second glass, read by colleagues at the counter: the sign's own sentence, and how busy it is."""

from device.core import pages
from device.core.counter import MANY
from device.glass.canvas import Canvas
from device.glass.headline import draw_headline
from device.glass.lettering import width, wrapped
from device.glass.phrases import opening
from device.glass.sizes import Sizes
from device.words import Words


def busy_leaves(sizes: Sizes, page: pages.CounterBusy, words: Words) -> list[list[str]]:
    """The sentence in parts that fit above the figures, or on the whole glass without them."""
    canvas = Canvas(sizes)
    rows = canvas.rows - (1 if _figures(canvas, page, words) else 0)
    leaves = []
    for sentence in (
        words("Sorry, ik heb even geen tijd voor je."),
        words("Ik heb op dit moment veel inkomende lijnen."),
    ):
        lines = wrapped(sentence, sizes.capital, canvas.right)
        leaves += [lines[at : at + rows] for at in range(0, len(lines), rows)]
    return leaves


def busy(canvas: Canvas, page: pages.CounterBusy, words: Words, leaf: int) -> None:
    for row, line in enumerate(busy_leaves(canvas.sizes, page, words)[leaf]):
        canvas.text(row, line)
    figures = _figures(canvas, page, words)
    if not figures:
        return
    left = canvas.icon_in_row(-1, "person", 0)
    end = canvas.text(-1, figures[0], left)
    if len(figures) > 1:
        canvas.text(-1, figures[1], canvas.icon_in_row(-1, "hourglass", end + 6))


def _figures(canvas: Canvas, page: pages.CounterBusy, words: Words) -> list[str]:
    """How many wait and for about how long, as far as it is known and fits in a row."""
    if not page.waiting:
        return []
    count = f"{MANY}+" if page.waiting >= MANY else str(page.waiting)
    if page.minutes is None:
        return [count]
    about = words("± {minutes} min").format(minutes=page.minutes) if page.minutes else words("< 1 min")
    room = canvas.right - 2 * (canvas.icon_size + 4) - 6
    capital = canvas.sizes.capital
    return [count, about] if width(count, capital) + width(about, capital) <= room else [count]


def free(canvas: Canvas, words: Words) -> None:
    _sentence(canvas, words("Vraag gerust, ik heb tijd voor je."))


def unsure(canvas: Canvas, words: Words) -> None:
    _sentence(canvas, words("Ik weet even niet hoe druk het is."))


def closed(canvas: Canvas, page: pages.CounterClosed, words: Words) -> None:
    draw_headline(canvas, "moon", words("Gesloten"), opening(page.until, page.weekday, words), None, words)


def _sentence(canvas: Canvas, sentence: str) -> None:
    """In the middle; against burn-in also higher or lower, with its shorter lines at the right, as there is room."""
    lines = wrapped(sentence, canvas.sizes.capital, canvas.right)
    spare = canvas.row_top(-1) - canvas.row_top(0) - (len(lines) - 1) * canvas.sizes.row
    top = canvas.row_top(0) + max(0, spare) * _DOWN[canvas.seat] // 4
    for row, line in enumerate(lines[: canvas.rows]):
        aside = (canvas.right - width(line, canvas.sizes.capital)) * (canvas.seat % 2)
        canvas.text_at(top + row * canvas.sizes.row, line, aside)


# By seat: how far down a sentence that stands for hours begins, in quarters of what is free.
_DOWN = (2, 0, 4, 1)
