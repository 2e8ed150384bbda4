"""What the core wants done. Imperative; the loop hands each to the driver that can."""

from dataclasses import dataclass

from broker.messages import Hello, Note, SignState
from device.core.notes import KeptNote
from device.core.pages import Page


@dataclass(frozen=True, slots=True)
class Keep:
    """Commit this revision of a note to the disk; answered by Committed or CommitFailed."""

    note: KeptNote


@dataclass(frozen=True, slots=True)
class Forget:
    """Remove the note from the disk, unless a newer revision than `rev` stands there."""

    id: str
    rev: int


@dataclass(frozen=True, slots=True)
class SayHello:
    hello: Hello


@dataclass(frozen=True, slots=True)
class SendNote:
    """Give the note to the broker; answered by NotePublished, or by nothing."""

    note: Note


@dataclass(frozen=True, slots=True)
class SetSign:
    """`state` is what the sign means, `glowing` how bright it is now, 0-1: it may fade, and in `unsure` it may wink."""

    state: SignState
    glowing: float


@dataclass(frozen=True, slots=True)
class Show:
    page: Page


@dataclass(frozen=True, slots=True)
class ShowCounter:
    """The second glass, which faces the counter."""

    page: Page


@dataclass(frozen=True, slots=True)
class Beep:
    """The buzzer sounds at `hertz` from now on, 0: is silent. `volume` 0-1."""

    hertz: int
    volume: float


@dataclass(frozen=True, slots=True)
class ReadClock:
    """Answered by ClockRead."""


@dataclass(frozen=True, slots=True)
class InstallUpdate:
    """Have this version of the program installed, None: the newest; answered by UpdateEnded, or by a new start."""

    version: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Leave the loop; the last effect there is."""


Effect = Keep | Forget | SayHello | SendNote | SetSign | Show | ShowCounter | Beep | ReadClock | InstallUpdate | Stop
