"""A board file: which panel, which pins. `hardware/boards/*.toml` is the one truth, this its shape in the program."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from device.core.rules import SignKind
from device.header import PIN_OF, bus_lines

Chip = Literal["ssd1306", "sh1106", "ssd1309", "ssd1322"]
Bus = Literal["i2c", "spi"]
Colour = tuple[int, int, int]
"""Red, green and blue, 0-255."""

# In a checkout the files lie in hardware/boards; a wheel carries them beside this module.
_FOLDERS = (Path(__file__).parent / "boards", Path(__file__).parent.parent / "hardware" / "boards")
DEFAULT_BOARD = "oled-1.3-sh1106"


@dataclass(frozen=True, slots=True)
class Panel:
    """The glass. Lengths in millimetres, from the panel's datasheet; contrast 0-255."""

    chip: Chip
    width: int
    height: int
    pitch_mm: float
    reading_distance_mm: float
    bus: Bus
    bus_port: int
    address: int  # I2C address, or SPI chip select
    contrast: int = 127
    data_command: int | None = None  # BCM; a panel on SPI needs both
    reset: int | None = None


@dataclass(frozen=True, slots=True)
class Pins:
    """BCM numbers, as gpiozero counts. The button closes to ground; `buzzer` None: there is none.

    `sign` is the red line of an RGB sign, which needs the other two as well.
    """

    button: int
    sign: int
    sign_kind: SignKind = "lamp"
    sign_active_high: bool = True
    sign_green: int | None = None
    sign_blue: int | None = None
    buzzer: int | None = None


@dataclass(frozen=True, slots=True)
class SignColours:
    """What an RGB sign shows in each state. They differ in brightness too, for those who do not see the colours."""

    lit: Colour = (255, 60, 0)
    dark: Colour = (0, 40, 10)
    unsure: Colour = (120, 120, 255)


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of unit. `counter`: a second glass that faces the counter, on a bus of its own or the first one's."""

    name: str
    title: str
    panel: Panel
    pins: Pins
    colours: SignColours = SignColours()
    counter: Panel | None = None


class ProfileFault(ValueError):  # noqa: N818  # says what happened
    """A board file cannot be used; `faults` names each thing wrong, the text is all of them, a line each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def board_files() -> tuple[Path, ...]:
    """The board files that come with Belbord, by name."""
    return tuple(sorted((path for folder in _FOLDERS for path in folder.glob("*.toml")), key=lambda path: path.stem))


def load_profile(name_or_path: str) -> Profile:
    """The profile in a board file: a name such as `oled-1.3-sh1106`, or a path that ends in .toml.

    Raises ProfileFault with all faults at once.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        known = {file.stem: file for file in board_files()}
        if name_or_path not in known:
            raise ProfileFault((f"no board file {name_or_path!r}: use a path to a .toml or one of {', '.join(known)}",))
        path = known[name_or_path]
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileFault((f"{path}: cannot be read: {error.strerror}",)) from None
    except (ValueError, RecursionError) as error:  # also an integer of thousands of digits
        raise ProfileFault((f"{path}: not TOML: {error}",)) from None
    return profile_of(path.stem, content)


def profile_of(name: str, content: Mapping[str, Any]) -> Profile:
    """The profile called `name` from the tables of its board file. Raises ProfileFault with all faults at once."""
    faults = list(_faults(content))
    if faults:
        raise ProfileFault(tuple(f"{name}: {fault}" for fault in faults))
    colours = {key: _colour(value) for key, value in content.get("sign_colours", {}).items()}
    counter = Panel(**content["counter"]) if "counter" in content else None
    pins = Pins(**content["pins"])
    profile = Profile(name, content["title"], Panel(**content["panel"]), pins, SignColours(**colours), counter)
    faults = list(_clashes(profile))
    if faults:
        raise ProfileFault(tuple(f"{name}: {fault}" for fault in faults))
    return profile


def lines_of(profile: Profile) -> list[tuple[str, int]]:
    """Every function of the unit with the BCM line it takes; a line named twice is a clash."""
    panel, pins, counter = profile.panel, profile.pins, profile.counter
    taken = [(f"{panel.bus} {name}", bcm) for name, bcm in bus_lines(panel.bus, panel.bus_port, panel.address).items()]
    if counter is not None:
        lines = bus_lines(counter.bus, counter.bus_port, counter.address)
        # Two panels on one bus share its lines, all but the chip select.
        taken += [line for name, bcm in lines.items() if (line := (f"{counter.bus} {name}", bcm)) not in taken]
    named = {
        "panel.data_command": panel.data_command,
        "panel.reset": panel.reset,
        "counter.data_command": None if counter is None else counter.data_command,
        "counter.reset": None if counter is None else counter.reset,
        "pins.button": pins.button,
        "pins.sign": pins.sign,
        "pins.sign_green": pins.sign_green,
        "pins.sign_blue": pins.sign_blue,
        "pins.buzzer": pins.buzzer,
    }
    return taken + [(function, bcm) for function, bcm in named.items() if bcm is not None]


