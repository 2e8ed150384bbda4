"""Pins straight from the kernel's GPIO character device, through libgpiod, for gpiozero.

One thread sleeps in poll(2) until the kernel has an edge, and each edge carries the kernel's own time: an idle unit is
never woken, and a spike stays as short as it was however busy this process is. Lines are on or off; for pulses see
`device.drivers.pins.able_to_pulse`.
"""

import logging
import os
import select
import threading
from pathlib import Path
from typing import Any

import gpiod
from gpiod.line import Bias, Clock, Direction, Edge, Value
from gpiozero import GPIOZeroError
from gpiozero.exc import (
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinSetInput,
)
from gpiozero.pins.local import LocalPiFactory, LocalPiPin

from device.gpio_chip import DEVICES, LineTaken, header_chip, request_line

log = logging.getLogger(__name__)

_PULLS = {"up": Bias.PULL_UP, "down": Bias.PULL_DOWN, "floating": Bias.DISABLED}
_EDGES = {"both": Edge.BOTH, "rising": Edge.RISING, "falling": Edge.FALLING, "none": Edge.NONE}


class LineFault(GPIOZeroError):  # type: ignore[misc]  # noqa: N818  # no types; says what happened
    """A line cannot be had; the text names who has it, and the remedy."""


class KernelPin(LocalPiPin):  # type: ignore[misc]  # gpiozero has no types
    """One line of the header: asked of the kernel at its first use, given back by `close`. Raises LineFault, OSError.

    gpiozero makes these. Its `when_changed` gets the kernel's time of each edge as `ticks`.
    """

    def __init__(self, factory: "KernelFactory", info: Any) -> None:
        super().__init__(factory, info)
        self._lines: gpiod.LineRequest | None = None
        self._exclusive = threading.Lock()  # libgpiod's objects are not for two threads at a time
        self._function_is = "input"
        self._pull_is = "floating"
        self._edges_are = "both"
        self._watched = False
        self._thread: threading.Thread | None = None
        self._stop = -1

    def close(self) -> None:
        """Give the line back."""
        self.when_changed = None
        if self._lines is not None:
            self._lines.release()
            self._lines = None

    def output_with_state(self, state: float) -> None:
        self._function_is = "output"
        self._settle(Value(int(bool(state))))

    def input_with_pull(self, pull: str) -> None:
        self._function_is = "input"
        self._set_pull(pull)

    def _settle(self, value: Value = Value.INACTIVE) -> None:
        """Let the line be as wished; an output has `value` from the first moment."""
        settings = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=value)
        if self._function_is == "input":
            settings = gpiod.LineSettings(
                direction=Direction.INPUT,
                bias=_PULLS[self._pull_is],
                edge_detection=_EDGES[self._edges_are] if self._watched else Edge.NONE,
                event_clock=Clock.MONOTONIC,  # as LocalPiFactory.ticks()
            )
        with self._exclusive:
            if self._lines is None:
                self._lines = self.factory.line(self._number, settings)
            else:
                self._lines.reconfigure_lines({self._number: settings})

    def _requested(self) -> gpiod.LineRequest:
        if self._lines is None:
            self._settle()
        assert self._lines is not None, "_settle asks for it"
        return self._lines

    def _get_function(self) -> str:
        return self._function_is

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction(f"invalid function {value!r} for pin {self!r}")
        self._function_is = value
        self._settle()

    def _get_state(self) -> bool:
        lines = self._requested()
        with self._exclusive:
            return lines.get_value(self._number) is Value.ACTIVE

    def _set_state(self, value: float) -> None:
        if self._function_is == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        lines = self._requested()
        with self._exclusive:
            lines.set_value(self._number, Value(int(bool(value))))

    def _get_pull(self) -> str:
        return self._pull_is

    def _set_pull(self, value: str) -> None:
        if self._function_is != "input":
            raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
        if self.info.pull not in (value, ""):
            raise PinFixedPull(f"{self!r} has a physical pull-{self.info.pull} resistor")
        if value not in _PULLS:
            raise PinInvalidPull(f"invalid pull {value!r} for pin {self!r}")
        self._pull_is = value
        self._settle()

    def _get_bounce(self) -> None:
        return None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None:
            raise PinInvalidBounce("these pins leave bouncing to core/gestures")

    def _get_edges(self) -> str:
        return self._edges_are

    def _set_edges(self, value: str) -> None:
        if value not in _EDGES:
            raise PinInvalidEdges(f"invalid edges {value!r} for pin {self!r}")
        self._edges_are = value
        if self._watched:
            self._settle()

    def _enable_event_detect(self) -> None:
        lines = self._requested()
        self._watched = True
        self._settle()
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._watch, args=(lines, self._stop), name="pins", daemon=True)
        self._thread.start()

    def _disable_event_detect(self) -> None:
        thread, self._thread, self._watched = self._thread, None, False
        if thread is None:
            return
        os.eventfd_write(self._stop, 1)
        # gpiozero also ends the watch from within, when nobody is left to be told.
        if thread is not threading.current_thread():
            thread.join()
        self._settle()

    def _watch(self, lines: gpiod.LineRequest, stop: int) -> None:
        """Tell of each edge until `stop` can be read."""
        poller = select.poll()
        poller.register(stop, select.POLLIN)
        poller.register(lines.fd, select.POLLIN)
        while stop not in (ready := dict(poller.poll())):
            if not ready[lines.fd] & select.POLLIN:
                log.error("%r: the kernel has taken this line away; start the unit again", self)
                poller.unregister(lines.fd)
                continue
            with self._exclusive:
                edges = lines.read_edge_events()
            for edge in edges:
                rose = edge.event_type is gpiod.EdgeEvent.Type.RISING_EDGE
                self._call_when_changed(edge.timestamp_ns / 1e9, rose)
        os.close(stop)


class KernelFactory(LocalPiFactory):  # type: ignore[misc]  # gpiozero has no types
    """The lines of the 40-pin header, by BCM number. `devices`: where GPIO chips are looked for.

    Raises UnitFault when the header's chip is not there or may not be used.
    """

    def __init__(self, devices: Path = DEVICES) -> None:
        super().__init__()
        self.pin_class = KernelPin
        # LocalPiFactory shares its own with lgpio's, and the kernel knows better who has a line.
        self.pins: dict[Any, KernelPin] = {}
        self._chip: gpiod.Chip | None = header_chip(devices)

    def close(self) -> None:
        """Give all lines back."""
        super().close()
        if self._chip is not None:
            self._chip.close()
            self._chip = None

    def line(self, number: int, settings: gpiod.LineSettings) -> gpiod.LineRequest:
        """Line `number` for this process alone. Raises LineFault, OSError."""
        assert self._chip is not None, "the factory is open"
        try:
            return request_line(self._chip, number, settings)
        except LineTaken as taken:
            raise LineFault(str(taken)) from None
