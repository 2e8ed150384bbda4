"""Telling systemd how we are: sd_notify(3), in a few lines, and nothing at all where systemd did not start us."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

_MICROSECONDS = 1_000_000
PATIENCE_S = 90.0
"""A part may be slow, such as a worn disk that takes half a minute to sync, without being hung."""


def tell(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send `state`, such as `READY=1`; False when nobody listens."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            # A leading @ is an abstract address (unix(7)), which begins with a NUL.
            sender.sendto(state.encode(), "\0" + address[1:] if address[0] == "@" else address)
    except OSError:
        return False
    return True


def watchdog_period_s(environment: Mapping[str, str] = os.environ) -> float | None:
    """How often to say that we live: half of what WATCHDOG_USEC allows; None when nobody watches."""
    allowed = environment.get("WATCHDOG_USEC", "")
    return int(allowed) / _MICROSECONDS / 2 if allowed.isdigit() and int(allowed) else None


def hung(alive_at: Mapping[str, float], now: float) -> tuple[str, ...]:
    """Which parts last came round more than `PATIENCE_S` ago."""
    return tuple(part for part, at in alive_at.items() if now - at > PATIENCE_S)


async def keep_alive(
    period_s: float,
    pulses: Callable[[], Mapping[str, float]] = dict,
    *,
    clock: Callable[[], float] = time.monotonic,
    say: Callable[[str], object] = tell,
) -> None:
    """Say from the event loop that we live, as long as each part comes round: what hangs is restarted (D15).

    `pulses`: when each part last came round, by its name.
    """
    was: tuple[str, ...] = ()
    while True:
        stuck = hung(pulses(), clock())
        if not stuck:
            say("WATCHDOG=1")
        elif stuck != was:
            log.error("%s hangs for more than %.0f s: waiting for a restart", " and ".join(stuck), PATIENCE_S)
        was = stuck
        await asyncio.sleep(period_s)
