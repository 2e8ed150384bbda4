"""The glass's own signs, drawn from strokes on a field of 24 by 24 and sharp at any size: states differ by shape."""

from functools import cache
from typing import Literal

from PIL import Image, ImageDraw

Icon = Literal[
    "idle", "ringing", "talking", "held", "paused", "unavailable", "unknown",
    "person", "nobody", "hourglass", "envelope", "saving", "kept", "sent", "received", "withdrawn", "refused",
    "overdue", "lit", "dark", "unsure", "warning", "old", "away", "no_host", "moon", "bubble", "bell",
    "update", "unsent",
]  # fmt: skip

FIELD = 24
_FINE = 8  # drawn so many times larger, then each pixel is lit when half of it is covered

# ("line", width, points) · ("fill", points) · ("disc"/"ring"/"hole", x, y, radius[, width]) · ("clear", points)
# ("arc", x, y, radius, from, to, width): degrees clockwise from three o'clock, as Pillow counts.
_Stroke = tuple[object, ...]

_RECEIVER: tuple[_Stroke, ...] = (
    ("arc", 12, 19, 11, 198, 342, 4.5),
    ("fill", (0, 14), (7.5, 14), (7.5, 20), (0, 20)),
    ("fill", (16.5, 14), (24, 14), (24, 20), (16.5, 20)),
)
# The same receiver, upright, its ear- and mouthpiece to the right.
_UPRIGHT: tuple[_Stroke, ...] = (
    ("arc", 13, 12, 11, 105, 255, 4.5),
    ("fill", (8, 0), (14, 0), (14, 7.5), (8, 7.5)),
    ("fill", (8, 16.5), (14, 16.5), (14, 24), (8, 24)),
)
_LETTER: tuple[_Stroke, ...] = (
    ("line", 2.4, (1.5, 5), (22.5, 5), (22.5, 20), (1.5, 20), (1.5, 5)),
    ("line", 2.4, (1.5, 6), (12, 14), (22.5, 6)),
)

