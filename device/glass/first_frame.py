"""The first frame: the bell, the unit's name and its version. It needs little, so that it is there soon."""

from device.core.first_page import Starting
from device.glass.canvas import Canvas


def starting(canvas: Canvas, page: Starting) -> None:
    size = min(40, canvas.right // 4)
    canvas.icon("bell", 0, (canvas.bottom - size) // 2, size)
    left = size + 8
    large = canvas.sizes.capital + 4
    top = 5
    canvas.text_at(top, "Belbord", left, capital=large)
    top += large + 8
    for line in (page.unit, page.version):
        if top + canvas.sizes.capital <= canvas.bottom:
            canvas.text_at(top, line, left)
        top += canvas.sizes.row
