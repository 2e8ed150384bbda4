"""Agents (Asterisk: queue members) and what they can take."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

AgentState = Literal["idle", "ringing", "in_use", "busy", "on_hold", "unavailable", "unknown"]


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent in one queue. `agent` identifies it within the queue (Asterisk: Interface).

    `extension` is the line of the agent's phone, None when it has none. `wrap_up_until`: monotonic seconds, None when
    the PBX does not tell or there is no wrap-up.
    """

    agent: str
    name: str
    extension: str | None
    state: AgentState
    paused: bool = False
    reason: str | None = None
    in_call: bool = False
    wrap_up_until: float | None = None


@dataclass(frozen=True, slots=True)
class AgentCounts:
    """Each agent counts once: paused before busy before free; one whose phone is away counts nowhere."""

    free: int = 0
    busy: int = 0
    paused: int = 0


def in_wrap_up(agent: Agent, now: float) -> bool:
    """Whether the agent still does the paperwork of the last call at `now`."""
    return agent.state == "idle" and agent.wrap_up_until is not None and now < agent.wrap_up_until


def count(agents: Iterable[Agent], now: float) -> AgentCounts:
    """How many agents are free, busy and paused at `now` (monotonic seconds)."""
    free = busy = paused = 0
    for agent in agents:
        if agent.state in ("unavailable", "unknown"):
            continue
        if agent.paused:
            paused += 1
        elif agent.state == "idle" and not in_wrap_up(agent, now):
            free += 1
        else:
            busy += 1
    return AgentCounts(free, busy, paused)
