"""What a PBX told, in words of no particular PBX, in the past tense. `at` is the host's monotonic clock in seconds."""

from dataclasses import dataclass

from host_agent.core.agents import Agent
from host_agent.core.callers import Party, RingingTransfer, WaitingCaller
from host_agent.core.lines import LineFacts


@dataclass(frozen=True, slots=True)
class PbxConnected:
    """The link stands, the PBX let us in; nothing is known until a snapshot (link state `starting`)."""

    at: float


@dataclass(frozen=True, slots=True)
class PbxAway:
    """The link is gone or silent; all is unknown until a new snapshot. `reason` is for the log, in English."""

    at: float
    reason: str


@dataclass(frozen=True, slots=True)
class PbxHeard:
    """The PBX gave a sign of life and nothing else."""

    at: float


@dataclass(frozen=True, slots=True)
class QueueSeen:
    """One queue in a snapshot: `waiting` as the PBX counts it, `callers` in order, all `agents` it listed."""

    name: str
    waiting: int
    callers: tuple[WaitingCaller, ...] = ()
    agents: tuple[Agent, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotTaken:
    """The PBX listed its queues. `whole`: all of them, with all agents; else only what is listed is news."""

    at: float
    queues: tuple[QueueSeen, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class CallerJoined:
    """A caller went into a queue. `waiting` is the PBX's count after it; `position` is from 1, None when not told."""

    at: float
    queue: str
    caller: WaitingCaller
    waiting: int
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """A caller is no longer in the queue, whatever the reason. `waiting` is the PBX's count after it."""

    at: float
    queue: str
    call: str
    waiting: int


@dataclass(frozen=True, slots=True)
class CallerDated:
    """It became known better since when a caller waits."""

    at: float
    queue: str
    call: str
    joined_at: float


@dataclass(frozen=True, slots=True)
class CallerAbandoned:
    """A caller gave up waiting and hung up. Not sent for one who went on to another queue or person."""

    at: float
    queue: str
    call: str
    party: Party
    waited_s: float | None


@dataclass(frozen=True, slots=True)
class CallerUnanswered:
    """An outsider's call ended, and nobody of the office had spoken with them. `call` as in `CallerAbandoned`.

    Sent after that for who gave up waiting, and also for who was never in a queue: closed, or nobody picked up.
    """

    at: float
    call: str
    party: Party


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent of a queue is new, or its state, pause or name changed."""

    at: float
    queue: str
    agent: Agent


@dataclass(frozen=True, slots=True)
class AgentRemoved:
    """An agent is no longer in a queue. `agent` as in `Agent.agent`."""

    at: float
    queue: str
    agent: str


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A line is new, or its state or caller changed."""

    at: float
    line: LineFacts


@dataclass(frozen=True, slots=True)
class LineRemoved:
    """A line no longer exists under this extension."""

    at: float
    extension: str


@dataclass(frozen=True, slots=True)
class TransferRang:
    """A call that a line passed on rings at a colleague."""

    at: float
    transfer: RingingTransfer


@dataclass(frozen=True, slots=True)
class TransferSettled:
    """The colleague's phone no longer rings for it: answered, given up or taken back."""

    at: float
    leg: str


PbxEvent = (
    PbxConnected
    | PbxAway
    | PbxHeard
    | SnapshotTaken
    | CallerJoined
    | CallerLeft
    | CallerDated
    | CallerAbandoned
    | CallerUnanswered
    | AgentChanged
    | AgentRemoved
    | LineChanged
    | LineRemoved
    | TransferRang
    | TransferSettled
)
