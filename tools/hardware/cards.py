"""The parts on the left of a wiring diagram: panel, button, buzzer. Each card knows its height and draws itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from device.profile import Panel, Profile
from tools.hardware.drawing import CARD, FAINT, INK, PAINT, SOFT, Drawing, resistor
from tools.hardware.parts import PartsFile
from tools.hardware.wires import PartName, Wire, joined

LEFT, RIGHT = 36.0, 306.0
TERMINAL_PITCH = 30.0
_TITLE = 46.0  # room for a card's two lines of writing
_PICTURE = (170.0, 134.0)  # the largest picture of a panel
_SECOND = 176.0  # room for the counter's panel under it: its four wires, its words, its picture


@dataclass(frozen=True, slots=True)
class Card:
    """A part's card: what it is, and its wires from top to bottom."""

    part: PartName
    title: str
    under: str
    wires: tuple[Wire, ...]
    picture_height: float
    second: bool = False  # the counter's panel hangs on this one

    @property
    def height(self) -> float:
        return self._first + (_SECOND if self.second else 0)

    @property
    def _first(self) -> float:
        return _TITLE + max(self.picture_height, len(self.wires) * TERMINAL_PITCH) + 14

    def terminals(self, top: float) -> list[tuple[float, float]]:
        """Where each wire ends when the card begins at `top`."""
        middle = top + _TITLE + (self._first - _TITLE - 8) / 2
        first = middle - (len(self.wires) - 1) / 2 * TERMINAL_PITCH
        return [(RIGHT, first + n * TERMINAL_PITCH) for n in range(len(self.wires))]


def cards_of(profile: Profile, parts: PartsFile, wires: Sequence[Wire]) -> list[Card]:
    """The cards a board needs, in the order of their wires on the header."""
    panel = profile.panel
    width, height, _ = parts.module_of(panel).size_mm
    rim = parts.size_of("button")[0]
    found = [
        Card(
            "panel",
            f"Panel {panel.chip.upper()}",
            _size_and_place(panel, parts),
            (),
            height * _scale(width, height),
            joined(profile),
        ),
        Card("button", "Button", f"{rim:g} mm, one make contact", (), 60),
    ]
    if profile.pins.buzzer is not None:
        found.append(Card("buzzer", "Buzzer (optional)", "passive piezo, with series resistor", (), 60))
    whole = [replace(card, wires=tuple(wire for wire in wires if wire.part == card.part)) for card in found]
    return sorted(whole, key=lambda card: sum(wire.pin for wire in card.wires) / len(card.wires))


def draw_card(page: Drawing, card: Card, top: float, profile: Profile, parts: PartsFile) -> None:
    """The card with its picture and the names of its terminals."""
    page.box(LEFT, top, RIGHT - LEFT, card.height, stroke=FAINT)
    page.text(LEFT + 14, top + 22, card.title, size=14, bold=True)
    page.text(LEFT + 14, top + 39, card.under, size=11, fill=SOFT)
    ends = card.terminals(top)
    middle = (ends[0][1] + ends[-1][1]) / 2
    match card.part:
        case "panel":
            _panel(page, profile.panel, parts, LEFT + 108, middle, ("2", "0:47"))
            if card.second and profile.counter is not None:
                _second(page, profile.counter, parts, card, top + card.height - _SECOND)
        case "button":
            _button(page, LEFT + 100, middle)
        case "buzzer":
            _buzzer(page, parts.circuit.buzzer_resistor_ohm, ends[0][1], ends[-1][1])
        case "sign":
            pass  # stands on the other side
    for wire, (x, y) in zip(card.wires, ends, strict=True):
        draw_terminal(page, wire, x - 52, y)


def draw_terminal(page: Drawing, wire: Wire, x: float, y: float) -> None:
    """A terminal's name in its wire's colour, 52 wide from x."""
    paint, writing = PAINT[wire.colour]
    page.box(x, y - 9, 52, 18, fill=paint, radius=4)
    page.text(x + 26, y + 4, wire.terminal, size=11, fill=writing, anchor="middle", bold=True)