def _between(low: float, high: float, *, whole: bool = True) -> Callable[[Any], str | None]:
    kind = "a whole number" if whole else "a number"

    def check(value: Any) -> str | None:
        right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        return None if right and low <= value <= high else f"must be {kind} from {low} to {high}"

    return check


def _one_of(literal: Any) -> Callable[[Any], str | None]:
    choices = get_args(literal)
    return lambda value: None if value in choices else f"must be one of {', '.join(choices)}"


def _header_line(value: Any) -> str | None:
    right = isinstance(value, int) and not isinstance(value, bool) and value in PIN_OF
    return None if right else "must be a BCM number on the 40-pin header, 2-27"


def _is_colour(value: Any) -> str | None:
    right = isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value)
    return None if right else 'must be a colour such as "#ff3c00"'


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


def _yes_or_no(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


_SIZES = {"ssd1306": (128, 64), "sh1106": (128, 64), "ssd1309": (128, 64), "ssd1322": (256, 64)}
_PANEL = {
    "chip": _one_of(Chip), "width": _between(128, 256), "height": _between(64, 64),
    "pitch_mm": _between(0.1, 1.0, whole=False), "reading_distance_mm": _between(200, 2000, whole=False),
    "bus": _one_of(Bus), "bus_port": _between(0, 1), "address": _between(0, 0x77), "contrast": _between(0, 255),
    "data_command": _header_line, "reset": _header_line,
}  # fmt: skip
_PINS = {
    "button": _header_line, "sign": _header_line, "sign_kind": _one_of(SignKind), "sign_active_high": _yes_or_no,
    "sign_green": _header_line, "sign_blue": _header_line, "buzzer": _header_line,
}  # fmt: skip


_COLOURS = dict.fromkeys(("lit", "dark", "unsure"), _is_colour)


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    title = content.get("title")
    if not (isinstance(title, str) and re.fullmatch(r"[^\x00-\x1f]{1,80}", title)):
        yield "title: must be a text of 1-80 characters"
    for key in sorted(content.keys() - {"title", "panel", "pins", "sign_colours", "counter"}):
        yield f"{key}: unknown; a board file has title, [panel], [pins], and maybe [sign_colours] and [counter]"
    yield from _table_faults("panel", content.get("panel"), _PANEL, Panel)
    yield from _table_faults("pins", content.get("pins"), _PINS, Pins)
    if "sign_colours" in content:
        yield from _table_faults("sign_colours", content["sign_colours"], _COLOURS, SignColours)
    if "counter" in content:
        yield from _table_faults("counter", content["counter"], _PANEL, Panel)


def _table_faults(
    name: str, table: Any, checks: Mapping[str, Callable[[Any], str | None]], shape: Any
) -> Iterator[str]:
    if not isinstance(table, Mapping):
        yield f"[{name}]: this table is missing"
        return
    required = {field.name for field in fields(shape) if field.default is MISSING}
    for key in [key for key in checks if key in required and key not in table]:
        yield f"{name}.{key}: is missing"
    for key, value in table.items():
        if key not in checks:
            yield f"{name}.{key}: unknown; use {', '.join(checks)}"
        elif (rule := checks[key](value)) is not None:
            yield f"{name}.{key}: {rule}, not {value!r}"


def _clashes(profile: Profile) -> Iterator[str]:
    """What is wrong between fields that are each right by themselves."""
    panel, pins, counter = profile.panel, profile.pins, profile.counter
    yield from _panel_clashes("panel", panel)
    if counter is not None:
        yield from _panel_clashes("counter", counter)
        if (counter.bus, counter.bus_port, counter.address) == (panel.bus, panel.bus_port, panel.address):
            yield "counter: has the panel's own place on the bus; give it another address"
    if pins.sign_kind == "rgb" and None in (pins.sign_green, pins.sign_blue):
        yield "pins: an rgb sign needs sign_green and sign_blue too; `sign` is its red line"
    if pins.sign_kind != "rgb" and (pins.sign_green, pins.sign_blue) != (None, None):
        yield f"pins: sign_green and sign_blue have no use with a {pins.sign_kind}"
    try:
        taken = lines_of(profile)
    except KeyError:
        for name, one in (("panel", panel), ("counter", counter)):
            if one is not None:
                yield f"{name}: {one.bus} port {one.bus_port} with address {one.address} is not on the 40-pin header"
        return
    functions = defaultdict(list)
    for function, bcm in taken:
        functions[bcm].append(function)
    for bcm, names in sorted(functions.items()):
        if len(names) > 1:
            yield f"GPIO {bcm} (pin {PIN_OF[bcm]}) has more than one function: {', '.join(names)}"


def _panel_clashes(name: str, panel: Panel) -> Iterator[str]:
    if (panel.width, panel.height) != _SIZES[panel.chip]:
        width, height = _SIZES[panel.chip]
        yield f"{name}: a {panel.chip} glass here is {width} by {height}, not {panel.width} by {panel.height}"
    if panel.bus == "spi" and None in (panel.data_command, panel.reset):
        yield f"{name}: on SPI, data_command and reset must both be given"
    if panel.bus == "i2c" and panel.chip == "ssd1322":
        yield f"{name}.bus: an ssd1322 has no I2C; use spi"
