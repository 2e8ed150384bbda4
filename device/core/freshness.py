"""Freshness by echo: a board is as old as the hello it answers, on this unit's own clock.

The host repeats in each board the newest nonce it has from the unit. Retained messages, backlogs, replays and wrong
clocks cannot know it, so they can never pass for news.
"""

from dataclasses import dataclass

from broker.messages import Board
from device.core.rules import NONCES_KEPT, OLD_AFTER_S


@dataclass(frozen=True, slots=True)
class SentNonce:
    nonce: str
    at: float


@dataclass(frozen=True, slots=True)
class DatedBoard:
    """A board, the moment `asked_at` its nonce was sent, and the moment it came in. Durations grow from the latter."""

    board: Board
    asked_at: float
    received_at: float

    @property
    def true_at(self) -> float:
        """When what it says of the PBX was certainly true: never later than it was."""
        pbx_age_s = self.board.pbx_age_s or 0.0
        return self.asked_at - (pbx_age_s if self.board.pbx == "up" else 0.0)


def remember(sent: tuple[SentNonce, ...], nonce: str, at: float) -> tuple[SentNonce, ...]:
    """`sent` with one more, the oldest dropped."""
    return (*sent, SentNonce(nonce, at))[-NONCES_KEPT:]


def dated(board: Board, sent: tuple[SentNonce, ...], at: float, shown: DatedBoard | None) -> DatedBoard | None:
    """`board`, dated; None when it answers no hello that is remembered, or an older one than the board `shown`."""
    for one in sent:
        if one.nonce == board.echo:
            return None if shown is not None and one.at < shown.asked_at else DatedBoard(board, one.at, at)
    return None


def old_at(dated_board: DatedBoard) -> float:
    """From when on it must not be believed."""
    return dated_board.true_at + OLD_AFTER_S


def is_fresh(dated_board: DatedBoard | None, now: float) -> bool:
    return dated_board is not None and now < old_at(dated_board)
