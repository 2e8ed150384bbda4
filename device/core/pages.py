"""What the glass says, as values: one page at a time, no pixels, no words of a language.

`core/face.py` chooses the page; `glass/` draws it. Two equal pages look the same, so the screen is only
sent what differs. Whole seconds and minutes, so that a page changes no more often than its picture does.
"""

from dataclasses import dataclass, field
from typing import Literal

from broker.messages import Caller, LineState, Part, SignState
from device.core.first_page import Starting as Starting

Stage = Literal["saving", "kept", "sent", "received", "withdrawn"]
"""A note's honest states: only after the commit "kept" (bewaard), "sent" (verzonden), host's receipt "received"."""

Refusal = Literal["full", "storage"]
MenuItem = Literal["sign_on", "sign_off", "help", "pause", "difficult_call", "nothing"]


@dataclass(frozen=True, slots=True)
class Tally:
    """The two numbers that matter. None is unknown and drawn as a dash, never as zero."""

    waiting: int | None
    longest_wait_s: int | None


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands small on every page of a working day."""

    line: LineState = "unknown"
    sign: SignState = "unsure"
    sign_minutes_left: int | None = None  # set by hand: how long still
    unsent: int = 0  # notes the host has not yet received
    open: int = 0
    overdue: int = 0
    fault: Literal["glass", "storage", "button"] | None = None


@dataclass(frozen=True, slots=True)
class NoHost:
    """No board was ever received since the start, and starting takes longer than it should."""

    margin: Margin
    for_s: int


@dataclass(frozen=True, slots=True)
class DataOld:
    """The newest board is too old to believe. `for_s`: how long ago it was true. The last tally is not repeated."""

    margin: Margin
    for_s: int


@dataclass(frozen=True, slots=True)
class PbxAway:
    """The host is there, its PBX is not."""

    margin: Margin
    for_s: int | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nobody waits and the line is at rest. The tally is shown too: zero, or unknown."""

    tally: Tally
    margin: Margin


@dataclass(frozen=True, slots=True)
class CallersWait:
    """Somebody waits; the line is at rest."""

    tally: Tally
    margin: Margin


@dataclass(frozen=True, slots=True)
class Ringing:
    """The telephonist's line rings."""

    tally: Tally
    margin: Margin
    caller: Caller | None
    queue: str | None = None  # label of the queue the call came through
    dialled: str | None = None


@dataclass(frozen=True, slots=True)
class Talking:
    """In conversation. `for_s` None: since when is unknown."""

    tally: Tally
    margin: Margin
    caller: Caller | None
    for_s: int | None
    held: bool = False
    queue: str | None = None


@dataclass(frozen=True, slots=True)
class NoteShown:
    """What the press kept, and how far it has come. `withdraw_s`: seconds in which a press takes it back."""

    margin: Margin
    caller: Caller | None
    stage: Stage
    withdraw_s: int | None = None
    colleague: str | None = None


@dataclass(frozen=True, slots=True)
class NoteRefused:
    """The press was not kept, and why."""

    margin: Margin
    reason: Refusal


@dataclass(frozen=True, slots=True)
class HoldMenu:
    """The walk while the button is held: letting go takes `items[chosen]`. `progress` 0-10 fills its second."""

    items: tuple[MenuItem, ...]
    chosen: int
    progress: int


@dataclass(frozen=True, slots=True)
class ColleagueSilent:
    """A call passed on rings unanswered; a press keeps a note for that colleague."""

    margin: Margin
    colleague: str
    caller: Caller | None
    ringing_s: int


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Open and overdue callback notes, shown now and then while it is quiet."""

    margin: Margin


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of text from the host."""

    margin: Margin
    text: str


@dataclass(frozen=True, slots=True)
class Identifying:
    """Flash, so that a person finds this unit."""

    unit: str
    bright: bool


@dataclass(frozen=True, slots=True)
class HardwareFault:
    """Something on the unit itself needs a person."""

    margin: Margin
    part: Literal["storage", "button"]
    state: Part = "fault"


@dataclass(frozen=True, slots=True)
class OutOfHours:
    """The office is closed; `until` is a clock text such as "08:30", None when unknown.

    `weekday` (Monday 0) is set when that is not today or tomorrow.
    """

    margin: Margin = field(default_factory=Margin)
    until: str | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Updating:
    """Shown while the program is replaced or shut down: the farewell picture."""

    stopping: bool = False


@dataclass(frozen=True, slots=True)
class CounterBusy:
    """For the counter: no time now. `waiting`: at most 10, which is "10 or more"; `minutes`: of the longest wait."""

    waiting: int | None
    minutes: int | None


@dataclass(frozen=True, slots=True)
class CounterFree:
    """For the counter: come in."""


@dataclass(frozen=True, slots=True)
class CounterUnsure:
    """For the counter: it is not known how busy it is."""


@dataclass(frozen=True, slots=True)
class CounterClosed:
    """For the counter: closed, until when as in `OutOfHours`."""

    until: str | None = None
    weekday: int | None = None


Page = (
    Starting | NoHost | DataOld | PbxAway | Quiet | CallersWait | Ringing | Talking | NoteShown | NoteRefused
    | HoldMenu | ColleagueSilent | Callbacks | Notice | Identifying | HardwareFault | OutOfHours | Updating
    | CounterBusy | CounterFree | CounterUnsure | CounterClosed
)  # fmt: skip
