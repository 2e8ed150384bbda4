"""What is wrong with a unit, from facts that were looked up: each cause in a line, with the remedy. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from broker.findings import BrokerFact, Finding, of_broker

LITTLE_MB = 50
Access = Literal["well", "absent", "denied"]
BusAnswer = Literal["well", "absent", "denied", "no_answer", "unknown"]


@dataclass(frozen=True)
class DeviceFact:
    """A device file: can this user open it?"""

    path: str
    access: Access


@dataclass(frozen=True)
class PanelFact:
    """The panel's bus, and whether something answers at `address` (I2C only; else `unknown`)."""

    path: str
    address: int | None
    answer: BusAnswer


@dataclass(frozen=True)
class StateFact:
    """Where the outbox lives. `outbox`: what SQLite says of it, empty when all is well or there is none yet."""

    path: str
    writable: bool
    free_mb: int
    outbox: str = ""


@dataclass(frozen=True)
class DeskFacts:
    """All that was looked up. What a unit does not have is None."""

    state: StateFact
    clock_is_set: bool
    broker: BrokerFact | None = None
    pins: DeviceFact | None = None
    panel: PanelFact | None = None
    cable: DeviceFact | None = None


def diagnose(facts: DeskFacts) -> tuple[Finding, ...]:
    """A line for each part, good or not."""
    return tuple(_findings(facts))


def _findings(facts: DeskFacts) -> Iterator[Finding]:
    yield _state(facts.state)
    if facts.pins is not None:
        yield _device(facts.pins, "pins", "gpio", "is this a Pi, and gpiozero's chip there? Look with `gpiodetect`")
    if facts.panel is not None:
        yield _panel(facts.panel)
    if facts.cable is not None:
        yield _device(facts.cable, "serial port", "dialout", "is the cable in, and is serial.port its stable name?")
    if facts.broker is not None:
        yield of_broker(facts.broker)
    yield (
        Finding("clock is set")
        if facts.clock_is_set
        else Finding("clock is not set", "is systemd-timesyncd running, and can it reach a time server?")
    )


def _state(state: StateFact) -> Finding:
    where = f"outbox in {state.path}"
    if not state.writable:
        return Finding(f"{where} cannot be written", "make the folder the unit's own, or is the card read-only now?")
    if state.outbox:
        return Finding(
            f"{where} is damaged ({state.outbox})", "the unit sets it aside at its next start; replace the card"
        )
    if state.free_mb < LITTLE_MB:
        return Finding(
            f"{where} has {state.free_mb} MB left", "make room on the card: notes are refused when it is full"
        )
    return Finding(f"{where} can be written, {state.free_mb} MB free")


def _device(device: DeviceFact, what: str, group: str, absent: str) -> Finding:
    match device.access:
        case "well":
            return Finding(f"{what} {device.path}")
        case "denied":
            return Finding(f"{what} {device.path}: no permission", f"add the user to the group {group}")
        case "absent":
            return Finding(f"{what} {device.path}: not there", absent)


def _panel(panel: PanelFact) -> Finding:
    at = "" if panel.address is None else f" at {panel.address:#x}"
    what = f"glass on {panel.path}{at}"
    bus = "i2c" if panel.address is not None else "spi"
    match panel.answer:
        case "well" | "unknown":
            return Finding(what + ("" if panel.answer == "well" else " (this bus cannot be asked)"))
        case "absent":
            return Finding(
                f"{what}: no such bus", f"set `dtparam={bus}{'_arm' if bus == 'i2c' else ''}=on` in config.txt"
            )
        case "denied":
            return Finding(f"{what}: no permission", f"add the user to the group {bus}")
        case "no_answer":
            return Finding(f"{what}: nothing answers", "check its four wires, and the address with `i2cdetect -y`")
