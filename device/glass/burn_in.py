"""Against burn-in: the whole picture wanders by single pixels, on a path that is a pure function of time.

Organic pixels age by being lit. A stroke of two pixels moved over four places across and three down leaves each
of its pixels dark for at least a third of the time, and the wandering is too slow to be seen.
"""

STEP_S = 97.0  # not a divisor of a minute: it never falls in step with a page's own rhythm
REACH_X, REACH_Y = 4, 3  # places across and down
SEAT_STEPS = 11  # 18 minutes; shares no divisor with the path's 24, so that each place meets every seat
SEATS = 4


def shift_at(now_s: float) -> tuple[int, int]:
    """Pixels to the right and down at `now_s` of any steady clock; neighbours in time differ by one pixel."""
    step = int(now_s // STEP_S)
    return _there_and_back(step, REACH_X), _there_and_back(step // (2 * REACH_X - 2), REACH_Y)


def seat_at(now_s: float) -> int:
    """0-3: which of four places the labels of a quiet page take.

    Where strokes meet, some pixels are lit in all twelve places of the path; in the other seats they rest.
    """
    return int(now_s // STEP_S) // SEAT_STEPS % SEATS


def next_shift(now_s: float) -> float:
    """Seconds until the picture moves."""
    return STEP_S - now_s % STEP_S


def _there_and_back(step: int, places: int) -> int:
    at = step % (2 * places - 2)
    return at if at < places else 2 * places - 2 - at
