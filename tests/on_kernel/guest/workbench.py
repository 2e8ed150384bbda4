"""The tests' hands and eyes inside the virtual Pi: plugs header, panel, broker and host in, then does what it is asked.

A question is one JSON line on stdin, `{"id": 7, "ask": "value", "with": {"line": 18}}`; the answer is one on stdout,
`{"id": 7, "now_s": 61.2, "answer": 1}` or `{"id": 7, "now_s": 61.2, "fault": "..."}`, with this machine's clock.
"""

import base64
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import msgspec
from header import Header
from i2c_bus import I2CDevice, Wires
from stand_in_host import StandInHost

from broker import messages, mosquitto
from broker.names import unit_name
from device.drivers.modelled_chips import ModelledChip, chip_model
from device.panel import DISPLAY_OFF
from device.profile import load_profile

UNIT = "balie-1"
HOST = "host"
PORT = 1883


class ChipOnWires:
    """The product's model of the panel's chip, as an I2C chip."""

    def __init__(self, chip: ModelledChip) -> None:
        self.chip = chip

    def write(self, message: bytes) -> None:
        self.chip.receive(message)

    def read(self, count: int) -> bytes:
        return bytes([0 if self.chip.on else DISPLAY_OFF]) * count


class Workbench:
    """What the tests may ask. Each public method is a question; its arguments and answer are JSON."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._header = Header()
        self._wires = Wires()
        self._bus = I2CDevice(1, self._wires)
        self._chip = ChipOnWires(chip_model("ssd1306"))
        self._address = 0
        self._host: StandInHost | None = None

    def _plug_in(self, stack: ExitStack) -> None:
        self._header.plug()
        self._bus.plug()
        users = {HOST: self._password, UNIT: self._password}
        broker = stack.enter_context(mosquitto.running(users, host_user=HOST, port=PORT))
        self._host = StandInHost(broker.login(HOST), unit_name(UNIT))
        self._host.start()

    def run(self, command: str) -> dict[str, Any]:
        """A shell command's exit code and words."""
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, errors="replace")
        return {"code": done.returncode, "words": done.stdout + done.stderr}

    def wait(self, for_s: float) -> None:
        """Let time pass."""
        time.sleep(for_s)

    def value(self, line: int) -> int:
        """The level of a line."""
        return self._header.value(line)

    def glow(self, line: int, for_s: float) -> float:
        """The share of that time in which a line was high."""
        return self._header.share_high(line, for_s)

    def move(self, line: int, train: list[list[Any]]) -> None:
        """Move a line: each step is [seconds after the first, "pull-up" or "pull-down"]."""
        self._header.move(line, [(at_s, pull) for at_s, pull in train])

    def plug_panel(self, board: str, memory: str = "") -> None:
        """Hang the panel of a board file on the bus, its RAM holding the hex `memory` over and over."""
        panel = load_profile(board).panel
        self._chip = ChipOnWires(chip_model(panel.chip))
        self._chip.chip.power_on(bytes.fromhex(memory))
        self._address = panel.address
        self._wires.plugged[panel.address] = self._chip

    def unplug_panel(self) -> None:
        """Pull it out."""
        self._wires.plugged.pop(self._address, None)

    def asked_again(self) -> int:
        """How many of the unit's waits on the bus a real one would have spared it."""
        return self._bus.asked_again

    def chip(self) -> str:
        """The panel's chip with all its RAM and registers, pickled, in base 64."""
        return base64.b64encode(pickle.dumps(self._chip.chip)).decode()

    def show(self, board: dict[str, Any]) -> None:
        """The host has this board from now on."""
        self._office().show(msgspec.convert(board, messages.Board))

    def speak(self, boards: bool, receipts: bool) -> None:
        """Whether the host answers a hello with a board, and a note with a receipt."""
        self._office().silent = not boards
        self._office().receipts = receipts

    def hellos(self) -> Any:
        """Every hello since the start, oldest first."""
        return msgspec.to_builtins(self._office().hellos)

    def notes(self) -> Any:
        """Every note message since the start, oldest first."""
        return msgspec.to_builtins(self._office().notes)

    def _office(self) -> StandInHost:
        assert self._host is not None, "_plug_in() comes first"
        return self._host


def main() -> None:
    # Nothing but answers may come out at the door.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    bench = Workbench(password=sys.argv[1])
    with ExitStack() as stack:
        bench._plug_in(stack)
        answers.write(json.dumps({"id": 0, "answer": "at work"}) + "\n")
        for line in sys.stdin:
            question = json.loads(line)
            answers.write(
                json.dumps({"id": question["id"], "now_s": time.monotonic()} | _answer(bench, question)) + "\n"
            )


def _answer(bench: Workbench, question: dict[str, Any]) -> dict[str, Any]:
    ask: Callable[..., Any] = getattr(bench, question["ask"])
    try:
        return {"answer": ask(**question["with"])}
    except Exception as error:
        return {"fault": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
