"""The office as the PBX tells it: one value, changed only by `apply`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from broker.messages import LineState, PbxLink
from host_agent.core import events as e
from host_agent.core import queues as rules
from host_agent.core.callers import Abandoned, RingingTransfer
from host_agent.core.lines import Line, LineFacts, changed
from host_agent.core.queues import QueueState

ABANDONED_KEPT = 200
"""Abandoned calls kept, the newest last; older ones are forgotten so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class OfficeBoard:
    """All the host knows of the office. `heard_at`: monotonic seconds at which the PBX last gave a sign of life.

    `abandoned` outlives a lost link; queues, lines and transfers are unknown until the next snapshot.
    """

    link: PbxLink = "away"
    heard_at: float | None = None
    away_reason: str | None = None
    queues: Mapping[str, QueueState] = field(default_factory=dict)
    lines: Mapping[str, Line] = field(default_factory=dict)
    abandoned: tuple[Abandoned, ...] = ()
    transfers: tuple[RingingTransfer, ...] = ()


def apply(board: OfficeBoard, event: e.PbxEvent) -> OfficeBoard:
    """The board after `event`."""
    match event:
        case e.PbxHeard() | e.CallerUnanswered():
            return replace(board, heard_at=event.at)
        case e.LineChanged():
            line = changed(board.lines.get(event.line.extension), event.line, event.at)
            return replace(board, heard_at=event.at, lines={**board.lines, event.line.extension: line})
        case e.CallerJoined():
            queue = rules.joined(_queue(board, event.queue), event.caller, event.waiting, event.position)
            return _with_queue(board, queue, event.at)
        case e.CallerLeft():
            return _with_queue(board, rules.left(_queue(board, event.queue), event.call, event.waiting), event.at)
        case e.CallerDated():
            return _with_queue(board, rules.dated(_queue(board, event.queue), event.call, event.joined_at), event.at)
        case e.AgentChanged():
            return _with_queue(board, rules.with_agent(_queue(board, event.queue), event.agent), event.at)
        case e.AgentRemoved():
            return _with_queue(board, rules.without_agent(_queue(board, event.queue), event.agent), event.at)
        case e.CallerAbandoned():
            call = Abandoned(event.at, event.queue, event.call, event.party, event.waited_s)
            return replace(board, heard_at=event.at, abandoned=(*board.abandoned, call)[-ABANDONED_KEPT:])
        case e.TransferRang():
            others = _other_transfers(board, event.transfer.leg)
            return replace(board, heard_at=event.at, transfers=(*others, event.transfer))
        case e.TransferSettled():
            return replace(board, heard_at=event.at, transfers=_other_transfers(board, event.leg))
        case e.LineRemoved():
            lines = {name: line for name, line in board.lines.items() if name != event.extension}
            return replace(board, heard_at=event.at, lines=lines)
        case e.SnapshotTaken():
            return _snapshot(board, event)
        case e.PbxConnected():
            return replace(_forgotten(board), link="starting", heard_at=event.at, away_reason=None)
        case e.PbxAway():
            return replace(_forgotten(board), link="away", away_reason=event.reason)
        case _:
            assert_never(event)


def line_state(board: OfficeBoard, extension: str) -> LineState:
    """The state of a line as people see it: an idle line is `paused` when its agent is, in all of its queues."""
    line = board.lines.get(extension)
    if line is None:
        return "unknown"
    if line.facts.state != "idle":
        return line.facts.state
    places = [a.paused for q in board.queues.values() for a in q.agents.values() if a.extension == extension]
    return "paused" if places and all(places) else "idle"


def doubts(board: OfficeBoard) -> frozenset[str]:
    """The queues of which the PBX's count and the callers it named disagree: a new snapshot is wanted."""
    return frozenset(name for name, queue in board.queues.items() if rules.in_doubt(queue))


def _queue(board: OfficeBoard, name: str) -> QueueState:
    return board.queues.get(name) or QueueState(name)


def _with_queue(board: OfficeBoard, queue: QueueState, at: float) -> OfficeBoard:
    return replace(board, heard_at=at, queues={**board.queues, queue.name: queue})


def _other_transfers(board: OfficeBoard, leg: str) -> tuple[RingingTransfer, ...]:
    return tuple(transfer for transfer in board.transfers if transfer.leg != leg)


def _snapshot(board: OfficeBoard, event: e.SnapshotTaken) -> OfficeBoard:
    queues = {s.name: rules.seen(_queue(board, s.name), s, whole=event.whole) for s in event.queues}
    if not event.whole:
        queues = {**board.queues, **queues}
    return replace(board, link="up", heard_at=event.at, away_reason=None, queues=queues)


def _forgotten(board: OfficeBoard) -> OfficeBoard:
    """Names stay, so that a unit can say of what it knows nothing; what they were doing goes."""
    return replace(
        board,
        queues={name: QueueState(name) for name in board.queues},
        lines={name: Line(LineFacts(name, "unknown")) for name in board.lines},
        transfers=(),
    )
