"""The right of a wiring diagram: what switches the sign, and the 12 V side."""

from collections.abc import Sequence

from tools.hardware.cards import draw_terminal
from tools.hardware.drawing import FAINT, INK, PAINT, SOFT, Drawing, Point, resistor
from tools.hardware.parts import PartsFile
from tools.hardware.wires import Wire

LEFT, TOP, RIGHT, BOTTOM = 752.0, 96.0, 1152.0, 472.0
_HOT, _MINUS, _SWITCHED = PAINT["red"][0], PAINT["black"][0], "#c2571a"
_STRIP = (1010.0, 200.0, 104.0, 30.0)
_SUPPLY = (1010.0, 356.0, 104.0, 56.0)
_RISER = 1134.0


_EACH_COLOUR = "; drawn for G, the same for R and B"


def terminals(wires: Sequence[Wire]) -> list[Point]:
    """Where the sign's wires end, in the order of the header: [VCC,] IN, GND, or R, G, B, GND, from top to bottom."""
    heights = {2: (248.0, 384.0), 3: (204.0, 248.0, 384.0), 4: (212.0, 248.0, 284.0, 384.0)}[len(wires)]
    return [(LEFT, y) for y in heights]


def draw(page: Drawing, wires: Sequence[Wire], parts: PartsFile, strip_ma: float) -> None:
    """The driver with its terminals, LED strip, fuse and supply."""
    relay, colours = len(wires) == 3, len(wires) == 4
    title = "Sign driver: relay module" if relay else "Sign driver: N-MOSFET"
    if colours:
        title = "Sign driver: three N-MOSFETs"
    page.box(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, stroke=FAINT)
    page.box(998, TOP + 44, RIGHT - 998 - 8, BOTTOM - TOP - 52, fill="#fdf1e2", radius=6)
    page.text(LEFT + 16, TOP + 24, title, size=14, bold=True)
    page.text(
        LEFT + 16,
        TOP + 42,
        "lights the sign for colleagues" if relay else "dark while the Pi boots" + _EACH_COLOUR * colours,
        size=11,
        fill=SOFT,
    )
    page.text(1010, TOP + 66, f"{parts.circuit.strip_v:g} V side", size=12, fill=_SWITCHED, bold=True)
    _strip_and_supply(page, parts, strip_ma)
    ends = terminals(wires)
    heights = [y for _, y in ends]
    # Of an RGB sign one colour is drawn, from the middle terminal.
    (_relay if relay else _mosfet)(page, parts, [heights[1], heights[3]] if colours else heights)
    for wire, (x, y) in zip(wires, ends, strict=True):
        draw_terminal(page, wire, x, y)


def _strip_and_supply(page: Drawing, parts: PartsFile, strip_ma: float) -> None:
    x, y, width, height = _STRIP
    page.text(x + width / 2, y - 12, "LED strip", size=12, anchor="middle", bold=True)
    page.box(x, y, width, height, fill="#fffdf2", stroke=INK, radius=3)
    for n in range(6):
        page.box(x + 11 + n * 15, y + 9, 9, 12, fill="#ffe27a", stroke="#c9a227", radius=2)
    page.text(x + width / 2, y + height + 16, f"about {strip_ma:.0f} mA", size=11, fill=SOFT, anchor="middle")
    supply_x, supply_y, supply_w, supply_h = _SUPPLY
    page.box(supply_x, supply_y, supply_w, supply_h, fill="#3a3d42", radius=6)
    page.text(
        supply_x + supply_w / 2,
        supply_y + 24,
        f"{parts.circuit.strip_v:g} V supply",
        size=12,
        fill="#ffffff",
        anchor="middle",
        bold=True,
    )
    page.text(
        supply_x + supply_w / 2,
        supply_y + 42,
        f"{parts.circuit.supply_ma / 1000:g} A, not the Pi's",
        size=10,
        fill="#d6d3cc",
        anchor="middle",
    )


def _mosfet(page: Drawing, parts: PartsFile, heights: list[float]) -> None:
    signal_y, ground_y = heights
    node, gate, drain = 906.0, 938.0, 962.0
    strip_x, strip_y, _, strip_h = _STRIP
    strip_mid = strip_y + strip_h / 2
    supply_x, supply_y, supply_w, _ = _SUPPLY
    # Gate: resistor in the line, pull-down to ground.
    page.line([(LEFT + 52, signal_y), (gate, signal_y)], stroke=PAINT["orange"][0], thick=2.4)
    page.line([(node, signal_y), (node, 316)], stroke=PAINT["orange"][0], thick=2.4)
    page.line([(node, 316), (node, ground_y)], stroke=_MINUS, thick=2.4)
    resistor(page, 852, signal_y)
    page.text(852, signal_y - 14, f"{parts.circuit.gate_resistor_ohm} Ω", size=11, anchor="middle")
    resistor(page, node, 316, upright=True)
    page.text(node - 12, 320, f"{parts.circuit.pull_down_ohm / 1000:g} kΩ", size=11, anchor="end")
    # Ground rail: the Pi's ground and the minus of 12 V are one.
    page.line([(LEFT + 52, ground_y), (supply_x, ground_y)], stroke=_MINUS, thick=2.4)
    page.line([(drain, signal_y + 12), (drain, ground_y)], stroke=_MINUS, thick=2.4)
    # Drain to the strip's minus.
    page.line([(drain, signal_y - 12), (drain, strip_mid), (strip_x, strip_mid)], stroke=_SWITCHED, thick=2.4)
    page.disc(954, signal_y, 25, fill="none", stroke=INK, thick=1.8)
    page.line([(gate, signal_y - 14), (gate, signal_y + 14)], thick=2.6)
    for offset in (-12, 0, 12):
        page.line([(gate + 7, signal_y + offset - 5), (gate + 7, signal_y + offset + 5)], thick=2.6)
        page.line([(gate + 7, signal_y + offset), (drain, signal_y + offset)])
    page.line([(drain, signal_y), (drain, signal_y + 12)])
    page.line([(gate + 9, signal_y), (gate + 17, signal_y - 4), (gate + 17, signal_y + 4)], fill=INK, thick=1)
    for x, y in ((node, signal_y), (node, ground_y), (drain, ground_y)):
        page.disc(x, y, 3.6, fill=INK)
    page.text(926, signal_y - 22, "G", size=11, bold=True, anchor="middle")
    page.text(984, signal_y - 12, "D", size=11, bold=True)
    page.text(984, signal_y + 20, "S", size=11, bold=True)
    _plus(page, parts, (supply_x + supply_w, supply_y + 16), (strip_x + _STRIP[2], strip_mid))
    page.text(strip_x - 6, strip_mid - 6, "−", size=13, anchor="end", bold=True)
    page.text(supply_x - 6, ground_y - 6, "−", size=13, anchor="end", bold=True)
    _package(page)


