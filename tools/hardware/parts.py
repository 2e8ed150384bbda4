"""The parts in `hardware/parts.toml`: sizes, currents, what each is for, and the limits the design keeps to."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.profile import Panel, Profile


@dataclass(frozen=True, slots=True)
class Limits:
    """Volts, milliamperes, ohms."""

    gpio_v: float
    gpio_pin_ma: float
    gpio_total_ma: float
    rail_3v3_ma: float
    i2c_pull_up_ohm: float
    gate_threshold_v: float
    internal_pull_ohm: float


@dataclass(frozen=True, slots=True)
class Circuit:
    """The values around the sign and the buzzer."""

    gate_resistor_ohm: int
    pull_down_ohm: int
    buzzer_resistor_ohm: int
    fuse_ma: int
    supply_ma: int
    strip_v: float
    strip_w_per_m: float
    rgb_strip_w_per_m: float
    strip_cut_mm: float
    mosfet_ohm: float


@dataclass(frozen=True, slots=True)
class SignBox:
    """The box on the counter; millimetres."""

    lines: tuple[str, ...]
    letter_mm: float
    line_pitch_mm: float
    width_mm: float
    margin_mm: float
    depth_mm: float
    plate_mm: float
    reading_arcmin: float


@dataclass(frozen=True, slots=True)
class Case:
    """The choices of the desk unit's case; millimetres and degrees."""

    wall_mm: float
    play_mm: float
    window_margin_mm: float
    face_margin_mm: float
    deck_slope_deg: float
    deck_margin_mm: float
    top_mm: float
    eye_above_desk_mm: float
    glass_above_desk_mm: float
    side_room_mm: float
    plug_room_mm: float


@dataclass(frozen=True, slots=True)
class PanelModule:
    """The board that a glass is sold on. `fits`: chip, bus and pitch in mm. Size: width, height, thickness."""

    fits: tuple[str, str, float]
    name: str
    size_mm: tuple[float, float, float]
    active_up_mm: float
    current_ma: float
    note: str


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the parts list; `needed_for` is a tag, see `tags_of`."""

    id: str
    name: str
    purpose: str
    needed_for: str
    quantity: int
    size_mm: tuple[float, float, float] | None
    note: str


@dataclass(frozen=True, slots=True)
class PartsFile:
    limits: Limits
    circuit: Circuit
    sign: SignBox
    case: Case
    panels: tuple[PanelModule, ...]
    parts: tuple[Part, ...]

    def module_of(self, panel: Panel) -> PanelModule:
        """Raises LookupError: no module in the file has this glass."""
        meant = (panel.chip, panel.bus, panel.pitch_mm)
        for module in self.panels:
            if module.fits == meant:
                return module
        raise LookupError(f"hardware/parts.toml has no [[panel]] that fits {meant}: add its size and current")

    def size_of(self, part_id: str) -> tuple[float, float, float]:
        """Raises LookupError: no such part, or it has no size."""
        sizes = {part.id: part.size_mm for part in self.parts}
        if (size := sizes.get(part_id)) is None:
            raise LookupError(f"hardware/parts.toml gives no size_mm for the part {part_id!r}")
        return size


def load_parts(path: Path) -> PartsFile:
    """Read the parts file. Raises OSError, TOMLDecodeError, and KeyError or TypeError that name a wrong key."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return PartsFile(
        limits=Limits(**content["limits"]),
        circuit=Circuit(**content["circuit"]),
        sign=SignBox(**{**content["sign"], "lines": tuple(content["sign"]["lines"])}),
        case=Case(**content["enclosure"]),
        panels=tuple(_module(table) for table in content["panel"]),
        parts=tuple(_part(table) for table in content["part"]),
    )


def tags_of(profile: Profile) -> frozenset[str]:
    """What a board has, in the words of `for` in the parts file."""
    driver = {"relay": "relay", "rgb": "rgb"}.get(profile.pins.sign_kind, "mosfet")
    strip = "rgb" if profile.pins.sign_kind == "rgb" else "white"
    maybe = {"buzzer": profile.pins.buzzer, "counter": profile.counter}
    return frozenset(
        {"always", "button", "sign", driver, strip} | {tag for tag, has in maybe.items() if has is not None}
    )


def _module(table: dict[str, Any]) -> PanelModule:
    fits = table["fits"]
    return PanelModule(
        **{
            **table,
            "fits": (fits["chip"], fits["bus"], float(fits["pitch_mm"])),
            "size_mm": _size(table["size_mm"]),
        }
    )


def _part(table: dict[str, Any]) -> Part:
    size = table.get("size_mm")
    return Part(
        id=table["id"],
        name=table["name"],
        purpose=table["purpose"],
        needed_for=table["for"],
        quantity=table.get("quantity", 1),
        size_mm=None if size is None else _size(size),
        note=table.get("note", ""),
    )


def _size(value: list[float]) -> tuple[float, float, float]:
    width, height, depth = value
    return float(width), float(height), float(depth)
