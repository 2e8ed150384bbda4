"""What can happen in the simulated office, as values."""

from dataclasses import dataclass, field

from host_agent.pbx.simulated.facts import Temper
from host_agent.pbx.simulated.people import Person


@dataclass(frozen=True, slots=True)
class CallerRings:
    """Somebody outside rings and joins `queue`."""

    person: Person
    queue: str = "receptie"
    temper: Temper = field(default_factory=Temper)


@dataclass(frozen=True, slots=True)
class Answer:
    """The person at `extension` picks up."""

    extension: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """The person at `extension` puts the receiver down."""

    extension: str


@dataclass(frozen=True, slots=True)
class CallerHangsUp:
    """The caller, named by its channel's Uniqueid, hangs up: waiting, ringing or talking."""

    call: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The person at `extension` puts the caller on hold, or takes it back."""

    extension: str
    held: bool


@dataclass(frozen=True, slots=True)
class Transfer:
    """The person at `extension` passes the caller on to a colleague and leaves (a blind transfer)."""

    extension: str
    to: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The member at `extension` pauses in every queue, or comes back."""

    extension: str
    paused: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimePasses:
    """Nothing but time: rings end, colleagues answer, callers lose patience."""


Action = CallerRings | Answer | HangUp | CallerHangsUp | Hold | Transfer | Pause | TimePasses
