"""How much one unit may say, pure: a token bucket, so that a unit gone wild cannot keep others waiting (J4).

What passes it is dropped unread. A unit that goes on all the same is not listened to for a while: then the broker
drops what it says, and it costs the host nothing.
"""

from dataclasses import dataclass

RATE_PER_S = 250.0
BURST = 600.0
"""An outbox of 500 notes after a long absence comes in at once."""
EXCESS_BORNE = 300
SHUT_OUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """`left` messages at the monotonic time `at`. `excess`: refused since it last had room for half a burst."""

    left: float = BURST
    at: float = 0.0
    excess: int = 0


def spend(allowance: Allowance, now: float) -> tuple[Allowance, bool]:
    """The allowance after one more message, and whether that message may be taken in."""
    left = min(BURST, allowance.left + max(0.0, now - allowance.at) * RATE_PER_S)
    excess = 0 if left > BURST / 2 else allowance.excess
    if left >= 1.0:
        return Allowance(left - 1.0, now, excess), True
    return Allowance(left, now, excess + 1), False


def floods(allowance: Allowance) -> bool:
    """Whether a unit went on so long after its allowance was spent that it is no longer listened to."""
    return allowance.excess >= EXCESS_BORNE
