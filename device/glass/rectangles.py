"""Which parts of a panel's memory must travel: the changed rectangles, as cheap on the bus as they come.

Memory is a grid of cells as the chip addresses them: on SSD1306, SH1106 and SSD1309 one byte of eight pixels
upright (128 by 8 cells), on SSD1322 two bytes of four grey pixels in a row (64 by 64 cells).
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """A panel's memory. `cost_bytes`: what opening one window costs on the bus; `tall`: a window may span rows."""

    columns: int
    rows: int
    cell_bytes: int
    cost_bytes: int
    tall: bool

    @property
    def size(self) -> int:
        """Bytes of a whole frame."""
        return self.columns * self.rows * self.cell_bytes


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A window of cells: from `left`, `top` up to but not including `right`, `bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def cells(self) -> int:
        return (self.right - self.left) * (self.bottom - self.top)


def whole(grid: Grid) -> list[Rectangle]:
    """The windows that carry a full frame."""
    if grid.tall:
        return [Rectangle(0, 0, grid.columns, grid.rows)]
    return [Rectangle(0, row, grid.columns, row + 1) for row in range(grid.rows)]


def changed(old: bytes, new: bytes, grid: Grid) -> list[Rectangle]:
    """Windows that turn `old` into `new`, both whole frames of `grid.size` bytes, row by row.

    Two windows become one when that costs no more bytes than the second window's opening.
    """
    rectangles: list[Rectangle] = []
    for row in range(grid.rows):
        for run in _runs(old, new, row, grid):
            if not (grid.tall and _grown(rectangles, run, grid)):
                rectangles.append(run)
    return rectangles


def cut(frame: bytes, window: Rectangle, grid: Grid) -> bytes:
    """The bytes of `frame` inside `window`, in the order the chip takes them."""
    width, size = grid.columns * grid.cell_bytes, grid.cell_bytes
    return b"".join(
        frame[row * width + window.left * size : row * width + window.right * size]
        for row in range(window.top, window.bottom)
    )


def _runs(old: bytes, new: bytes, row: int, grid: Grid) -> Iterator[Rectangle]:
    size = grid.cell_bytes
    start = row * grid.columns * size
    end = start + grid.columns * size
    if old[start:end] == new[start:end]:
        return
    gap = grid.cost_bytes // size
    left = right = -1
    for column in range(grid.columns):
        at = start + column * size
        if old[at : at + size] == new[at : at + size]:
            continue
        if left >= 0 and column - right <= gap:
            right = column + 1
            continue
        if left >= 0:
            yield Rectangle(left, row, right, row + 1)
        left, right = column, column + 1
    yield Rectangle(left, row, right, row + 1)


def _grown(rectangles: list[Rectangle], run: Rectangle, grid: Grid) -> bool:
    """Stretch a window that ends just above `run` over it, when that is cheaper than a new one."""
    for at in range(len(rectangles) - 1, -1, -1):
        above = rectangles[at]
        if above.bottom != run.top:
            continue
        union = Rectangle(min(above.left, run.left), above.top, max(above.right, run.right), run.bottom)
        if (union.cells - above.cells - run.cells) * grid.cell_bytes <= grid.cost_bytes:
            rectangles[at] = union
            return True
    return False
