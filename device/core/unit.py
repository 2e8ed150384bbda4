"""All that a unit knows, as one value. `step` makes the next one from it."""

from dataclasses import dataclass, field
from typing import Literal

from broker.messages import Caller, NoteKind, Part
from device.core.events import Measured, Via
from device.core.freshness import DatedBoard, SentNonce
from device.core.gestures import Button
from device.core.notes import Entry, KeptNote
from device.core.pages import Page, Refusal, Stage
from device.core.rules import Rules
from device.core.sign import ByHand, Sign


@dataclass(frozen=True, slots=True)
class LastCaller:
    """Who was last on the line, and when this was last seen."""

    caller: Caller
    queue: str | None
    line: str
    seen_at: float


@dataclass(frozen=True, slots=True)
class Take:
    """The press will keep a note of this."""

    kind: NoteKind = "callback"
    caller: Caller | None = None
    queue: str | None = None
    line: str | None = None
    colleague: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The press will take this note, the one on the glass, back."""

    note: KeptNote


Intent = Take | Withdraw


@dataclass(frozen=True, slots=True)
class NoteOnGlass:
    """The note of the last press: shown until `until`, taken back by a press before `withdraw_until`."""

    note: KeptNote
    stage: Stage
    until: float
    withdraw_until: float


@dataclass(frozen=True, slots=True)
class RefusedOnGlass:
    reason: Refusal
    until: float


@dataclass(frozen=True, slots=True)
class NoticeOnGlass:
    text: str
    until: float


@dataclass(frozen=True, slots=True)
class FaultOnGlass:
    part: Literal["storage", "button"]
    until: float


@dataclass(frozen=True, slots=True)
class Unit:
    """One desk unit. `now`: the time of the last event, seconds on CLOCK_BOOTTIME."""

    name: str
    version: str
    rules: Rules = field(default_factory=Rules)

    now: float = 0.0
    started_at: float | None = None
    boot: str = "0" * 16
    seed: bytes = b""
    drawn: int = 0  # how many nonces and ids were drawn from the seed
    stopping: bool = False
    can_update: bool = False  # somebody here installs what the host asks for
    went_back_from: str = ""
    updating_until: float = float("-inf")

    links: frozenset[Via] = frozenset()  # those that are up
    hello_due: float = 0.0
    hello_sign: str | None = None  # the state of the sign in the last hello
    nonces: tuple[SentNonce, ...] = ()
    board: DatedBoard | None = None

    last_caller: LastCaller | None = None
    offer_taken: tuple[str, str | None] | None = None  # colleague and extension
    entries: tuple[Entry, ...] = ()

    button: Button = field(default_factory=Button)
    press_clock: float = 0.0
    intent: Intent | None = None

    closed: bool = False  # out of opening hours, by a clock that is known to be right
    opens: str | None = None
    opens_on: int | None = None  # weekday, when that is neither today nor tomorrow
    quiet: bool = False
    clock_due: float | None = None

    by_hand: ByHand | None = None
    sign: Sign = field(default_factory=Sign)
    lamp: tuple[str, float] | None = None  # the last SetSign

    glass: Part = "ok"
    storage: Part = "ok"
    stuck: bool = False
    measured: Measured | None = None

    note_on_glass: NoteOnGlass | None = None
    refused_on_glass: RefusedOnGlass | None = None
    notice: NoticeOnGlass | None = None
    fault_on_glass: FaultOnGlass | None = None
    identify_until: float = float("-inf")
    playing: tuple[tuple[int, float], ...] = ()  # notes of the buzzer: hertz, and until when
    has_counter: bool = False
    counter: Page | None = None  # what the second glass shows
    counter_until: float | None = None
    shown: Page | None = None
    page_until: float | None = None  # when the page changes next by time alone

    @property
    def link_up(self) -> bool:
        """Whether any link is up. What is said goes over each that is: the host keeps a note once by its id."""
        return bool(self.links)
