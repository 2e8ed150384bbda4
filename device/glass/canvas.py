"""A picture in the making: rows of text, main numbers and signs on a panel's grid, and a list of what was put there.

Coordinates leave room for the wandering against burn-in, which `finished` adds.
"""

from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageChops, ImageDraw

from device.glass.burn_in import REACH_X, REACH_Y
from device.glass.digits import draw_number, number_width
from device.glass.icons import Icon, icon
from device.glass.lettering import face, fitted, width
from device.glass.sizes import Sizes

ACCENT_PX = 3  # above a capital: the dot of Ż
Box = tuple[int, int, int, int]
"""Left, top, right, bottom; right and bottom are just outside."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to read: `shown` differs from `text` when it was cut, `height` is that of its capitals or figures."""

    kind: Literal["text", "number"]
    text: str
    shown: str
    height: int


class Canvas:
    """One picture. `right` and `bottom` end the area to draw in; `marks` says what there is to read.

    `seat`: which of four places what never changes takes, see `burn_in.seat_at`.
    """

    def __init__(self, sizes: Sizes, seat: int = 0) -> None:
        self.sizes = sizes
        self.seat = seat
        self.right = sizes.width - REACH_X + 1
        self.bottom = sizes.height - REACH_Y + 1
        self.rows = sizes.height // sizes.row
        self.marks: list[Mark] = []
        self._image = Image.new("1", (sizes.width, sizes.height))
        self._pen = ImageDraw.Draw(self._image)
        self._pen.fontmode = "1"

    def row_top(self, row: int) -> int:
        """Where the capitals of text row `row` begin; negative rows count from below."""
        return ACCENT_PX + (row if row >= 0 else self.rows + row) * self.sizes.row

    def text(
        self, row: int, text: str, left: int = 0, right: int | None = None, *, align: Literal["left", "right"] = "left"
    ) -> int:
        """Write `text` in a row between `left` and `right`, cut with an ellipsis if it must; return its far end."""
        return self.text_at(self.row_top(row), text, left, right, align=align)

    def text_at(
        self,
        top: int,
        text: str,
        left: int = 0,
        right: int | None = None,
        *,
        align: Literal["left", "right", "centre"] = "left",
        capital: int | None = None,
    ) -> int:
        """The same with the top of its capitals at `top`, in another size if wanted."""
        size = capital or self.sizes.capital
        end = self.right if right is None else right
        shown = fitted(text, size, end - left)
        self.marks.append(Mark("text", text, shown, size))
        took = width(shown, size)
        x = {"left": left, "right": end - took, "centre": left + (end - left - took) // 2}[align]
        self._pen.text((x, top + size), shown, font=face(size), fill=255, anchor="ls")
        return x if align == "right" else x + took

    def number(self, text: str, left: int, top: int, height: int, figure: int, stroke: int) -> None:
        """One of the main numbers, its figures `height` by `figure` pixels."""
        self.marks.append(Mark("number", text, text, height))
        draw_number(self._pen, left, top, text, height, figure, stroke)

    def icon(self, name: Icon, left: int, top: int, size: int) -> None:
        self._image.paste(icon(name, size), (left, top))

    def icon_in_row(self, row: int, name: Icon, left: int) -> int:
        """A sign as high as the text of its row; return where text may go on."""
        size = self.icon_size
        self.icon(name, left, self.row_top(row) - 1, size)
        return left + size + 4

    @property
    def icon_size(self) -> int:
        """Of a sign in a row of text."""
        return self.sizes.capital + 2

    def bar(self, box: Box) -> None:
        """A filled box."""
        left, top, right, bottom = box
        self._pen.rectangle((left, top, right - 1, bottom - 1), fill=255)

    def frame(self, box: Box) -> None:
        """The outline of a box."""
        left, top, right, bottom = box
        self._pen.rectangle((left, top, right - 1, bottom - 1), outline=255)

    def invert(self, box: Box) -> None:
        """Light what is dark in a box and darken what is lit."""
        self._image.paste(ImageChops.invert(self._image.crop(box)), box[:2])

    def finished(self, shift: tuple[int, int]) -> Image.Image:
        """The picture, moved by `shift` pixels."""
        moved = Image.new("1", self._image.size)
        moved.paste(self._image, shift)
        return moved


def number_room(text: str, height: int, figure: int) -> int:
    """Pixels that a main number takes."""
    return number_width(text, height, figure)