def _scale(width: float, height: float) -> float:
    return min(_PICTURE[0] / width, _PICTURE[1] / height)


def _size_and_place(panel: Panel, parts: PartsFile) -> str:
    width, height, _ = parts.module_of(panel).size_mm
    where = f"I2C address 0x{panel.address:02X}" if panel.bus == "i2c" else f"SPI {panel.bus_port}, CE{panel.address}"
    return f"{width:g} × {height:g} mm · {where}"


def _panel(page: Drawing, panel: Panel, parts: PartsFile, x: float, y: float, shows: tuple[str, str]) -> float:
    """The module from the front, to scale with its own lit area; returns how high it is drawn."""
    module = parts.module_of(panel)
    width, height, _ = module.size_mm
    scale = _scale(width, height)
    page.box(x - width * scale / 2, y - height * scale / 2, width * scale, height * scale, fill="#1d4f7c", radius=5)
    lit_w, lit_h = panel.width * panel.pitch_mm * scale, panel.height * panel.pitch_mm * scale
    glass_y = y - module.active_up_mm * scale
    page.box(x - lit_w / 2 - 5, glass_y - lit_h / 2 - 4, lit_w + 10, lit_h + 8, fill="#0b0d10", radius=3)
    size = min(lit_h * 0.62, lit_w * 0.22)
    left, right = shows
    page.text(x - lit_w * 0.42, glass_y + size * 0.36, left, size=size, fill="#bfe9ff", bold=True)
    page.text(x + lit_w * 0.45, glass_y + size * 0.36, right, size=size, fill="#bfe9ff", anchor="end", bold=True)
    return height * scale


def _second(page: Drawing, panel: Panel, parts: PartsFile, card: Card, top: float) -> None:
    """The counter's panel, with a wire to each of the first one's terminals: same name to same name."""
    page.line([(LEFT + 14, top), (RIGHT - 94, top)], stroke=FAINT, thick=1)
    page.text(LEFT + 14, top + 22, "Panel for the counter", size=13, bold=True)
    page.text(LEFT + 14, top + 38, f"{panel.chip.upper()}, I2C address 0x{panel.address:02X}", size=11, fill=SOFT)
    page.text(LEFT + 14, top + 53, "name to name, at most 1 m", size=11, fill=SOFT)
    _panel(page, panel, parts, LEFT + 96, top + 116, ("3", "± 2"))
    ends = card.terminals(top - card.height + _SECOND)
    # Upside down, so that the wires lie within each other and none crosses.
    for n, (wire, (right, y)) in enumerate(zip(card.wires, ends, strict=True)):
        lane, ends_at = right - 82 + 6 * n, top + 156 - n * 28
        page.line(
            [(right - 52, y), (lane, y), (lane, ends_at), (right - 52, ends_at)], stroke=PAINT[wire.colour][0], thick=2
        )
        draw_terminal(page, wire, right - 52, ends_at)


def _button(page: Drawing, x: float, y: float) -> None:
    page.disc(x, y, 30, fill="#e4e0d6", stroke=FAINT)
    page.disc(x, y, 22, fill="#f3c74a", stroke="#b98f1a")
    page.disc(x - 6, y - 7, 5, fill="#fbe7ab")


def _buzzer(page: Drawing, ohm: int, signal_y: float, ground_y: float) -> None:
    x, y = LEFT + 56, (signal_y + ground_y) / 2
    page.line([(x, signal_y), (RIGHT - 52, signal_y)], stroke=PAINT["grey"][0], thick=2.4)
    page.line([(x, ground_y), (RIGHT - 52, ground_y)], stroke=PAINT["black"][0], thick=2.4)
    page.disc(x, y, 28, fill="#33363b", stroke=INK)
    page.disc(x, y, 5, fill=CARD)
    resistor(page, LEFT + 150, signal_y)
    page.text(LEFT + 150, signal_y + 21, f"{ohm} Ω", size=11, anchor="middle")
