"""SVG as text: the few shapes that the hardware drawings need. Lengths in user units, y downwards."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from tools.hardware.wires import Colour

INK, SOFT, FAINT, PAPER, CARD = "#26231f", "#6b665d", "#b9b3a7", "#fbfaf6", "#ffffff"
# A wire's colour, and the colour of writing on it.
PAINT: dict[Colour, tuple[str, str]] = {
    "red": ("#d0342c", "#ffffff"),
    "black": ("#2b2b2b", "#ffffff"),
    "yellow": ("#e8b51b", "#26231f"),
    "blue": ("#2468b4", "#ffffff"),
    "green": ("#2f8f4e", "#ffffff"),
    "orange": ("#e8792b", "#26231f"),
    "violet": ("#7d4fb0", "#ffffff"),
    "brown": ("#8a5a34", "#ffffff"),
    "grey": ("#8b8f96", "#ffffff"),
}
FONT = "DejaVu Sans, Verdana, sans-serif"
_BEND = 6.0  # radius at a wire's corners

Point = tuple[float, float]


class Drawing:
    """An SVG page that grows shape by shape; later shapes lie on top."""

    def __init__(self, width: float, height: float, page_mm: tuple[float, float], title: str) -> None:
        self._head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(page_mm[0])}mm" height="{_n(page_mm[1])}mm" '
            f'viewBox="0 0 {_n(width)} {_n(height)}" font-family="{FONT}">\n<title>{escape(title)}</title>'
        )
        self._shapes: list[str] = []
        self.box(0, 0, width, height, fill=PAPER, radius=0)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 12,
        fill: str = INK,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        """One line of writing; y is its base line."""
        weight = ' font-weight="bold"' if bold else ""
        self._shapes.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" fill="{fill}" text-anchor="{anchor}"{weight}>'
            f"{escape(words)}</text>"
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = CARD,
        stroke: str = "none",
        radius: float = 8,
        thick: float = 1.2,
        dash: str = "",
    ) -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(radius)}" '
            f'fill="{fill}" stroke="{stroke}" stroke-width="{_n(thick)}"{dashed}/>'
        )

    def disc(self, x: float, y: float, radius: float, *, fill: str, stroke: str = "none", thick: float = 1.2) -> None:
        self._shapes.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}" '
            f'stroke-width="{_n(thick)}"/>'
        )

    def line(
        self, points: Sequence[Point], *, stroke: str = INK, thick: float = 1.6, fill: str = "none", dash: str = ""
    ) -> None:
        path = "M" + " L".join(f"{_n(x)},{_n(y)}" for x, y in points) + ("Z" if fill != "none" else "")
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(
            f'<path d="{path}" fill="{fill}" stroke="{stroke}" stroke-width="{_n(thick)}" stroke-linejoin="round" '
            f'stroke-linecap="round"{dashed}/>'
        )

    def wire(self, name: str, points: Sequence[Point], colour: Colour) -> None:
        """A wire with rounded corners and a pale edge that lifts it off what lies under it."""
        path = _rounded(points)
        for kind, stroke, thick in (("edge", PAPER, 6.5), ("wire", PAINT[colour][0], 3.4)):
            self._shapes.append(
                f'<path class="{kind}" data-name={quoteattr(name)} d="{path}" fill="none" stroke="{stroke}" '
                f'stroke-width="{thick}"/>'
            )

    def svg(self) -> str:
        """The whole page."""
        return "\n".join([self._head, *self._shapes, "</svg>", ""])


def resistor(page: Drawing, x: float, y: float, *, upright: bool = False) -> None:
    """A resistor's body around its middle, 40 by 14."""
    width, height = (14, 40) if upright else (40, 14)
    page.box(x - width / 2, y - height / 2, width, height, fill="#f3e3c3", stroke=INK, radius=4)


def _rounded(points: Sequence[Point]) -> str:
    path = [f"M{_n(points[0][0])},{_n(points[0][1])}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        bend = min(_BEND, _length(before, at) / 2, _length(at, after) / 2)
        start, end = _towards(at, before, bend), _towards(at, after, bend)
        path.append(f"L{_n(start[0])},{_n(start[1])} Q{_n(at[0])},{_n(at[1])} {_n(end[0])},{_n(end[1])}")
    path.append(f"L{_n(points[-1][0])},{_n(points[-1][1])}")
    return " ".join(path)


def _length(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(a: Point, b: Point, far: float) -> Point:
    whole = _length(a, b) or 1.0
    return a[0] + (b[0] - a[0]) * far / whole, a[1] + (b[1] - a[1]) * far / whole


def _n(value: float) -> str:
    """A number as short as it can be, at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
