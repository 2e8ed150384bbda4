"""The unit's clocks. Ages are reckoned on CLOCK_BOOTTIME, which never jumps and goes on while the machine sleeps."""

import time


def boottime() -> float:
    """Seconds since the machine started (clock_gettime(2))."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