def _relay(page: Drawing, parts: PartsFile, heights: list[float]) -> None:
    left, right, top, bottom = 830.0, 964.0, heights[0] - 32, heights[2] + 18
    strip_x, strip_y, strip_w, strip_h = _STRIP
    supply_x, supply_y, supply_w, supply_h = _SUPPLY
    for y, stroke in zip(heights, (_HOT, PAINT["orange"][0], _MINUS), strict=True):
        page.line([(LEFT + 52, y), (left, y)], stroke=stroke, thick=2.4)
    page.box(left, top, right - left, bottom - top, fill="#e9eef5", stroke=INK)
    page.text((left + right) / 2, heights[1] + 40, "opto-isolated,", size=11, anchor="middle")
    page.text((left + right) / 2, heights[1] + 56, "coil 5 V", size=11, anchor="middle")
    normally_open, common = strip_y + strip_h / 2, supply_y + 16
    page.text(right - 8, normally_open + 4, "NO", size=11, anchor="end", bold=True)
    page.text(right - 8, common + 4, "COM", size=11, anchor="end", bold=True)
    page.line([(right, normally_open), (strip_x, normally_open)], stroke=_HOT, thick=2.4)
    page.line([(right, common), (supply_x, common)], stroke=_HOT, thick=2.4)
    page.box(980, common - 7, 20, 14, fill="#e6f2ff", stroke=INK, radius=4)
    page.text(990, common - 13, f"{parts.circuit.fuse_ma / 1000:g} A", size=9, anchor="middle")
    page.line(
        [
            (strip_x + strip_w, normally_open),
            (_RISER, normally_open),
            (_RISER, supply_y + supply_h - 14),
            (supply_x + supply_w, supply_y + supply_h - 14),
        ],
        stroke=_MINUS,
        thick=2.4,
    )
    page.text(_RISER - 6, normally_open - 6, "−", size=13, anchor="end", bold=True)
    page.text(strip_x - 6, normally_open - 6, "+", size=13, anchor="end", bold=True)


def _plus(page: Drawing, parts: PartsFile, supply: Point, strip: Point) -> None:
    page.line([supply, (_RISER, supply[1]), (_RISER, strip[1]), strip], stroke=_HOT, thick=2.4)
    page.box(_RISER - 7, 286, 14, 34, fill="#e6f2ff", stroke=INK, radius=4)
    page.text(_RISER - 14, 307, f"fuse {parts.circuit.fuse_ma / 1000:g} A", size=11, anchor="end")
    page.text(_RISER - 8, strip[1] - 7, "+", size=13, anchor="end", bold=True)
    page.text(_RISER - 8, supply[1] - 6, "+", size=13, anchor="end", bold=True)


def _package(page: Drawing) -> None:
    """Legs of the two MOSFETs in the parts list, seen from the front and from above."""
    y = BOTTOM - 52
    for n, leg in enumerate("GDS"):
        page.line([(790 + n * 11, y + 18), (790 + n * 11, y + 30)], stroke=SOFT, thick=3)
        page.text(790 + n * 11, y + 43, leg, size=10, anchor="middle", bold=True)
    page.box(781, y - 8, 40, 10, fill="#b9bcc2", radius=2)
    page.box(781, y, 40, 20, fill="#2b2b2b", radius=2)
    page.text(830, y + 10, "IRLZ44N", size=11)
    page.text(830, y + 23, "from the front", size=9, fill=SOFT)
    for x, leg, at in ((917.0, "D", -1), (908.0, "G", 1), (926.0, "S", 1)):
        page.box(x - 2.5, y - 5 if at < 0 else y + 18, 5, 8, fill="#b9bcc2", radius=1)
        page.text(x, y - 9 if at < 0 else y + 38, leg, size=10, anchor="middle", bold=True)
    page.box(902, y + 1, 30, 18, fill="#2b2b2b", radius=2)
    page.text(938, y + 10, "AO3400A", size=11)
    page.text(938, y + 23, "from above", size=9, fill=SOFT)
