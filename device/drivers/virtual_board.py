"""The modelled hardware of a virtual unit, as someone before it sees, hears and touches it."""

import base64
import hashlib
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from gpiozero.pins.mock import MockPWMPin
from PIL import Image

from broker.messages import SignState
from device.core.rules import GAMMA
from device.profile import Colour, Profile, SignColours

MANY_STATES = 1000
TONES_KEPT = 64
WOKEN_UP = b"\x5a\x00\xa5\x3c"
"""What stands in the memory of a panel that was plugged in again: anything but a picture."""

Light = tuple[float, float, float]
"""Red, green and blue as bright as the eye finds them, 0-1."""
Tone = tuple[int, float, int, float]
"""Its number, counted from 1; seconds, steady clock; hertz, 0 for silence; duty cycle 0-1."""


class _Bus(Protocol):
    def unplug(self) -> None: ...
    def replug(self, memory: bytes = b"") -> None: ...


class Glass(Protocol):
    """What is shown of a panel. `changed` is called, in any thread, after its memory changed."""

    changed: Callable[[], None]

    @property
    def contrast(self) -> int: ...
    @property
    def on(self) -> bool: ...
    @property
    def bus(self) -> _Bus: ...
    def picture(self) -> Image.Image: ...


class Pins(Protocol):
    """Mock pins by BCM number. `changed` is called, in any thread, after one of them changed."""

    changed: Callable[[MockPWMPin], None]

    def pin(self, name: int) -> MockPWMPin: ...


class VirtualBoard:
    """One unit as it is seen, heard and touched. `changed` is called, in any thread, after it may have changed."""

    def __init__(self, profile: Profile, pins: Pins, glass: Glass, counter: Glass | None) -> None:
        self.changed: Callable[[], None] = _nobody
        self._profile = profile
        self._pins = pins
        self._glasses = [glass] if counter is None else [glass, counter]
        self._plugged = True
        self._tones: deque[Tone] = deque(maxlen=TONES_KEPT)

    def attach(self) -> None:
        """From now on hear of every change."""
        for glass in self._glasses:
            glass.changed = self._told
        self._pins.changed = self._pin_changed

    def detach(self) -> None:
        """Hear of none any more."""
        for glass in self._glasses:
            glass.changed = _nobody
        self._pins.changed = _nobody
        self.changed = _nobody

    def look(self) -> dict[str, Any]:
        """All that the page draws: the telephonist's glass at the top level, `counter` the other one."""
        pins = self._profile.pins
        says, light = self._sign()
        return {
            **_seen(self._glasses[0]),
            "counter": _seen(self._glasses[1]) if len(self._glasses) > 1 else None,
            "lamp": max(light),
            "sign": {"kind": pins.sign_kind, "says": says, "light": [round(channel, 3) for channel in light]},
            "sounds": pins.buzzer is not None and self._pin(pins.buzzer).function == "output",
            "down": not self._pin(pins.button).state,
            "plugged": self._plugged,
        }

    def tones(self, after: int) -> list[Tone]:
        """What the buzzer did since tone number `after`, as far as it is remembered."""
        return [tone for tone in list(self._tones) if tone[0] > after]

    @property
    def last_tone(self) -> int:
        """The number of the newest tone; 0 before the first."""
        return self._tones[-1][0] if self._tones else 0

    def press(self, *, down: bool) -> None:
        """The contact closes to ground, or opens."""
        pin = self._pin(self._profile.pins.button)
        if down:
            pin.drive_low()
        else:
            pin.drive_high()

    def plug(self, *, plugged: bool) -> None:
        """Pull the telephonist's panel's plug, or put it back: its memory then holds what it happens to hold."""
        self._plugged = plugged
        if plugged:
            self._glasses[0].bus.replug(WOKEN_UP)
        else:
            self._glasses[0].bus.unplug()
        self._told()

    def _told(self) -> None:
        self.changed()

    def _pin_changed(self, pin: MockPWMPin) -> None:
        if pin.info.name == f"GPIO{self._profile.pins.buzzer}":
            duty = pin.state if pin.frequency else 0.0
            heard = (round(pin.frequency) if duty else 0, duty)
            if heard != ((0, 0.0) if not self._tones else self._tones[-1][2:]):
                self._tones.append((self.last_tone + 1, time.monotonic(), *heard))
        self._told()

    def _pin(self, number: int) -> MockPWMPin:
        pin = self._pins.pin(number)
        if len(pin.states) > MANY_STATES:
            pin.clear_states()  # the mock keeps a history of every change
        return pin

    def _sign(self) -> tuple[SignState, Light]:
        """What the sign says to who looks at it, and its light."""
        pins = self._profile.pins
        if pins.sign_kind == "rgb":
            assert pins.sign_green is not None, "a board file with an RGB sign has all three lines"
            assert pins.sign_blue is not None
            light = (self._bright(pins.sign), self._bright(pins.sign_green), self._bright(pins.sign_blue))
            return meant_by(light, self._profile.colours), light
        bright = self._bright(pins.sign)
        return ("lit" if bright else "dark"), (bright, bright, bright)

    def _bright(self, number: int) -> float:
        """How bright a line's light is to the eye, 0-1."""
        high = float(self._pin(number).state or 0.0)
        return float((high if self._profile.pins.sign_active_high else 1.0 - high) ** (1 / GAMMA))


def meant_by(light: Light, colours: SignColours) -> SignState:
    """The state that an RGB sign of these colours shows with this light; one that is off is dark."""
    if not any(light):
        return "dark"
    busy, share = _aside(light, colours.dark, colours.lit)
    unsure, _ = _aside(light, (0, 0, 0), colours.unsure)
    if unsure < busy:
        return "unsure"
    return "lit" if share > 0.02 else "dark"


def _aside(light: Light, one: Colour, other: Colour) -> tuple[float, float]:
    """How far `light` lies beside the fade from `one` to `other`, squared; and how far along it, 0-1."""
    start = [channel / 255 for channel in one]
    way = [channel / 255 - begin for channel, begin in zip(other, start, strict=True)]
    gone = [channel - begin for channel, begin in zip(light, start, strict=True)]
    length = sum(step * step for step in way)
    share = min(1.0, max(0.0, sum(a * b for a, b in zip(gone, way, strict=True)) / length)) if length else 0.0
    return sum((at - share * step) ** 2 for at, step in zip(gone, way, strict=True)), share


def _seen(glass: Glass) -> dict[str, Any]:
    """One glass. `bits`: rows from the top, eight pixels a byte, the leftmost in the top bit."""
    picture = glass.picture()
    bits = picture.tobytes()
    return {
        "width": picture.width,
        "height": picture.height,
        "bits": base64.b64encode(bits).decode(),
        "frame": hashlib.sha256(bits).hexdigest()[:12],
        "on": glass.on,
        "contrast": glass.contrast,
    }


def _nobody(*_: object) -> None:
    pass
