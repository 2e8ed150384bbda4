"""The numbers a unit lives by. Config may change most of them; the defaults stand here and nowhere else."""

from dataclasses import dataclass, field
from typing import Literal

HELLO_EVERY_S = 5.0
OLD_AFTER_S = 15.0
"""Nothing older is shown unmarked, and the sign is never busy on it. Not in config: it is the promise."""

STARTING_S = 20.0
NONCES_KEPT = 8
REFUSAL_SHOWN_S = 6.0
FAULT_SHOWN_S = 10.0
NOTE_SHOWN_S = 6.0
ROUND_S = 30.0
"""While it is quiet: once in a round the open callbacks and the host's messages get `ROUND_PAGE_S` each."""
ROUND_PAGE_S = 5.0
NEARLY_FULL = 0.8
BLINK_S = 0.5
UNSURE_AT_LEAST_S = 2.0
PULSE_EVERY_S = 4.0
PULSE_S = 0.3


@dataclass(frozen=True, slots=True)
class SignRules:
    """When the sign is lit. A count of None switches that rule off. Times in seconds."""

    line_with_waiting: int | None = 1  # own line busy while so many wait; 0: own line alone
    waiting: int | None = 3
    longest_wait_s: float | None = 60.0
    by_hand_s: float = 15 * 60.0
    minimum_lit_s: float = 10.0
    minimum_dark_s: float = 5.0
    when_unsure: Literal["pulse", "dark"] = "pulse"


@dataclass(frozen=True, slots=True)
class NoteRules:
    """`unanswered_after_s`: a call passed on that rang so long (5 rings of 5 s) gets the offer of a note."""

    last_caller_s: float = 600.0
    withdraw_s: float = 5.0
    outbox_limit: int = 500
    unanswered_after_s: float = 25.0


@dataclass(frozen=True, slots=True)
class Rules:
    sign: SignRules = field(default_factory=SignRules)
    notes: NoteRules = field(default_factory=NoteRules)
