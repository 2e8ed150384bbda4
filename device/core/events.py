"""What happened, told to the core. Past tense; each carries `at`, seconds on CLOCK_BOOTTIME.

CLOCK_BOOTTIME (clock_gettime(2)) never jumps and counts time asleep too, so an age reckoned with it is never too small.
"""

from dataclasses import dataclass
from typing import Literal

from broker.messages import Board, Command, Receipt
from device.core.notes import KeptNote
from device.core.rules import Rules


@dataclass(frozen=True, slots=True)
class Started:
    """The first event. `boot`: 16 hex digits that change with each boot. `seed`: 32 secret random bytes."""

    at: float
    boot: str
    seed: bytes


@dataclass(frozen=True, slots=True)
class Tick:
    """The moment that `deadlines.next_wake` named has come, or the loop woke for another reason."""

    at: float


@dataclass(frozen=True, slots=True)
class Edge:
    """The button's contact closed (`down`) or opened. `clock`: the wall clock then, Unix seconds, maybe wrong."""

    at: float
    down: bool
    clock: float


Via = Literal["mqtt", "serial"]
"""Which link: a unit may have both, and is glad of either."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The host's messages can reach us; ours the broker, or by the cable the host."""

    at: float
    via: Via = "mqtt"


@dataclass(frozen=True, slots=True)
class LinkDown:
    at: float
    via: Via = "mqtt"


@dataclass(frozen=True, slots=True)
class BoardArrived:
    at: float
    board: Board


@dataclass(frozen=True, slots=True)
class ReceiptArrived:
    at: float
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class CommandArrived:
    at: float
    command: Command


@dataclass(frozen=True, slots=True)
class NotePublished:
    """The broker has taken a note over (PUBACK). It proves nothing about the host."""

    at: float
    id: str
    rev: int


@dataclass(frozen=True, slots=True)
class OutboxLoaded:
    """All that the outbox held when it was opened; may come again after storage was away."""

    at: float
    notes: tuple[KeptNote, ...]


@dataclass(frozen=True, slots=True)
class Committed:
    """Revision `rev` of a note is on the disk, synced."""

    at: float
    id: str
    rev: int


@dataclass(frozen=True, slots=True)
class CommitFailed:
    """Revision `rev` of a note is not on the disk and will not be."""

    at: float
    id: str
    rev: int


@dataclass(frozen=True, slots=True)
class StorageFault:
    """The outbox cannot be written (`lasting`), or a damaged one was set aside and a new one made."""

    at: float
    lasting: bool


@dataclass(frozen=True, slots=True)
class StorageWell:
    at: float


@dataclass(frozen=True, slots=True)
class PanelFault:
    """The glass does not answer. `part`: `missing` when it never did."""

    at: float
    part: Literal["missing", "fault"] = "fault"


@dataclass(frozen=True, slots=True)
class PanelWell:
    at: float


@dataclass(frozen=True, slots=True)
class ClockRead:
    """The wall clock, local time: `weekday` (Monday 0) and `second` of the day. `known`: it is known to be right."""

    at: float
    known: bool
    weekday: int
    second: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What the unit found of its own body, about once a minute; None where it cannot tell. See messages.Health."""

    at: float
    temperature_c: float | None = None
    disk_free_mb: int | None = None
    wifi_dbm: int | None = None
    undervolted: bool | None = None
    resets: int | None = None


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """The config was read again: the unit lives by these rules from now on."""

    at: float
    rules: Rules


@dataclass(frozen=True, slots=True)
class UpdateEnded:
    """An update that was asked for has ended, and this program still runs: there was nothing newer, or it failed."""

    at: float


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The program is asked to end: farewell, dark sign, and the loop leaves."""

    at: float


Event = (
    Started | Tick | Edge | LinkUp | LinkDown | BoardArrived | ReceiptArrived | CommandArrived | NotePublished
    | OutboxLoaded | Committed | CommitFailed | StorageFault | StorageWell | PanelFault | PanelWell | ClockRead
    | Measured | UpdateEnded | RulesChanged | StopAsked
)  # fmt: skip
