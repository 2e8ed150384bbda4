"""When the unit must wake if nothing happens. The loop sleeps until then, so an idle unit hardly wakes at all."""

from device.core import gestures, sign, sound
from device.core.notes import sendable
from device.core.unit import Unit

LEAST_SLEEP_S = 0.001
"""Deadlines are sums of floats; without this a rounding error could turn the loop into a spin."""


def next_wake(unit: Unit) -> float | None:
    """Seconds on CLOCK_BOOTTIME; None when only an event can change anything."""
    rules = unit.rules.sign
    moments = [
        gestures.deadline(unit.button),
        unit.page_until,
        unit.counter_until,
        unit.clock_due,
        sign.next_level(unit.sign, rules, unit.now),
        *(moment for moment in sign.moments(unit.sign, rules, unit.board, unit.by_hand) if moment > unit.now),
        *(moment for moment in sound.moments(unit) if moment > unit.now),
    ]
    if unit.link_up:
        moments.append(unit.hello_due)
        moments += [entry.due for entry in unit.entries if sendable(entry)]
    ahead = [moment for moment in moments if moment is not None]
    return max(min(ahead), unit.now + LEAST_SLEEP_S) if ahead else None
