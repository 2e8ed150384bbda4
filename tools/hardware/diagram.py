"""The wiring diagram of one board file as SVG, A4 lying down."""

from collections.abc import Mapping, Sequence

from device.profile import Profile
from tools.hardware import sign_side
from tools.hardware.budget import strip_ma, supply_3v3
from tools.hardware.cards import RIGHT as CARDS_END
from tools.hardware.cards import Card, cards_of, draw_card
from tools.hardware.drawing import FAINT, INK, PAINT, SOFT, Drawing, Point
from tools.hardware.parts import PartsFile
from tools.hardware.route import End, routes
from tools.hardware.wires import SUPPLY_3V3, Wire, is_left, name_of, row, wires_of

_WIDTH, _HEIGHT = 1188.0, 840.0
_A4_MM = (297.0, 210.0)
_LEFT_PIN, _RIGHT_PIN = 536.0, 566.0
_FIRST_ROW, _PITCH = 167.0, 30.0
_LABEL = 104.0
_LEFT_EDGE, _RIGHT_EDGE = _LEFT_PIN - 16 - _LABEL, _RIGHT_PIN + 16 + _LABEL
_TOP, _BOTTOM = 96.0, 782.0


def diagram(profile: Profile, parts: PartsFile) -> str:
    """The SVG. Raises NotDrawable or LookupError, with the remedy."""
    wires = wires_of(profile)
    page = Drawing(_WIDTH, _HEIGHT, _A4_MM, f"Belbord wiring, {profile.title}")
    page.text(36, 48, "Belbord desk unit: wiring", size=22, bold=True)
    page.text(36, 72, profile.title, size=14, fill=SOFT)
    page.text(_WIDTH - 36, 48, profile.name, size=14, anchor="end", bold=True)
    page.text(_WIDTH - 36, 70, f"drawn from hardware/boards/{profile.name}.toml", size=11, fill=SOFT, anchor="end")
    page.box(_LEFT_EDGE - 8, _TOP, _RIGHT_EDGE - _LEFT_EDGE + 16, _BOTTOM - _TOP, fill="#e9f1e7", stroke="#bccfb8")
    page.box(_LEFT_PIN - 14, _FIRST_ROW - 16, _RIGHT_PIN - _LEFT_PIN + 28, 19 * _PITCH + 32, fill="#2f3136", radius=4)
    cards = cards_of(profile, parts, wires)
    tops = _tops(cards)
    sign = [wire for wire in wires if wire.part == "sign"]
    for card in cards:
        draw_card(page, card, tops[card.part], profile, parts)
    sign_side.draw(page, sign, parts, strip_ma(parts, profile.pins.sign_kind))
    _labels(page, {wire.pin: wire for wire in wires})
    left = [wire for card in cards for wire in card.wires]
    left_ends = [point for card in cards for point in card.terminals(tops[card.part])]
    _wires(page, left, left_ends, near=_LEFT_EDGE - 14, far=CARDS_END + 8)
    _wires(page, sign, sign_side.terminals(sign), near=_RIGHT_EDGE + 14, far=sign_side.LEFT - 8)
    _pins(page, {wire.pin: wire for wire in wires})
    _notes(page, profile, parts)
    return page.svg()


