"""How long somebody stays signed in, pure. Times are Unix seconds."""

from dataclasses import dataclass

HOUR_S = 3_600.0
ABSOLUTE_S = 12 * HOUR_S
NOTICE_S = 60.0
"""Being used is written down this often at most: not each page is a write to the disk."""
LINK_S = 24 * HOUR_S


@dataclass(frozen=True)
class Session:
    """Somebody signed in at `begun_at` and last asked for something at `seen_at`."""

    person_id: str
    begun_at: float
    seen_at: float


def is_over(session: Session, now: float, idle_s: float) -> bool:
    """Whether it was unused too long, is too old, or began in the future: a clock that went back proves nothing."""
    return now - session.seen_at > idle_s or now - session.begun_at > ABSOLUTE_S or session.begun_at > now + NOTICE_S


def is_worth_noting(session: Session, now: float) -> bool:
    """Whether this use is to be written down."""
    return now - session.seen_at >= NOTICE_S
