"""The plain layout: a large sign, what is the matter beside it, and the margin below when a row is left."""

from collections.abc import Sequence

from device.core.pages import Margin
from device.glass.canvas import ACCENT_PX, Canvas
from device.glass.icons import Icon
from device.glass.lettering import width, wrapped
from device.glass.margin import draw_margin
from device.words import Words


def draw_headline(
    canvas: Canvas,
    icon: Icon,
    title: str,
    details: Sequence[str],
    margin: Margin | None,
    words: Words,
    *,
    is_name: bool = False,
) -> int:
    """Draw the page; `title` takes as many rows as it needs, a name just one. Return the first free row."""
    size = canvas.icon_size if canvas.sizes.tight else 2 * canvas.sizes.row - 2
    left = size + 5
    room = canvas.right - left
    lines = [title] if is_name else wrapped(title, canvas.sizes.capital, room)
    if len(lines) == 1 and len(details) <= 1 and not canvas.sizes.tight:
        _draw_large(canvas, title, details, left)
        used = 3
    else:
        lines = [*lines, *details][: canvas.rows]
        for row, line in enumerate(lines):
            # Below the sign there is room at the left for what does not fit beside it.
            below = row >= (1 if canvas.sizes.tight else 2)
            fits = not canvas.sizes.tight and width(line, canvas.sizes.capital) <= room
            canvas.text(row, line, 0 if below and not fits else left)
        used = max(len(lines), 2)
    canvas.icon(icon, 0, canvas.row_top(0) - 1 if canvas.sizes.tight else 0, size)
    if margin is not None and used < canvas.rows:
        draw_margin(canvas, margin, words)
    return used


def _draw_large(canvas: Canvas, title: str, details: Sequence[str], left: int) -> None:
    """With a row to spare the title is as large as it fits, up to the height of the sign."""
    capital = canvas.sizes.capital
    room = canvas.right - left
    large = next((size for size in range(capital + 4, capital, -1) if width(title, size) <= room), capital)
    canvas.text_at(ACCENT_PX + 1, title, left, capital=large)
    for detail in details:
        if width(detail, capital) <= room:
            canvas.text_at(ACCENT_PX + large + 9, detail, left)
        else:
            canvas.text(2, detail)
