"""How bright the glass is: nobody reads it when nothing happens, and a pixel that is dark does not age."""

from typing import TYPE_CHECKING, Literal

from device.core.first_page import Starting

if TYPE_CHECKING:
    from device.core.pages import Page

Brightness = Literal["full", "dim", "off"]

DIM_AFTER_S = 600.0
OFF_AFTER_S = 3 * 3600.0
CLOSED_OFF_AFTER_S = 3600.0
_LEVELS: tuple[Brightness, ...] = ("off", "dim", "full")


def is_calm(page: "Page") -> bool:
    """Nothing on `page` waits for a person."""
    if isinstance(page, Starting):
        return False
    from device.core import pages  # not before the first frame

    match page:
        case pages.Quiet(tally):
            return not tally.waiting
        case pages.CounterFree() | pages.CounterUnsure() | pages.CounterClosed():
            return True
        case pages.Callbacks() | pages.OutOfHours() | pages.NoHost() | pages.DataOld() | pages.PbxAway():
            return True
        case _:
            return False


def brightness(page: "Page", calm_s: float) -> Brightness:
    """For `page`, when only calm pages were shown for `calm_s`. What ails the unit dims, but never goes dark."""
    if not is_calm(page):
        return "full"
    from device.core import pages

    match page:
        case pages.OutOfHours() | pages.CounterClosed():
            return "off" if calm_s >= CLOSED_OFF_AFTER_S else "dim"
        case pages.Quiet() | pages.Callbacks() | pages.CounterFree() if calm_s >= OFF_AFTER_S:
            return "off"
        case _:
            return "dim" if calm_s >= DIM_AFTER_S else "full"


def next_dimming(calm_s: float) -> float | None:
    """Seconds until the same page may get darker by itself; None: it has."""
    ahead = [moment - calm_s for moment in (DIM_AFTER_S, CLOSED_OFF_AFTER_S, OFF_AFTER_S) if moment > calm_s]
    return min(ahead, default=None)


def darker(one: Brightness, other: Brightness) -> Brightness:
    """The darker of two."""
    return _LEVELS[min(_LEVELS.index(one), _LEVELS.index(other))]
