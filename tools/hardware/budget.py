"""What the unit draws, computed from board and parts: milliamperes."""

from dataclasses import dataclass

from device.core.rules import SignKind
from device.profile import Profile
from tools.hardware.parts import PartsFile


@dataclass(frozen=True, slots=True)
class Load:
    """One user of a supply."""

    name: str
    current_ma: float


@dataclass(frozen=True, slots=True)
class Supply:
    """A supply with its users, all at once and at their highest, and what the design allows."""

    loads: tuple[Load, ...]
    allowed_ma: float

    @property
    def total_ma(self) -> float:
        return sum(load.current_ma for load in self.loads)


def pin_loads(profile: Profile, parts: PartsFile) -> tuple[Load, ...]:
    """The highest current through each line, at the instant it changes, as if the load were a short circuit."""
    limits, circuit = parts.limits, parts.circuit
    high_ma = limits.gpio_v * 1000
    loads = []
    if profile.pins.sign_kind == "relay":
        loads.append(Load("relay module's input, typical", 3.0))
    else:
        gate = high_ma / circuit.gate_resistor_ohm
        gates = 3 if profile.pins.sign_kind == "rgb" else 1
        name = f"gate through {circuit.gate_resistor_ohm} Ω, for a microsecond"
        loads += [Load(f"sign, {name}" if gates == 1 else f"sign {colour}, {name}", gate) for colour in "RGB"[:gates]]
    if profile.pins.buzzer is not None:
        buzzer = high_ma / circuit.buzzer_resistor_ohm
        loads.append(Load(f"buzzer through {circuit.buzzer_resistor_ohm} Ω, peak", buzzer))
    loads.append(Load("button, through the Pi's own pull-up", high_ma / limits.internal_pull_ohm))
    if profile.panel.bus == "i2c":
        loads += [Load(f"I2C {line}, held low", high_ma / limits.i2c_pull_up_ohm) for line in ("SDA", "SCL")]
    return tuple(loads)


def supply_3v3(profile: Profile, parts: PartsFile) -> Supply:
    """All that draws from 3.3 V: the panel with every pixel lit, and the lines."""
    panels = [Load("panel, every pixel lit", parts.module_of(profile.panel).current_ma)]
    if profile.counter is not None:
        panels.append(Load("counter's panel, every pixel lit", parts.module_of(profile.counter).current_ma))
    return Supply((*panels, *pin_loads(profile, parts)), parts.limits.rail_3v3_ma)


def strip_mm(parts: PartsFile) -> float:
    """Length of LED strip in the sign: a row behind each line of text, in whole cuts."""
    sign, cut = parts.sign, parts.circuit.strip_cut_mm
    per_row = (sign.width_mm - 2 * sign.margin_mm) // cut * cut
    return per_row * len(sign.lines)


def strip_ma(parts: PartsFile, kind: SignKind = "lamp") -> float:
    """Current of that strip at its full voltage; of an RGB one with all colours full."""
    circuit = parts.circuit
    watt = circuit.rgb_strip_w_per_m if kind == "rgb" else circuit.strip_w_per_m
    return strip_mm(parts) / 1000 * watt / circuit.strip_v * 1000


def gate_while_booting_v(parts: PartsFile) -> float:
    """The gate's voltage while the Pi boots and its line is pulled up from inside, the worst case."""
    limits, circuit = parts.limits, parts.circuit
    return (
        limits.gpio_v
        * circuit.pull_down_ohm
        / (circuit.pull_down_ohm + circuit.gate_resistor_ohm + limits.internal_pull_ohm)
    )
