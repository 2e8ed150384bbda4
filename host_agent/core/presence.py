"""Which units are there, pure: a unit is here as long as it says hello."""

from dataclasses import dataclass, replace

from broker.messages import Hello

STALE_AFTER_S = 15.0
"""Three hellos missed (DESIGN 1.5)."""


@dataclass(frozen=True)
class Presence:
    """The newest hello of one unit. `heard_at`: the host's monotonic seconds; None when it never spoke.

    `said`: the newest hello of its own making, when and what: a last will says nothing of how the unit was.
    """

    hello: Hello | None = None
    heard_at: float | None = None
    nonce: str | None = None
    said: Hello | None = None
    said_at: float | None = None


def heard(presence: Presence, hello: Hello, at: float) -> Presence:
    """The presence after a hello. A last will has no nonce: the one before it stays the newest."""
    if not hello.online:
        return replace(presence, hello=hello, heard_at=at)
    return Presence(hello, at, hello.nonce or presence.nonce, hello, at)


def is_here(presence: Presence, now: float) -> bool:
    """Whether the unit said hello within `STALE_AFTER_S` and did not say goodbye."""
    if presence.hello is None or presence.heard_at is None:
        return False
    return presence.hello.online and now - presence.heard_at <= STALE_AFTER_S
