"""Telling systemd how we are: sd_notify(3), in a few lines, and nothing at all where systemd did not start us."""

import asyncio
import os
import socket
from collections.abc import Mapping

_MICROSECONDS = 1_000_000


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


async def keep_alive(period_s: float) -> None:
    """Say from the event loop that we live: a loop that hangs is restarted (D15)."""
    while True:
        tell("WATCHDOG=1")
        await asyncio.sleep(period_s)
