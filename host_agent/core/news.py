"""When a unit must be told again, pure."""

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from broker.messages import Board, QueueCounts
from host_agent.core.board import OfficeBoard, line_state

TICKS = frozenset({"longest_wait_s", "for_s", "ringing_s"})
"""Durations that a reader counts on by itself: news only when they jump."""
SILENT = frozenset({"echo", "pbx_age_s"})
"""These change with every board, and a unit asks for them with its hello."""
JUMP_S = 0.25


def is_news(told: Board | QueueCounts, now_true: Board | QueueCounts, elapsed_s: float) -> bool:
    """Whether `now_true` says something that a reader of `told`, sent `elapsed_s` ago, cannot know."""
    return not _same(told, now_true, elapsed_s)


def concerns(before: OfficeBoard, after: OfficeBoard, *, queues: Collection[str], extension: str | None) -> bool:
    """Whether anything changed that a unit with these queues and this line shows. Cheap: most is not its own."""
    if before is after:
        return False
    if before.link != after.link or before.transfers is not after.transfers:
        return True
    if before.queues is not after.queues:
        if any(before.queues.get(name) is not after.queues.get(name) for name in queues):
            return True
        # A line also shows the pause of its agent, in whatever queue that agent is.
        if extension is not None and line_state(before, extension) != line_state(after, extension):
            return True
    return extension is not None and before.lines.get(extension) is not after.lines.get(extension)


def _same(told: Any, now_true: Any, elapsed_s: float) -> bool:
    if isinstance(told, Struct):
        return type(told) is type(now_true) and all(
            _same_field(field, getattr(told, field), getattr(now_true, field), elapsed_s)
            for field in told.__struct_fields__
            if field not in SILENT
        )
    if isinstance(told, tuple):
        return len(told) == len(now_true) and all(map(_same, told, now_true, [elapsed_s] * len(told)))
    return bool(told == now_true)


def _same_field(field: str, told: Any, now_true: Any, elapsed_s: float) -> bool:
    if field in TICKS and told is not None and now_true is not None:
        return bool(told == now_true or abs(told + elapsed_s - now_true) < JUMP_S)
    return _same(told, now_true, elapsed_s)
