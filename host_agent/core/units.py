"""What one unit is told of the office, and what anyone is told of a queue."""

import re
from dataclasses import dataclass
from typing import TypeVar

from broker.messages import Board, Capability, InboxCounts, LineBoard, QueueBoard, QueueCounts, Unanswered
from broker.names import EXTENSION_PATTERN, QUEUE_PATTERN, Extension, QueueName
from host_agent.core.agents import count
from host_agent.core.board import OfficeBoard, line_state
from host_agent.core.callers import to_wire
from host_agent.core.queues import longest_wait

_EXTENSION = re.compile(EXTENSION_PATTERN)
_QUEUE = re.compile(QUEUE_PATTERN)
_MOST = 99_999


@dataclass(frozen=True, slots=True)
class QueueSetting:
    """A queue of the office as the config names it: the PBX's `name`, and what people call it."""

    name: QueueName
    label: str


Queue = TypeVar("Queue", QueueBoard, QueueCounts)


def board_for_unit(
    office: OfficeBoard,
    *,
    queues: tuple[QueueSetting, ...],
    extension: Extension | None,
    now: float,
    echo: str | None,
    inbox: InboxCounts,
    capabilities: tuple[Capability, ...] = (),
    messages: tuple[str, ...] = (),
) -> Board:
    """All that one unit shows, whole. `now`: the host's monotonic seconds; `echo`: the unit's newest nonce."""
    return Board(
        echo=echo,
        pbx=office.link,
        pbx_age_s=None if office.heard_at is None else max(0.0, now - office.heard_at),
        capabilities=capabilities,
        queues=tuple(_in_numbers(QueueBoard, office, setting, now) for setting in queues),
        line=None if extension is None else _line_board(office, extension, now),
        inbox=inbox,
        messages=messages,
    )


def queue_counts(office: OfficeBoard, queue: QueueSetting, now: float) -> QueueCounts:
    """One queue in numbers, for anyone. `now`: the host's monotonic seconds."""
    return _in_numbers(QueueCounts, office, queue, now)


def _in_numbers(kind: type[Queue], office: OfficeBoard, setting: QueueSetting, now: float) -> Queue:
    """A queue that the PBX never named, or not since the link came up, is unknown: not zero."""
    queue = office.queues.get(setting.name)
    if queue is None or not queue.known or queue.waiting is None:
        return kind(name=setting.name, label=setting.label, known=False)
    agents = count(queue.agents.values(), now)
    return kind(
        name=setting.name,
        label=setting.label,
        known=True,
        waiting=min(queue.waiting, _MOST),
        longest_wait_s=longest_wait(queue, now),
        agents_free=agents.free,
        agents_busy=agents.busy,
        agents_paused=agents.paused,
    )


def _line_board(office: OfficeBoard, extension: Extension, now: float) -> LineBoard:
    line = office.lines.get(extension)
    if line is None:
        return LineBoard(extension=extension, state="unknown")
    facts = line.facts
    return LineBoard(
        extension=extension,
        state=line_state(office, extension),
        for_s=None if line.since is None else max(0.0, now - line.since),
        caller=to_wire(facts.party),
        queue=facts.queue if facts.queue is not None and _QUEUE.fullmatch(facts.queue) else None,
        dialled=_on_the_wire(facts.dialled),
        incoming=facts.incoming,
        unanswered=_unanswered(office, extension, now),
    )


def _unanswered(office: OfficeBoard, extension: str, now: float) -> Unanswered | None:
    """The newest call that this line passed on and that still rings at a colleague."""
    mine = [transfer for transfer in office.transfers if transfer.by == extension]
    if not mine:
        return None
    newest = max(mine, key=lambda transfer: transfer.since)
    return Unanswered(
        colleague=newest.colleague,
        extension=_on_the_wire(newest.extension),
        caller=to_wire(newest.party),
        ringing_s=max(0.0, now - newest.since),
    )


def _on_the_wire(number: str | None) -> str | None:
    return number if number is not None and _EXTENSION.fullmatch(number) else None
