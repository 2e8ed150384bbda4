"""A desk unit on the virtual Pi, as its service, with someone's finger, a colleague's eyes and a host beside it."""

import base64
import itertools
import json
import pickle
import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from broker.messages import Board, Hello, Note
from device.core.pages import Page
from device.drivers.modelled_chips import ModelledChip
from device.glass.burn_in import STEP_S
from device.glass.draw import TURN_S, Moment, draw
from device.profile import Panel, Profile
from device.words import words_of
from tests.on_kernel.machine import Machine, MachineFault, read_from
from tests.on_kernel.parcel import VENV, WORKBENCH

UNIT = "balie-1"
SERVICE = "belbord-desk.service"
PASSWORD_FILE = "/etc/belbord/mqtt-password"
OUTBOX = "/var/lib/belbord-desk/outbox.sqlite3"
LANGUAGE = "nl"
READY = "ready"
PATIENCE_S = 15.0
"""Seconds, on its own clock, in which the emulated unit does what a Pi does at once."""
LOOK_EVERY_S = 0.05
LEAVES = 3

Train = list[tuple[float, str]]


class VirtualPi:
    """What a test may do to the unit and see of it. `profile`: the board file its service runs with."""

    def __init__(self, machine: Machine, profile: Profile) -> None:
        self._machine = machine
        self._numbers = itertools.count(1)
        self.profile = profile
        self.now_s = 0.0  # the machine's own steady clock, as of its last answer

    def unpack(self, password: str, now: float) -> None:
        """Install the parcel, and start the workbench, which plugs in header, bus, broker and host."""
        self._machine.say(f"date -s @{now:.0f} >/dev/null; tar -xf /dev/vdb -C / && echo unpacked")
        self._expect("unpacked")
        self.begin(password)

    def begin(self, password: str) -> None:
        """Start the workbench on a machine that has it already."""
        self._machine.say(f"exec {VENV}/bin/python {WORKBENCH}/workbench.py {password}")
        self._expect('{"id": 0, "answer": "at work"}')

    def _expect(self, line: str) -> None:
        heard = self._machine.hear()
        if heard != line:
            raise MachineFault(f"the virtual Pi says {heard!r}, meant is {line!r}")

    def ask(self, question: str, **arguments: Any) -> Any:
        """Ask the workbench; raises MachineFault with its words when it cannot."""
        number = next(self._numbers)
        self._machine.say(json.dumps({"id": number, "ask": question, "with": arguments}))
        answer = json.loads(self._machine.hear())
        if answer["id"] != number or "fault" in answer:
            raise MachineFault(f"{question}: {answer}")
        self.now_s = answer["now_s"]
        return answer["answer"]

    def run(self, command: str) -> str:
        """A shell command's words; raises MachineFault when it fails."""
        done = self.ask("run", command=command)
        if done["code"] != 0:
            raise MachineFault(f"`{command}` ends with {done['code']}: {done['words'].strip()}")
        return str(done["words"])

    def save(self, state: str) -> None:
        self._machine.save(state)

    def restore(self, state: str) -> None:
        self._machine.restore(state)

    # The sign.

    @property
    def lamp(self) -> int:
        """The level of the sign's line."""
        return int(self.ask("value", line=self.profile.pins.sign))

    def glow(self, for_s: float) -> float:
        """The share of the next seconds in which the sign's line is high."""
        return float(self.ask("glow", line=self.profile.pins.sign, for_s=for_s))

    # The button.

    def move_button(self, train: Iterable[tuple[float, str]]) -> None:
        self.ask("move", line=self.profile.pins.button, train=list(train))

    def press(self, for_s: float = 0.15) -> None:
        """Touch, and let go after so long, with a clean contact."""
        self.move_button([(0.0, "pull-down"), (for_s, "pull-up")])

    # The glass.

    def plug_panel(self, memory: bytes = b"") -> None:
        """Hang the panel on its bus: fresh from power-on, its RAM holding `memory` over and over."""
        self.ask("plug_panel", board=self.profile.name, memory=memory.hex())

    def unplug_panel(self) -> None:
        self.ask("unplug_panel")

    def shows(self, *pages: Page) -> bool:
        """Whether the glass is pixel for pixel what the product draws for one of `pages`."""
        picture = self._chip().picture().tobytes()
        return any(picture in self._drawn(page) for page in pages)

    def _chip(self) -> ModelledChip:
        """The chip as it is now; a display that is off makes a black picture, which no page is."""
        chip: ModelledChip = pickle.loads(base64.b64decode(self.ask("chip")))
        return chip

    def await_page(self, *pages: Page, within_s: float = PATIENCE_S) -> None:
        """Wait until the glass shows one of `pages`."""
        self.until(lambda: self.shows(*pages), f"the glass to show {pages[0]}", within_s)

    def _drawn(self, page: Page) -> set[bytes]:
        """The page as it looks now or looked a moment ago: it wanders against burn-in, and a long text has leaves."""
        return {
            _picture(page, self.profile.panel, shift, leaf)
            for shift in {self.now_s // STEP_S, (self.now_s - PATIENCE_S) // STEP_S}
            for leaf in range(LEAVES)
        }

    # The host.

    def show(self, board: Board) -> None:
        """The host has this board from now on, and repeats it at each hello."""
        self.ask("show", board=msgspec.to_builtins(board))

    def host(self, *, boards: bool = True, receipts: bool = True) -> None:
        """Whether it answers hellos with boards, and notes with receipts."""
        self.ask("speak", boards=boards, receipts=receipts)

    @property
    def hellos(self) -> list[Hello]:
        return msgspec.convert(self.ask("hellos"), list[Hello])

    @property
    def notes(self) -> list[Note]:
        """Every note message on the bus, repeats too."""
        return msgspec.convert(self.ask("notes"), list[Note])

    def notes_after_a_power_cut(self) -> list[str]:
        """The ids in the outbox of a unit whose power goes now."""
        image = self._machine.disk_after_a_power_cut()
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "outbox.sqlite3"
            for suffix in ("", "-wal"):
                Path(f"{copy}{suffix}").write_bytes(read_from(image, f"{OUTBOX}{suffix}"))
            with closing(sqlite3.connect(copy)) as outbox:
                return [note_id for (note_id,) in outbox.execute("SELECT id FROM note ORDER BY id")]

    # The service.

    def told_by_systemd(self, name: str) -> str:
        """What systemd says of the unit's service."""
        return self.run(f"systemctl show --value -p {name} {SERVICE}").strip()

    def wake_ups(self) -> Counter[str]:
        """How often each of the service's threads has slept and come back since it began, by thread id.

        Without the waits that only this bus costs: under "bus", below nought.
        """
        pid = self.told_by_systemd("MainPID")
        lines = self.run(f"grep -H ^voluntary /proc/{pid}/task/*/status").splitlines()
        counts = Counter({line.split("/")[4]: int(line.split()[-1]) for line in lines})
        counts["bus"] = -int(self.ask("asked_again"))
        return counts

    @property
    def journal(self) -> str:
        """What the service has logged since the machine started."""
        return self.run(f"journalctl --no-pager -o cat -u {SERVICE}")

    def until(self, true: Callable[[], bool], what: str, within_s: float = PATIENCE_S) -> None:
        """Wait for it, for so long on the machine's own clock; raises MachineFault with the service's last words."""
        self.ask("wait", for_s=0.0)
        deadline_s = self.now_s + within_s
        while not true():
            if self.now_s > deadline_s:
                last_words = self.journal[-2000:]
                raise MachineFault(
                    f"waited {within_s:.0f} s in vain for {what}\nThe service's last words:\n{last_words}"
                )
            self.ask("wait", for_s=LOOK_EVERY_S)

    def wait(self, for_s: float) -> None:
        """Let time pass on the machine's own clock: for what must not happen."""
        self.ask("wait", for_s=for_s)


@cache
def _picture(page: Page, panel: Panel, shift: float, leaf: int) -> bytes:
    moment = Moment((shift + 0.5) * STEP_S, (leaf + 0.5) * TURN_S)
    return draw(page, panel, words_of(LANGUAGE), moment).tobytes()


def bouncing(seed: int, *, down_s: float) -> Train:
    """A press with a bad contact: up to 20 ms of bounce at either end, each piece 0.1 to 3 ms long."""
    dice = random.Random(seed)
    train: Train = []
    for begins, settled in ((0.0, "pull-down"), (down_s, "pull-up")):
        other = "pull-up" if settled == "pull-down" else "pull-down"
        at_s = begins
        while at_s < begins + 0.017:
            train += [(at_s, settled), (at_s + dice.uniform(0.0001, 0.003), other)]
            at_s = train[-1][0] + dice.uniform(0.0001, 0.003)
        train.append((min(at_s, begins + 0.0199), settled))
    return train
