"""A board file: which panel, which pins. `hardware/boards/*.toml` is the one truth, this its shape in the program."""

from dataclasses import dataclass
from typing import Literal

Chip = Literal["ssd1306", "sh1106", "ssd1309", "ssd1322"]
SignKind = Literal["lamp", "pwm", "relay"]


@dataclass(frozen=True, slots=True)
class Panel:
    """The glass. Lengths in millimetres, from the panel's datasheet; contrast 0-255."""

    chip: Chip
    width: int
    height: int
    pitch_mm: float
    reading_distance_mm: float
    bus: Literal["i2c", "spi"]
    bus_port: int
    address: int  # I2C address, or SPI chip select
    contrast: int = 127


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