def _tops(cards: Sequence[Card]) -> dict[str, float]:
    """Where each card begins: so that its wires run straight, as far as the others allow."""
    wanted = [
        sorted(
            _entry_y(wire, to_left=True) - end for wire, (_, end) in zip(card.wires, card.terminals(0), strict=True)
        )[(len(card.wires) - 1) // 2]
        for card in cards
    ]
    tops: list[float] = []
    floor = _TOP
    for card, want in zip(cards, wanted, strict=True):
        tops.append(max(floor, want))
        floor = tops[-1] + card.height + 18
    ceiling = _BOTTOM
    for n in reversed(range(len(cards))):
        tops[n] = min(tops[n], ceiling - cards[n].height)
        ceiling = tops[n] - 18
    return {card.part: round(top) for card, top in zip(cards, tops, strict=True)}


def _row_y(pin: int) -> float:
    return _FIRST_ROW + (row(pin) - 1) * _PITCH


def _entry_y(wire: Wire, *, to_left: bool) -> float:
    """Where a wire leaves the header: at its own row, or below it when it comes from the other column."""
    gap = _PITCH / 2 + (-1 if to_left else 1)
    return _row_y(wire.pin) + (0 if is_left(wire.pin) == to_left else gap)


def _wires(page: Drawing, wires: Sequence[Wire], terminals: Sequence[Point], near: float, far: float) -> None:
    to_left = far < near
    ends = []
    for wire, terminal in zip(wires, terminals, strict=True):
        y, entry = _row_y(wire.pin), _entry_y(wire, to_left=to_left)
        if is_left(wire.pin) == to_left:
            edge = _LEFT_EDGE if to_left else _RIGHT_EDGE
            path: tuple[Point, ...] = ((edge, y), (near, y))
        else:  # from the other column, through the gap between two rows
            x = _RIGHT_PIN if to_left else _LEFT_PIN
            path = ((x, y), (x, entry), (near, entry))
        ends.append(End(path, terminal))
    for wire, points in zip(wires, routes(ends, near, far), strict=True):
        page.wire(f"{wire.part} {wire.terminal}", points, wire.colour)


def _labels(page: Drawing, used: Mapping[int, Wire]) -> None:
    for pin in range(1, 41):
        x = _LEFT_EDGE if is_left(pin) else _RIGHT_EDGE - _LABEL
        y = _row_y(pin)
        wire = used.get(pin)
        paint, writing = PAINT[wire.colour] if wire else ("#f6f8f4", "#8f978b")
        page.box(x, y - 10, _LABEL, 20, fill=paint, stroke="none" if wire else "#d5dfd1", radius=4, thick=0.8)
        words = name_of(pin) + (f" · {wire.terminal}" if wire and wire.bcm is not None else "")
        page.text(x + _LABEL / 2, y + 4, words, size=11, fill=writing, anchor="middle", bold=wire is not None)


def _pins(page: Drawing, used: Mapping[int, Wire]) -> None:
    for pin in range(1, 41):
        x, y = (_LEFT_PIN if is_left(pin) else _RIGHT_PIN), _row_y(pin)
        paint, writing = PAINT[used[pin].colour] if pin in used else ("#d9c27a", INK)
        if pin == 1:
            page.box(x - 10, y - 10, 20, 20, fill=paint, stroke="#ffffff", radius=1, thick=2)
        else:
            page.disc(x, y, 9.5, fill=paint, stroke="#ffffff" if pin in used else "none")
        page.text(x, y + 3.6, str(pin), size=10, fill=writing, anchor="middle", bold=pin in used)
    middle = (_LEFT_PIN + _RIGHT_PIN) / 2
    page.text(middle, _TOP + 22, "Raspberry Pi", size=14, anchor="middle", bold=True)
    page.text(middle, _TOP + 39, "from above; pin 1 is square", size=11, fill=SOFT, anchor="middle")
    page.text(middle, _BOTTOM - 12, "USB sockets at this end", size=11, fill=SOFT, anchor="middle")


def _notes(page: Drawing, profile: Profile, parts: PartsFile) -> None:
    """What a builder must know beside the drawing."""
    top, left = sign_side.BOTTOM + 22, sign_side.LEFT
    rail = supply_3v3(profile, parts)
    supply = next(str(wire.pin) for wire in wires_of(profile) if wire.pin in SUPPLY_3V3)
    page.box(left, top, sign_side.RIGHT - left, _BOTTOM - top, fill="#fffef9", stroke=FAINT)
    page.text(left + 16, top + 26, "Before you switch on", size=14, bold=True)
    lines = (
        "• Go by the names printed on your panel: their order differs.",
        "• Every line is 3.3 V. 5 V on a line breaks the Pi.",
        f"• Panel VCC is on pin {supply} (3.3 V), never on pin 2 or 4.",
        "• With the plugs out, measure VCC to GND: no short circuit.",
        f"• From 3.3 V at most {rail.total_ma:.0f} mA here; this design allows {rail.allowed_ma:.0f} mA.",
        "• 12 V goes to the strip and its driver, and nowhere else.",
        "• Pi ground and 12 V minus are joined."
        if profile.pins.sign_kind != "relay"
        else "• The relay keeps 12 V apart from the Pi.",
    )
    for n, line in enumerate(lines):
        page.text(left + 16, top + 54 + n * 29, line, size=11.5)
    page.text(36, _HEIGHT - 30, "Drawn and computed; not yet built.", size=11, fill=SOFT)