STROKES: dict[Icon, tuple[_Stroke, ...]] = {
    # At rest, and so on the glass most of the day: hollow, for fewer pixels to age.
    "idle": (
        ("arc", 12, 18, 11.5, 200, 340, 2), ("arc", 12, 19, 6.5, 205, 335, 2),
        ("line", 2, (1, 14), (6.5, 16.5), (6.5, 20), (1, 20), (1, 14)),
        ("line", 2, (23, 14), (17.5, 16.5), (17.5, 20), (23, 20), (23, 14)),
    ),
    "nobody": (
        ("ring", 12, 6, 5.5, 2.2),
        ("line", 2.2, (2.2, 22.8), (2.2, 19), (4.5, 15.5), (8, 14.2), (16, 14.2), (19.5, 15.5), (21.8, 19),
            (21.8, 22.8), (2.2, 22.8)),
    ),
    "ringing": (
        ("arc", 12, 22, 10, 200, 340, 4.5),
        ("fill", (1, 17), (8, 17), (8, 23), (1, 23)),
        ("fill", (16, 17), (23, 17), (23, 23), (16, 23)),
        ("line", 2.4, (12, 0), (12, 6)),
        ("line", 2.4, (2.5, 3), (6, 8.5)),
        ("line", 2.4, (21.5, 3), (18, 8.5)),
    ),
    "talking": (*_UPRIGHT, ("arc", 13, 12, 6.5, -50, 50, 2.4), ("arc", 13, 12, 11, -50, 50, 2.4)),
    "held": (*_UPRIGHT, ("fill", (15.5, 6), (18.5, 6), (18.5, 18), (15.5, 18)),
            ("fill", (21, 6), (24, 6), (24, 18), (21, 18))),
    "paused": (("ring", 12, 12, 11.5, 2.4), ("fill", (7.5, 7), (10.5, 7), (10.5, 17), (7.5, 17)),
               ("fill", (13.5, 7), (16.5, 7), (16.5, 17), (13.5, 17))),
    "unavailable": (*_RECEIVER, ("clear", (1, 3), (5, 0), (24, 20), (20, 24)), ("line", 2.6, (2, 1), (23, 23))),
    "unknown": (("arc", 12, 7.5, 6, 170, 420, 3.6), ("line", 3.6, (14.5, 11.5), (12, 15), (12, 17)),
            ("disc", 12, 21.5, 2.2)),
    "person": (("disc", 12, 6, 5.5),
            ("fill", (2, 24), (2, 19), (4.5, 15), (8, 13.5), (16, 13.5), (19.5, 15), (22, 19), (22, 24))),
    "hourglass": (
        ("fill", (3, 0), (21, 0), (21, 3), (3, 3)), ("fill", (3, 21), (21, 21), (21, 24), (3, 24)),
        ("line", 2.2, (5.5, 2), (5.5, 6.5), (11, 12), (5.5, 17.5), (5.5, 22)),
        ("line", 2.2, (18.5, 2), (18.5, 6.5), (13, 12), (18.5, 17.5), (18.5, 22)),
        ("fill", (7, 22), (12, 16), (17, 22)), ("fill", (8, 7), (16, 7), (12, 11.5)),
    ),
    "envelope": _LETTER,
    "saving": (("line", 2.4, (4, 1.5), (20, 1.5), (20, 22.5), (4, 22.5), (4, 1.5)), ("disc", 8, 12, 1.8),
            ("disc", 12, 12, 1.8),
               ("disc", 16, 12, 1.8)),
    # Kept: the letter lies in its tray, here. Sent: it flies off to the right. Received: it is ticked.
    "kept": (("line", 2.4, (4, 1.2), (20, 1.2), (20, 11), (4, 11), (4, 1.2)), ("line", 2.2, (4, 2), (12, 7.5), (20, 2)),
             ("line", 3, (1.5, 12), (1.5, 22.5), (22.5, 22.5), (22.5, 12)), ("line", 3, (1.5, 16.5), (22.5, 16.5))),
    "sent": (("fill", (0, 4), (24, 12), (0, 20), (5, 12)), ("clear", (5, 11), (15, 11), (15, 13), (5, 13))),
    "received": (
        ("line", 2.4, (1.5, 3), (22.5, 3), (22.5, 17), (1.5, 17), (1.5, 3)),
            ("line", 2.2, (1.5, 4), (12, 11), (22.5, 4)),
        ("clear", (8, 13.5), (24, 8), (24, 24), (8, 24)), ("line", 3.6, (10, 17), (14.5, 21.5), (22.5, 11.5)),
    ),
    "withdrawn": (*_LETTER, ("clear", (2, 0), (6, 0), (22, 24), (18, 24)), ("line", 3, (3, 0), (21, 24))),
    "refused": (("ring", 12, 12, 11.5, 3), ("line", 3.2, (5, 5), (19, 19))),
    "overdue": (("ring", 12, 12, 11.5, 3), ("line", 3, (12, 4.5), (12, 13), (17.5, 16))),
    # The sign: a plate. Lit: full, with rays. Dark: an empty frame. Unsure: a broken frame around a dot.
    "lit": (("fill", (3, 8), (21, 8), (21, 18), (3, 18)), ("line", 2.4, (12, 0), (12, 5)),
            ("line", 2.4, (3, 1), (6, 5)),
            ("line", 2.4, (21, 1), (18, 5)), ("line", 2.4, (12, 21), (12, 24)), ("line", 2.4, (4, 24), (6.5, 21)),
            ("line", 2.4, (20, 24), (17.5, 21))),
    "dark": (("line", 2.4, (3, 8), (21, 8), (21, 18), (3, 18), (3, 8)),),
    "unsure": (("line", 2.4, (8, 8), (3, 8), (3, 18), (8, 18)), ("line", 2.4, (16, 8), (21, 8), (21, 18), (16, 18)),
               ("disc", 12, 13, 1.8)),
    "warning": (("line", 2.6, (12, 2), (22.5, 22), (1.5, 22), (12, 2)), ("line", 3, (12, 9), (12, 15)),
            ("disc", 12, 18.6, 1.7)),
    "old": (("arc", 12, 12, 11.5, -60, 240, 3), ("line", 3, (12, 5.5), (12, 12.5), (6.5, 16)),
            ("fill", (1, 1), (9.5, 1), (5, 8))),
    "away": (("line", 2.6, (1.5, 8), (22.5, 8), (22.5, 22.5), (1.5, 22.5), (1.5, 8)), ("line", 2.6, (7, 12), (17, 19)),
             ("line", 2.6, (17, 12), (7, 19)), ("line", 2.6, (12, 8), (12, 0)), ("line", 2.6, (7, 1.3), (17, 1.3))),
    "no_host": (("arc", 12, 21, 19, 225, 315, 3), ("arc", 12, 21, 11.5, 225, 315, 3), ("disc", 12, 21, 2.8),
                ("clear", (17, 1), (22, 1), (6, 24), (1, 24)), ("line", 2.8, (21, 1), (4, 23.5))),
    "moon": (("disc", 11, 12, 11), ("hole", 17, 8.5, 9.5)),
    "bubble": (("line", 2.4, (1.5, 2), (22.5, 2), (22.5, 16.5), (12, 16.5), (6, 22), (6, 16.5), (1.5, 16.5), (1.5, 2)),
               ("line", 2.2, (5.5, 7), (18.5, 7)), ("line", 2.2, (5.5, 11.5), (14.5, 11.5))),
    "bell": (("disc", 12, 9.5, 7.5), ("fill", (4.5, 9), (19.5, 9), (20, 14), (23, 18.5), (1, 18.5), (4, 14)),
             ("disc", 12, 21.3, 2.6), ("disc", 12, 1.8, 1.8)),
    "update": (("arc", 12, 12, 10.5, 190, 320, 3), ("arc", 12, 12, 10.5, 10, 140, 3),
            ("fill", (16, 6.5), (24, 8.5), (22.5, 0.5)),
               ("fill", (8, 17.5), (0, 15.5), (1.5, 23.5))),
    "unsent": (("line", 3, (12, 22), (12, 4)), ("line", 3, (4, 11), (12, 2.5), (20, 11)),
            ("line", 2.6, (2, 23), (22, 23))),
}  # fmt: skip


