"""What the loop asks of the world. Drivers fit these shapes; none of these calls may block or raise."""

from queue import SimpleQueue
from typing import Literal, Protocol, runtime_checkable

from broker.messages import Hello, Note, SignState
from device.core.events import Event
from device.core.notes import KeptNote
from device.core.pages import Page

PULSE_S = 20.0
"""A thread that waits for work wakes this often, so that a hung one can be told from an idle one."""

Inbox = SimpleQueue[Event]
"""The one way in: each driver puts its events here, stamped with `boottime()` when they happened."""


class Screen(Protocol):
    def show(self, page: Page) -> None:
        """Draw `page` soon; a newer page replaces one not yet drawn."""


@runtime_checkable
class Glass(Screen, Protocol):
    """A screen that is lit and read."""

    def dim(self, ceiling: Literal["full", "dim", "off"]) -> None:
        """Be no brighter than this."""

    def speak(self, language: str) -> None:
        """Show everything in this language from now on."""


class Sign(Protocol):
    def set(self, state: SignState, *, glowing: float) -> None:
        """Make the sign so bright, 0-1; `state` is for signs that can say more."""


class Buzzer(Protocol):
    def beep(self, hertz: int, volume: float) -> None:
        """Sound from now on; 0 Hz: be silent."""


class WallClock(Protocol):
    def read(self) -> None:
        """Put ClockRead in the inbox."""


class Updates(Protocol):
    def install(self, version: str | None) -> None:
        """Ask for this version of the program, None: the newest; UpdateEnded follows if this one still runs then."""


class Outbox(Protocol):
    def keep(self, note: KeptNote) -> None:
        """Commit `note`, then put Committed or CommitFailed in the inbox."""

    def forget(self, note_id: str, rev: int) -> None:
        """Remove the note unless a newer revision than `rev` stands there."""


class Link(Protocol):
    def say_hello(self, hello: Hello) -> None:
        """Send it when connected, else drop it: an old nonce is worth nothing."""

    def send_note(self, note: Note) -> None:
        """Send it when connected, else drop it: the core sends it again."""


@runtime_checkable
class Worker(Protocol):
    """A driver with a thread that must come round, whether or not there is work."""

    @property
    def alive_at(self) -> float:
        """When its thread last came round, seconds on CLOCK_BOOTTIME; it does so every `PULSE_S` at least."""


class Watchdog(Protocol):
    def ready(self) -> None:
        """The unit is at work."""

    def beat(self) -> None:
        """The loop went round. Cheap: called at each turn."""

    def stopping(self) -> None:
        """The unit is about to end."""

    @property
    def interval_s(self) -> float | None:
        """Seconds within which a beat must come, None when nobody watches."""
