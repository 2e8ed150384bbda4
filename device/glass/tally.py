"""The two numbers that matter, as large as their place allows: how many wait, how long the longest waits."""

from collections.abc import Iterator

from device.core.pages import Tally
from device.glass.canvas import Box, Canvas, number_room
from device.glass.icons import Icon
from device.glass.phrases import DASH, clock, waiting

_PROPORTIONS = (0.54, 0.48, 0.42, 0.40)  # of a figure's width to its height, the comfortable one first
_TALLEST = 40


def draw_tally(canvas: Canvas, tally: Tally, box: Box, *, bold: bool) -> None:
    """Waiting at the left of `box`, the longest wait at its right; fine strokes when nothing presses."""
    draw_pair(canvas, ("person", waiting(tally.waiting)), ("hourglass", clock(tally.longest_wait_s)), box, bold=bold)


def draw_pair(canvas: Canvas, one: tuple[Icon, str], other: tuple[Icon, str], box: Box, *, bold: bool) -> None:
    """Two main numbers, each behind its sign, on one base line at the foot of `box`."""
    left, top, right, bottom = box
    height, figure, icon = _fit(canvas, (one[1], other[1]), right - left, bottom - top)
    stroke = max(3, height // 6) if bold else max(2, height // 12)
    y = top + (bottom - top - height) // 2
    starts = (left + icon + 4 if icon else left, right - number_room(other[1], height, figure))
    for (name, text), x in zip((one, other), starts, strict=True):
        canvas.number(text, x, y, height, figure, stroke)
        if icon:
            # On the base line of figures, level with a dash.
            below = (height - icon) // 2 if text == DASH else height - icon
            canvas.icon(name, x - 4 - icon, y + below, icon)


def draw_alone(canvas: Canvas, name: Icon, text: str, box: Box) -> int:
    """One main number in fine strokes behind its sign at the left of `box`; return its right end."""
    left, top, _, bottom = box
    height, figure = _alone(canvas, box)
    y, size = top + (bottom - top - height) // 2, canvas.sizes.capital + 4
    canvas.icon(name, left, y + height - size, size)
    canvas.number(text, left + size + 4, y, height, figure, max(2, height // 12))
    return left + alone_width(canvas, text, box)


def alone_width(canvas: Canvas, text: str, box: Box) -> int:
    """Pixels that `draw_alone` takes."""
    return canvas.sizes.capital + 8 + number_room(text, *_alone(canvas, box))


def _alone(canvas: Canvas, box: Box) -> tuple[int, int]:
    """Height and width of a figure."""
    height = max(canvas.sizes.digit, min(box[3] - box[1] - 8, 28))
    return height, round(height * _PROPORTIONS[0])


def draw_stacked(canvas: Canvas, tally: Tally, box: Box) -> None:
    """The same, one above the other, for the side of a wide glass."""
    left, top, right, bottom = box
    height = (bottom - top - 4) // 2
    figure = round(height * 0.5)
    lines: tuple[tuple[int, Icon, str], ...] = (
        (top, "person", waiting(tally.waiting)),
        (bottom - height, "hourglass", clock(tally.longest_wait_s)),
    )
    for y, name, text in lines:
        x = right - number_room(text, height, figure)
        canvas.number(text, x, y, height, figure, max(3, height // 6) if tally.waiting else 2)
        size = canvas.icon_size
        if left + size + 6 <= x:
            canvas.icon(name, x - 6 - size, y + (height - size) // 2, size)


def _fit(canvas: Canvas, texts: tuple[str, str], room: int, tallest: int) -> tuple[int, int, int]:
    """Height and width of a figure and size of the signs: the largest that fits, the signs given up last of all."""
    for height, figure, icon in _choices(canvas, tallest):
        took = sum(number_room(text, height, figure) for text in texts)
        if took + (2 * (icon + 4) if icon else 0) + max(6, height // 3) <= room:
            return height, figure, icon
    return canvas.sizes.digit, round(canvas.sizes.digit * _PROPORTIONS[-1]), 0


def _choices(canvas: Canvas, tallest: int) -> Iterator[tuple[int, int, int]]:
    least, small = canvas.sizes.digit, canvas.sizes.capital
    for icon in (small + 4, small - 2, 0):
        for height in range(min(tallest, _TALLEST), least - 1, -1):
            for proportion in _PROPORTIONS:
                yield height, round(height * proportion), icon
