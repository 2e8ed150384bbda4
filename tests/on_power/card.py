"""A unit installed on a card that forgets what was not flushed: booted, pressed, cut, and booted again."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from broker.messages import Board, Caller, LineBoard
from device.core.pages import Margin, NoteShown
from device.profile import DEFAULT_BOARD, load_profile
from tests.on_kernel import machine
from tests.on_kernel.boards import LINE, office
from tests.on_kernel.machine import Machine, MachineFault
from tests.on_kernel.parcel import VENV, packed
from tests.on_kernel.set_up import set_up
from tests.on_kernel.virtual_pi import SERVICE, VirtualPi
from tests.on_power.volatile_disk import VolatileDisk

PASSWORD = "for-this-machine-alone"  # it has no network
BOOTS_WITHIN_S = 400.0
SENDS_WITHIN_S = 90.0
MOST_PRESSES = 12
NOTICED_AFTER_S = 0.4
"""For the unit to hear of the next caller before the press."""
FURTHEST_STEP = 12
"""A press makes four to eight writes and flushes; the power goes with one of the first so many after it."""


@contextmanager
def installed() -> Iterator[Path]:
    """The raw image of a card with the unit on it, set up as the installation page says; gone when the block ends."""
    machine.build()
    with tempfile.TemporaryDirectory(dir=machine.CACHE, prefix="card-") as folder:
        with machine.running(machine.boot(), parcel=packed(), state=machine.BOOTED) as running:
            pi = VirtualPi(running, load_profile(DEFAULT_BOARD))
            pi.unpack(PASSWORD, time.time())
            set_up(pi, PASSWORD)
            # Presses follow each other at once here; taking one back has tests of its own.
            pi.run(f"systemctl stop {SERVICE} && printf '[notes]\\nwithdraw_s = 0\\n' >>/etc/belbord/desk.toml && sync")
            card = running.disk_after_a_power_cut().rename(Path(folder) / "card.img")
        yield card


@dataclass
class Count:
    """What one cut came to. `shown`: callers of the notes that the glass said were kept; `found`: those that came back
    after it, one for each note id; `at_risk`: unflushed pages at the cut, of which `survived` had reached the card."""

    pressed: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)
    at_risk: int = 0
    survived: int = 0
    words: str = ""

    @property
    def lost(self) -> set[str]:
        """Shown as kept, and gone."""
        return self.shown - set(self.found)


def cuts(disk: VolatileDisk, dice: random.Random, count: int, prepare: str = "true") -> Iterator[Count]:
    """Press, cut, boot and count, `count` times. `prepare`: a command in the unit's machine, run before all."""
    last: Count | None = None
    for turn in range(count + 1):
        disk.power_on()
        with machine.booting(disk.drive) as running:
            pi = _begun(running, prepare if turn == 0 else "true")
            if last is not None:
                last.found = _sent_after_the_cut(pi)
                last.words = pi.run("dmesg --level=err,warn") + pi.journal
                yield last
            if turn < count:
                last = Count()
                _press_until_it_is_dark(pi, running, disk, dice, f"{turn:02}", last)
                last.at_risk, last.survived = disk.at_risk, disk.survived


def _begun(running: Machine, prepare: str) -> VirtualPi:
    running.say("echo I am $((40 + 2))")
    machine.until(lambda: "I am 42" in running.hear(BOOTS_WITHIN_S), within_s=BOOTS_WITHIN_S, what="the door to open")
    pi = VirtualPi(running, load_profile(DEFAULT_BOARD))
    pi.begin(PASSWORD)
    pi.plug_panel()
    pi.show(office())
    pi.run(f"{prepare} && sync && systemctl start {SERVICE}")
    return pi


def _sent_after_the_cut(pi: VirtualPi) -> list[str]:
    """The caller of each note that the unit still had, one for each id."""
    pi.until(lambda: pi.hellos and pi.hellos[-1].notes_waiting == 0, "the outbox to be empty", SENDS_WITHIN_S)
    notes = {note.id: note for note in pi.notes}
    return [note.caller.number or "" for note in notes.values() if note.caller is not None]


def _press_until_it_is_dark(
    pi: VirtualPi, running: Machine, disk: VolatileDisk, dice: random.Random, turn: str, count: Count
) -> None:
    """Note after note is kept, until the power goes in the middle of one; `count` learns what the glass said."""
    pi.host(receipts=False)
    calm = dice.randrange(1, 5)
    try:
        for number in range(MOST_PRESSES):
            caller = Caller(number=f"+3161234{turn}{number:02}", name=f"Beller {turn}-{number}")
            pi.show(_rings(caller))
            pi.wait(NOTICED_AFTER_S)
            if number == calm:
                disk.cut_after(dice.randrange(1, FURTHEST_STEP + 1), running.die)
            assert caller.number is not None
            count.pressed.add(caller.number)
            pi.press()
            pi.await_page(*_kept_pages(caller, number))
            count.shown.add(caller.number)
    except (MachineFault, OSError):
        if disk.powered:
            raise
    else:
        disk.cut(running.die)


def _rings(caller: Caller) -> Board:
    line = LineBoard(extension=LINE, state="ringing", for_s=0.0, caller=caller, queue="receptie", incoming=True)
    return office(waiting=1, longest_wait_s=20.0, line=line)


def _kept_pages(caller: Caller, before: int) -> list[NoteShown]:
    """However the glass may say that this note is kept, with `before` others that the host has not received."""
    return [
        NoteShown(Margin(line="ringing", sign=sign, unsent=unsent), caller, stage)
        for stage in ("kept", "sent")
        for sign in ("lit", "dark", "unsure")
        for unsent in (before, before + 1)
    ]


UNSYNCED = (
    f"sed -i 's/synchronous = FULL/synchronous = NORMAL/' {VENV}/lib/python3*/site-packages/device/drivers/"
    f"outbox_file.py && grep -q 'synchronous = NORMAL' {VENV}/lib/python3*/site-packages/device/drivers/outbox_file.py"
)
"""Makes the installed unit say "bewaard" before the card has been told to keep it."""
