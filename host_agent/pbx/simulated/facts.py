"""The simulated office as values. All times are seconds on one monotonic clock that starts at zero."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

DOWN, RING, RINGING, UP = "0", "4", "5", "6"
"""Channel states (Asterisk, `channelstate.h`)."""
UNTOLD = "<unknown>"


@dataclass(frozen=True, slots=True)
class Channel:
    """One leg of a call, named as Asterisk names it. `connected`: number and name of the other side."""

    name: str
    uniqueid: str
    linkedid: str
    number: str
    person: str
    context: str
    exten: str
    priority: str
    state: str
    born_at: float
    connected: tuple[str, str] = (UNTOLD, UNTOLD)
    queue: str | None = None
    bridge: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """A desk phone. `answers_after_s`: a colleague picks up by herself, None: somebody else's hand must."""

    extension: str
    name: str
    answers_after_s: float | None = None

    @property
    def interface(self) -> str:
        return f"PJSIP/{self.extension}"


@dataclass(frozen=True, slots=True)
class QueueSetup:
    """One queue. `ringall` rings every free member, else one at a time."""

    name: str
    did: str
    hint: str
    ringall: bool = True
    ring_s: float = 15.0
    retry_s: float = 2.0
    service_level_s: int = 20


@dataclass(frozen=True, slots=True)
class Member:
    """A phone's membership of a queue (Asterisk: member). Times are Unix seconds, 0 is never."""

    queue: str
    extension: str
    paused: bool = False
    reason: str = ""
    calls_taken: int = 0
    last_call: int = 0
    last_pause: int = 0


@dataclass(frozen=True, slots=True)
class Temper:
    """How a caller behaves when nobody steers it: gives up at `gives_up_at`, talks for `talks_s` (None: forever)."""

    gives_up_at: float | None = None
    talks_s: float | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A caller in a queue."""

    call: str
    queue: str
    joined_at: float
    original_position: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A phone rings for a caller. `queue` None: passed on by `passed_by`, to whom it returns unanswered."""

    call: str
    leg: str
    extension: str
    since: float
    queue: str | None = None
    passed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A caller and a phone in conversation. `hold_s`: how long the caller waited in the queue."""

    call: str
    leg: str
    extension: str
    since: float
    bridge: str
    queue: str | None = None
    hold_s: int = 0
    held: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What a queue counted since the PBX started."""

    completed: int = 0
    abandoned: int = 0


@dataclass(frozen=True)
class Office:
    """Everything the simulated PBX knows. `epoch`: Unix seconds at clock zero; `started_at`: when the PBX came up."""

    epoch: float
    phones: tuple[Phone, ...]
    queues: tuple[QueueSetup, ...]
    members: tuple[Member, ...]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    tempers: Mapping[str, Temper] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    rings: tuple[Ring, ...] = ()
    talks: tuple[Talk, ...] = ()
    silent_until: Mapping[str, float] = field(default_factory=dict)  # call -> when it may ring phones again
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    started_at: float = 0.0
    made_channels: int = 0
    made_calls: int = 0

    def phone(self, extension: str) -> Phone | None:
        return next((phone for phone in self.phones if phone.extension == extension), None)

    def ring_at(self, extension: str) -> Ring | None:
        return next((ring for ring in self.rings if ring.extension == extension), None)

    def talk_at(self, extension: str) -> Talk | None:
        return next((talk for talk in self.talks if talk.extension == extension), None)

    def setup(self, queue: str) -> QueueSetup:
        return next(setup for setup in self.queues if setup.name == queue)

    def in_queue(self, queue: str) -> tuple[Waiting, ...]:
        return tuple(waiting for waiting in self.waiting if waiting.queue == queue)

    def unix(self, at: float) -> int:
        return int(self.epoch + at)


PhoneState = Literal["idle", "ringing", "in_use", "on_hold"]


def phone_state(office: Office, extension: str) -> PhoneState:
    """What the person at the phone would say it does."""
    talk = office.talk_at(extension)
    if talk:
        return "on_hold" if talk.held else "in_use"
    return "ringing" if office.ring_at(extension) else "idle"


def is_free(office: Office, member: Member) -> bool:
    """Whether the queue may ring this member (`ringinuse=no`)."""
    return not member.paused and phone_state(office, member.extension) == "idle"


def the_office(epoch: float) -> Office:
    """Reception with two phones, service with one, and a colleague who never picks up."""
    return Office(
        epoch=epoch,
        phones=(
            Phone("100", "Telefonist"),
            Phone("101", "Telefonist 2", answers_after_s=4.0),
            Phone("201", "Anouk Bakker", answers_after_s=6.0),
            Phone("202", "Sanne Visser"),
        ),
        queues=(
            QueueSetup("receptie", "0201112200", "*98100"),
            QueueSetup("service", "0201112201", "*98200", ringall=False, ring_s=10.0, retry_s=3.0, service_level_s=30),
        ),
        members=(
            Member("receptie", "100"),
            Member("receptie", "101", paused=True, reason="Lunch"),
            Member("service", "201"),
        ),
    )