@cache
def icon(name: Icon, size: int) -> Image.Image:
    """The sign called `name`, `size` pixels square, mode "1"."""
    scale = size * _FINE / FIELD
    large = Image.new("L", (size * _FINE, size * _FINE))
    pen = ImageDraw.Draw(large)
    for stroke in STROKES[name]:
        _draw(pen, stroke, scale)
    return large.resize((size, size), Image.Resampling.BOX).point(lambda level: 255 if level >= 120 else 0).convert("1")


def _draw(pen: ImageDraw.ImageDraw, stroke: _Stroke, scale: float) -> None:
    # The table's rows are of several shapes; `Any`-like unpacking is kept to this one function.
    kind, *rest = stroke
    values: list[object] = rest
    match kind, values:
        case "line", [float() | int() as width, *points]:
            path = [_at(point, scale) for point in points]
            pen.line(path, fill=255, width=round(width * scale), joint="curve")
            radius = width * scale / 2
            for x, y in (path[0], path[-1]):
                pen.rectangle((x - radius, y - radius, x + radius, y + radius), fill=255)
        case "fill" | "clear", points:
            pen.polygon([_at(point, scale) for point in points], fill=0 if kind == "clear" else 255)
        case "disc" | "hole", [float() | int() as x, float() | int() as y, float() | int() as radius]:
            pen.ellipse(_round(x, y, radius, scale), fill=0 if kind == "hole" else 255)
        case "ring", [float() | int() as x, float() | int() as y, float() | int() as radius, float() | int() as width]:
            pen.ellipse(_round(x, y, radius, scale), outline=255, width=round(width * scale))
        case "arc", [
            float() | int() as x, float() | int() as y, float() | int() as radius,
            float() | int() as start, float() | int() as end, float() | int() as width,
        ]:  # fmt: skip
            pen.arc(_round(x, y, radius, scale), start, end, fill=255, width=round(width * scale))
        case _:
            raise ValueError(f"a stroke of an icon is none of the known kinds: {stroke!r}")


def _at(point: object, scale: float) -> tuple[float, float]:
    assert isinstance(point, tuple)
    return point[0] * scale, point[1] * scale


def _round(x: float, y: float, radius: float, scale: float) -> tuple[float, float, float, float]:
    return (x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale
