"""How long to wait before trying again, pure."""

LONGEST_S = 30.0
FIRST_S = 0.5


def pause_s(attempt: int, chance: float) -> float:
    """Seconds to wait after failure number `attempt` (from 0): doubling, capped, spread by `chance` (0 to 1).

    The spread is over the upper half, so that a switch that restarts does not have every host back at once (A10).
    """
    span = min(LONGEST_S, FIRST_S * 2.0 ** min(attempt, 16))
    return span * (0.5 + chance / 2)
