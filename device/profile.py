"""A board file: which panel, which pins. `hardware/boards/*.toml` is the one truth, this its shape in the program."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from device.header import PIN_OF, bus_lines

Chip = Literal["ssd1306", "sh1106", "ssd1309", "ssd1322"]
Bus = Literal["i2c", "spi"]
SignKind = Literal["lamp", "pwm", "relay"]

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
    """BCM numbers, as gpiozero counts. The button closes to ground; `buzzer` None: there is none."""

    button: int
    sign: int
    sign_kind: SignKind = "lamp"
    sign_active_high: bool = True
    buzzer: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of unit."""

    name: str
    title: str
    panel: Panel
    pins: Pins


class ProfileFault(ValueError):  # noqa: N818  # says what happened
    """A board file cannot be used; `faults` names each thing wrong, the text is all of them, a line each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def board_files() -> tuple[Path, ...]:
    """The board files that come with Belbord, by name."""
    return tuple(sorted(path for folder in _FOLDERS for path in folder.glob("*.toml")))


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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileFault((f"{path}: not TOML: {error}",)) from None
    return profile_of(path.stem, content)


def profile_of(name: str, content: Mapping[str, Any]) -> Profile:
    """The profile called `name` from the tables of its board file. Raises ProfileFault with all faults at once."""
    faults = list(_faults(content))
    if faults:
        raise ProfileFault(tuple(f"{name}: {fault}" for fault in faults))
    profile = Profile(name, content["title"], Panel(**content["panel"]), Pins(**content["pins"]))
    faults = list(_clashes(profile))
    if faults:
        raise ProfileFault(tuple(f"{name}: {fault}" for fault in faults))
    return profile


def lines_of(profile: Profile) -> list[tuple[str, int]]:
    """Every function of the unit with the BCM line it takes; a line named twice is a clash."""
    panel, pins = profile.panel, profile.pins
    taken = [(f"{panel.bus} {name}", bcm) for name, bcm in bus_lines(panel.bus, panel.bus_port, panel.address).items()]
    named = {
        "panel.data_command": panel.data_command,
        "panel.reset": panel.reset,
        "pins.button": pins.button,
        "pins.sign": pins.sign,
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
    "buzzer": _header_line,
}  # fmt: skip


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    title = content.get("title")
    if not (isinstance(title, str) and re.fullmatch(r"[^\x00-\x1f]{1,80}", title)):
        yield "title: must be a text of 1-80 characters"
    for key in sorted(content.keys() - {"title", "panel", "pins"}):
        yield f"{key}: unknown; a board file has title, [panel] and [pins]"
    yield from _table_faults("panel", content.get("panel"), _PANEL, Panel)
    yield from _table_faults("pins", content.get("pins"), _PINS, Pins)


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
    panel = profile.panel
    if (panel.width, panel.height) != _SIZES[panel.chip]:
        width, height = _SIZES[panel.chip]
        yield f"panel: a {panel.chip} glass here is {width} by {height}, not {panel.width} by {panel.height}"
    if panel.bus == "spi" and None in (panel.data_command, panel.reset):
        yield "panel: on SPI, data_command and reset must both be given"
    if panel.bus == "i2c" and panel.chip == "ssd1322":
        yield "panel.bus: an ssd1322 has no I2C; use spi"
    try:
        taken = lines_of(profile)
    except KeyError:
        yield f"panel: {panel.bus} port {panel.bus_port} with address {panel.address} is not on the 40-pin header"
        return
    functions = defaultdict(list)
    for function, bcm in taken:
        functions[bcm].append(function)
    for bcm, names in sorted(functions.items()):
        if len(names) > 1:
            yield f"GPIO {bcm} (pin {PIN_OF[bcm]}) has more than one function: {', '.join(names)}"
