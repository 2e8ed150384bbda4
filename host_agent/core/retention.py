"""How long notes are kept, pure. Times are Unix seconds, and local where a night is meant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY_S = 86_400.0
MOST_STEP_S = 62 * DAY_S
"""A clock that is this far beyond what the store last saw is more likely wrong than the office closed (F10)."""
BACK_S = DAY_S
NIGHT_HOUR = 3


@dataclass(frozen=True)
class Keeping:
    """Days that notes are kept after they were closed, and when they never were; and days of warning before."""

    done_days: int = 7
    open_days: int = 30
    warn_days: int = 3


@dataclass(frozen=True)
class Seen:
    """What the store knows of time: when retention last ran, and when the newest note came. None: never."""

    last_run_at: float | None
    newest_at: float | None


NOTHING_SEEN = Seen(None, None)


@dataclass(frozen=True)
class Erase:
    """Erase what was closed before the one moment, and what still is open and came before the other."""

    closed_before: float
    open_before: float


@dataclass(frozen=True)
class Refuse:
    """The clock is not believed; nothing is erased. `step_s`: how far it is from what the store last saw."""

    step_s: float


def plan(keeping: Keeping, seen: Seen, now: float) -> Erase | Refuse:
    """What is to be erased at `now`, or why nothing is.

    The last run is the witness, because a note can arrive while the clock is wrong; before the first run it is the
    newest note.
    """
    witness = seen.last_run_at if seen.last_run_at is not None else seen.newest_at
    if witness is not None and not -BACK_S <= now - witness <= MOST_STEP_S:
        return Refuse(now - witness)
    return erase(keeping, now)


def erase(keeping: Keeping, now: float) -> Erase:
    """What is to be erased when the clock is right."""
    return Erase(now - keeping.done_days * DAY_S, now - keeping.open_days * DAY_S)


def warn_before(keeping: Keeping, now: float) -> float:
    """Open notes that came before this moment are erased within the days of warning."""
    return now - (keeping.open_days - keeping.warn_days) * DAY_S


def is_due(last_run_at: float | None, now: datetime) -> bool:
    """Whether a night's hour has passed since the last run. `now`: local time."""
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    if night > now:
        night -= timedelta(days=1)
    return last_run_at is None or datetime.fromtimestamp(last_run_at) < night
