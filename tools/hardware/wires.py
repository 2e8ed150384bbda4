"""Which wire goes from which pin of the header to which terminal, for one board file.

Signals come from the profile; supply and ground pins are chosen here, near the signals they belong to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, assert_never

from device.header import PIN_OF, bus_lines
from device.profile import Profile

PartName = Literal["panel", "button", "buzzer", "sign"]
Colour = Literal["red", "black", "yellow", "blue", "green", "orange", "violet", "brown", "grey"]

# Raspberry Pi documentation, "GPIO and the 40-pin header".
SUPPLY_3V3 = (1, 17)
SUPPLY_5V = (2, 4)
GROUNDS = (6, 9, 14, 20, 25, 30, 34, 39)
EEPROM = {27: "ID_SD", 28: "ID_SC"}
_OTHER_COLUMN = 5  # a ground in the other column counts as so many rows further away


@dataclass(frozen=True, slots=True)
class Wire:
    """One wire. `pin` is the physical pin of the header, `bcm` its line; None on supply and ground."""

    part: PartName
    terminal: str
    function: str
    pin: int
    bcm: int | None
    colour: Colour
    volts: str
    note: str


class NotDrawable(ValueError):  # noqa: N818  # says what happened
    """The sheets cannot show this board; the text names it and the remedy."""


def wires_of(profile: Profile) -> tuple[Wire, ...]:
    """Every wire of the unit, part by part. Raises NotDrawable."""
    pins = profile.pins
    if pins.sign_kind != "relay" and not pins.sign_active_high:
        raise NotDrawable(
            f"{profile.name}: the MOSFET driver lights the sign on a high line: "
            'set sign_active_high = true, or sign_kind = "relay" with a module that works on low'
        )
    signals = [*_panel_signals(profile), *_button_signals(profile), *_buzzer_signals(profile), *_sign_signals(profile)]
    grounds = list(GROUNDS)
    done: list[Wire] = []
    for part in ("panel", "sign", "button", "buzzer"):
        mine = [wire for wire in signals if wire.part == part]
        if not mine:
            continue
        if part == "panel":
            supply = _nearest(SUPPLY_3V3, mine, left=True)
            done.append(Wire("panel", "VCC", "panel supply", supply, None, "red", "3.3 V", "never a 5 V pin"))
        if part == "sign" and pins.sign_kind == "relay":
            done.append(
                Wire("sign", "VCC", "relay coil", SUPPLY_5V[0], None, "red", "5 V", "coil only; input is 3.3 V")
            )
        # The ground of an RGB sign comes after its last colour, as it does in the drawing.
        near = [max(mine, key=lambda wire: row(wire.pin))] if part == "sign" else mine
        ground = _nearest(grounds, near, left=part != "sign")
        grounds.remove(ground)
        done += mine
        done.append(_ground(mine[0].part, ground))
    order = ("panel", "button", "buzzer", "sign")
    return tuple(sorted(done, key=lambda wire: (order.index(wire.part), row(wire.pin), wire.pin)))


def joined(profile: Profile) -> bool:
    """Whether the counter's panel hangs on the first one's I2C bus: its four wires go to that panel's terminals."""
    first, second = profile.panel, profile.counter
    return second is not None and (second.bus, second.bus_port) == ("i2c", first.bus_port) and first.bus == "i2c"


def row(pin: int) -> int:
    """The row of a pin, 1-20 from the end with pin 1."""
    return (pin + 1) // 2


def is_left(pin: int) -> bool:
    """Odd pins stand on the left, seen from above with pin 1 at the top."""
    return pin % 2 == 1


def name_of(pin: int) -> str:
    """What the header calls a pin: `3.3 V`, `GND`, `GPIO 17`."""
    if pin in SUPPLY_3V3:
        return "3.3 V"
    if pin in SUPPLY_5V:
        return "5 V"
    if pin in GROUNDS:
        return "GND"
    if pin in EEPROM:
        return EEPROM[pin]
    return next(f"GPIO {bcm}" for bcm, of in PIN_OF.items() if of == pin)


def _panel_signals(profile: Profile) -> list[Wire]:
    panel = profile.panel
    lines = bus_lines(panel.bus, panel.bus_port, panel.address)
    if panel.bus == "i2c":
        return [
            _signal("panel", "SDA", "panel data", lines["SDA"], "blue", "pull-up on the module to 3.3 V"),
            _signal("panel", "SCL", "panel clock", lines["SCL"], "yellow", "pull-up on the module to 3.3 V"),
        ]
    wires = [
        _signal("panel", "DIN", "panel data", lines["MOSI"], "blue", "also printed SDA, D1 or MOSI"),
        _signal("panel", "CLK", "panel clock", lines["SCLK"], "yellow", "also printed SCL, D0 or SCK"),
        _signal("panel", "CS", "panel chip select", lines[f"CE{panel.address}"], "orange", "also printed CS#"),
    ]
    if panel.data_command is not None:
        wires.append(
            _signal("panel", "DC", "panel data/command", panel.data_command, "brown", "also printed D/C# or A0")
        )
    if panel.reset is not None:
        wires.append(_signal("panel", "RES", "panel reset", panel.reset, "violet", "also printed RST or RES#"))
    return wires


def _button_signals(profile: Profile) -> list[Wire]:
    return [_signal("button", "NO", "button", profile.pins.button, "green", "the Pi pulls the line up; pressed is 0 V")]


def _buzzer_signals(profile: Profile) -> list[Wire]:
    if profile.pins.buzzer is None:
        return []
    return [_signal("buzzer", "IN", "buzzer", profile.pins.buzzer, "grey", "through its series resistor")]


def _sign_signals(profile: Profile) -> list[Wire]:
    pins = profile.pins
    match pins.sign_kind:
        case "relay":
            note = "a module that works on " + ("high" if pins.sign_active_high else "low")
        case "lamp":
            note = "high lights the sign"
        case "pwm":
            note = "high lights the sign; pulses fade it"
        case "rgb":
            lines = (("R", pins.sign, "red"), ("G", pins.sign_green, "green"), ("B", pins.sign_blue, "blue"))
            return [
                _signal("sign", name, f"sign, {colour}", line, "orange", "a MOSFET of its own; pulses mix the colour")
                for name, line, colour in lines
                if line is not None
            ]
        case kind:
            assert_never(kind)
    return [_signal("sign", "IN", "sign", pins.sign, "orange", note)]


def _signal(part: PartName, terminal: str, function: str, bcm: int, colour: Colour, note: str) -> Wire:
    return Wire(part, terminal, function, PIN_OF[bcm], bcm, colour, "3.3 V logic", note)


def _ground(part: PartName, pin: int) -> Wire:
    terminal = "COM" if part == "button" else "GND"
    note = "joins the minus of the 12 V supply" if part == "sign" else ""
    return Wire(part, terminal, f"{part} ground", pin, None, "black", "0 V", note)


def _nearest(free: Iterable[int], signals: list[Wire], *, left: bool) -> int:
    """The free pin with the fewest rows to any of the signals, rather in the part's own column, rather below."""
    rows = [row(wire.pin) for wire in signals]

    def far(pin: int) -> tuple[int, bool]:
        rows_away = min(abs(row(pin) - mine) for mine in rows)
        return rows_away + (_OTHER_COLUMN if is_left(pin) != left else 0), row(pin) < min(rows)

    return min(free, key=far)
