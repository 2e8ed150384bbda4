"""How much one unit may say, pure: a token bucket, so that a unit gone wild cannot keep others waiting (J4)."""

from dataclasses import dataclass

RATE_PER_S = 250.0
BURST = 600.0
"""An outbox of 500 notes after a long absence comes in at once."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """`left` messages at the monotonic time `at`."""

    left: float = BURST
    at: float = 0.0


def spend(allowance: Allowance, now: float) -> tuple[Allowance, bool]:
    """The allowance after one more message, and whether that message may be taken in."""
    left = min(BURST, allowance.left + max(0.0, now - allowance.at) * RATE_PER_S)
    return (Allowance(left - 1.0, now), True) if left >= 1.0 else (Allowance(left, now), False)
