"""Queues: who waits in what order, and who answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from host_agent.core.agents import Agent
from host_agent.core.callers import WaitingCaller
from host_agent.core.events import QueueSeen


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue. `waiting` is the PBX's own count; `callers` are those it named, in order, normally just as many.

    `known` false: the PBX has not told since the link came up; then `waiting` is None and nothing else counts.
    """

    name: str
    known: bool = False
    waiting: int | None = None
    callers: tuple[WaitingCaller, ...] = ()
    agents: Mapping[str, Agent] = field(default_factory=dict)


def in_doubt(queue: QueueState) -> bool:
    """Whether the PBX's count and the callers it named disagree, so that a new snapshot is wanted."""
    return queue.known and queue.waiting != len(queue.callers)


def longest_wait(queue: QueueState, now: float) -> float | None:
    """Seconds the longest waiting caller waits at `now`; 0.0 when nobody waits, None when it is not known."""
    if queue.waiting is None:
        return None
    if queue.waiting == 0:
        return 0.0
    dated = [caller.joined_at for caller in queue.callers if caller.joined_at is not None]
    if len(dated) < queue.waiting:
        return None
    return max(0.0, now - min(dated))


def seen(queue: QueueState, snapshot: QueueSeen, *, whole: bool) -> QueueState:
    """The queue as a snapshot has it. A join time known to the moment outlives the snapshot's whole seconds."""
    agents = {agent.agent: agent for agent in snapshot.agents}
    return QueueState(
        name=queue.name,
        known=True,
        waiting=snapshot.waiting,
        callers=snapshot.callers,
        agents=agents if whole else {**queue.agents, **agents},
    )


def joined(queue: QueueState, caller: WaitingCaller, waiting: int, position: int | None) -> QueueState:
    """The queue after `caller` came in at `position` (from 1; None: at the end). Coming in twice is once."""
    others = tuple(other for other in queue.callers if other.call != caller.call)
    place = len(others) if position is None else min(max(position - 1, 0), len(others))
    callers = (*others[:place], caller, *others[place:]) if waiting > 0 else ()
    return replace(queue, known=True, waiting=max(0, waiting), callers=callers)


def left(queue: QueueState, call: str, waiting: int) -> QueueState:
    """The queue after `call` went out; the others move up. An empty queue holds nobody, whatever was missed."""
    waiting = max(0, waiting)
    callers = () if waiting == 0 else tuple(caller for caller in queue.callers if caller.call != call)
    return replace(queue, known=True, waiting=waiting, callers=callers)


def dated(queue: QueueState, call: str, joined_at: float) -> QueueState:
    """The queue with a better join time for `call`."""
    callers = tuple(replace(c, joined_at=joined_at) if c.call == call else c for c in queue.callers)
    return replace(queue, callers=callers)


def with_agent(queue: QueueState, agent: Agent) -> QueueState:
    """The queue with `agent` new or changed."""
    return replace(queue, agents={**queue.agents, agent.agent: agent})


def without_agent(queue: QueueState, agent: str) -> QueueState:
    """The queue without that agent."""
    return replace(queue, agents={key: kept for key, kept in queue.agents.items() if key != agent})
