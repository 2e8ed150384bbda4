"""The main numbers, drawn by our own geometry: upright instrument figures, sharp at any size on a one-bit panel.

A figure stands on seven strokes with its outer corners cut, so that every stroke is whole pixels; fonts of the
same height are either too wide for "99+" beside "1:02:33" or crumble without grey.
"""

from PIL import ImageDraw

# top, upper left, upper right, middle, lower left, lower right, bottom
_STROKES = {
    "0": "tuvxyb", "1": "", "2": "tvmxb", "3": "tvmyb", "4": "uvmy", "5": "tumyb", "6": "tumxyb", "7": "tvy",
    "8": "tuvmxyb", "9": "tuvmyb",
}  # fmt: skip


def number_width(text: str, height: int, width: int) -> int:
    """Pixels that `text` takes with figures `width` by `height`."""
    gap = _gap(height)
    return sum(_advance(char, height, width) + gap for char in text) - gap


def draw_number(pen: ImageDraw.ImageDraw, x: int, y: int, text: str, height: int, width: int, stroke: int) -> None:
    """Draw `text` of 0-9 : + – with its top left at `x`, `y` and strokes of `stroke` pixels."""
    for char in text:
        advance = _advance(char, height, width)
        _draw(pen, char, x, y, advance, height, stroke)
        x += advance + _gap(height)


def _gap(height: int) -> int:
    return max(2, height // 10)


def _advance(char: str, height: int, width: int) -> int:
    if char == ":":
        return max(3, height // 8)
    return width


def _draw(pen: ImageDraw.ImageDraw, char: str, x: int, y: int, width: int, height: int, stroke: int) -> None:
    right, bottom, middle = x + width - 1, y + height - 1, y + (height - stroke) // 2
    match char:
        case ":":
            for top in (y + height // 4, y + height - height // 4 - width):
                pen.rectangle((x, top, right, top + width - 1), fill=255)
        case "–":
            pen.rectangle((x, middle, right, middle + stroke - 1), fill=255)
        case "+":
            side = min(width, height // 2)
            pen.rectangle((x, middle, x + side - 1, middle + stroke - 1), fill=255)
            left = x + (side - stroke) // 2
            top = middle - (side - stroke) // 2
            pen.rectangle((left, top, left + stroke - 1, top + side - 1), fill=255)
        case "1":
            left = x + (width + stroke) // 2 - stroke + 1
            pen.rectangle((left, y, left + stroke - 1, bottom), fill=255)
            # The flag: a wedge from the top of the stem down to the left.
            reach = min(left - x, height // 4)
            pen.polygon(
                [(left, y), (left - reach, y + reach), (left - reach, y + reach + stroke), (left, y + stroke)], 255
            )
        case _:
            _strokes(pen, _STROKES[char], (x, y, right, bottom), middle, stroke)
            _cut_corners(pen, _STROKES[char], (x, y, right, bottom), middle, stroke)


def _strokes(pen: ImageDraw.ImageDraw, on: str, box: tuple[int, int, int, int], middle: int, stroke: int) -> None:
    left, top, right, bottom = box
    half = stroke - 1
    for name, place in {
        "t": (left, top, right, top + half),
        "m": (left, middle, right, middle + half),
        "b": (left, bottom - half, right, bottom),
        "u": (left, top, left + half, middle + half),
        "v": (right - half, top, right, middle + half),
        "x": (left, middle, left + half, bottom),
        "y": (right - half, middle, right, bottom),
    }.items():
        if name in on:
            pen.rectangle(place, fill=255)


def _cut_corners(pen: ImageDraw.ImageDraw, on: str, box: tuple[int, int, int, int], middle: int, stroke: int) -> None:
    """Take the outer corner off wherever two strokes meet, and smooth the inner one a little."""
    left, top, right, bottom = box
    cut = max(2, stroke * 2 // 3) if bottom - top > 20 else max(1, stroke * 2 // 3)
    end = middle + stroke - 1
    corners = (
        ("tu", left, top, 1, 1), ("tv", right, top, -1, 1), ("bx", left, bottom, 1, -1), ("by", right, bottom, -1, -1),
    )  # fmt: skip
    for pair, x, y, dx, dy in corners:
        if set(pair) <= set(on):
            _cut(pen, x, y, dx, dy, cut)
            # As much comes inside as went outside, so that the curve keeps its weight.
            for row in range(cut - 1):
                inner = y + (stroke + row) * dy
                pen.line((x + stroke * dx, inner, x + (stroke + cut - 2 - row) * dx, inner), fill=255)
    # Where a curve turns at the middle: 2, 3, 5, 6, 9 and the waist of none other.
    if "m" in on:
        for upper, lower, x, dx in (("u", "x", left, 1), ("v", "y", right, -1)):
            if upper in on and lower not in on:
                _cut(pen, x, end, dx, -1, cut)
            if lower in on and upper not in on:
                _cut(pen, x, middle, dx, 1, cut)


def _cut(pen: ImageDraw.ImageDraw, x: int, y: int, dx: int, dy: int, size: int) -> None:
    for row in range(size):
        pen.line((x, y + row * dy, x + (size - 1 - row) * dx, y + row * dy), fill=0)
