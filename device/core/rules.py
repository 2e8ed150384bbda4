"""The numbers a unit lives by. Config may change most of them; the defaults stand here and nowhere else."""

from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

SignKind = Literal["lamp", "pwm", "rgb", "relay"]
"""What shows the sign: on and off; dimmed by pulses; in colours; a contact for whatever there is."""

HELLO_EVERY_S = 5.0
HELLO_WHEN_OLD_S = 2.0
"""While the link is up and nothing fresh came: the host may have begun to listen just after the last hello."""
HELLO_APART_S = 1.0
"""A changed sign is told at once, but never more often than this."""
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
UPDATING_AT_MOST_S = 1800.0
"""As long as apt is given on a slow card; what installs the update says itself when it is done."""
NEARLY_FULL = 0.8
BLINK_S = 0.5
CLOCK_EVERY_S = 60.0
"""With opening or quiet hours: how often the wall clock is asked, for it may be set meanwhile."""
UNSURE_AT_LEAST_S = 2.0
PULSE_EVERY_S = 4.0
PULSE_S = 0.3
SOFT_PULSE_S = 1.2
SOFT_PULSE = 0.4
"""How bright a sign that can fade pulses when it is unsure: clearly not the full light of a busy one."""
FADE_S = 0.4
FADE_STEPS = 10
GAMMA = 2.0
"""The eye sees a quarter of the light as half as bright: an even fade is even to the eye."""
RELAY_AT_LEAST_S = 10.0
"""A relay wears with each change and is heard: it keeps every state at least so long, but for a wish by hand."""


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
    out_of_hours: Literal["dark", "rules"] = "dark"
    unsure_at_least_s: float = UNSURE_AT_LEAST_S
    fade_s: float = 0.0  # from dark to lit and back; 0: at once


def fitting(rules: SignRules, kind: SignKind) -> SignRules:
    """`rules` as they suit a kind of sign: what can fade fades, and a relay is spared."""
    match kind:
        case "lamp":
            return rules
        case "pwm" | "rgb":
            return replace(rules, fade_s=FADE_S)
        case "relay":
            return replace(
                rules,
                minimum_lit_s=max(rules.minimum_lit_s, RELAY_AT_LEAST_S),
                minimum_dark_s=max(rules.minimum_dark_s, RELAY_AT_LEAST_S),
                unsure_at_least_s=max(rules.unsure_at_least_s, RELAY_AT_LEAST_S),
                when_unsure="dark",
            )
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True)
class NoteRules:
    """`unanswered_after_s`: a call passed on that rang so long (5 rings of 5 s) gets the offer of a note."""

    last_caller_s: float = 600.0
    withdraw_s: float = 5.0
    outbox_limit: int = 500
    unanswered_after_s: float = 25.0


@dataclass(frozen=True, slots=True)
class SoundRules:
    """The buzzer. `volume` 0-1; `quiet`: from and to, minutes of the day, may run past midnight."""

    on: bool = False
    volume: float = 0.3
    limit_s: float | None = 60.0
    quiet: tuple[int, int] | None = None


Week = tuple[tuple[tuple[int, int], ...], ...]
"""Seven days from Monday, each its spans of opening: from and to, minutes of the day."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`week` None: there are no opening hours, the office is never called closed."""

    sign: SignRules = field(default_factory=SignRules)
    notes: NoteRules = field(default_factory=NoteRules)
    sound: SoundRules = field(default_factory=SoundRules)
    week: Week | None = None
