"""The wall clock, read when the core asks for it. A Pi has no clock battery: it is believed once it was set.

systemd-timesyncd touches a file once the clock is synchronised, and systemd-time-wait-sync(8) waits for that same
file; it lies in /run and is gone with the next boot. With another NTP program its own service can touch it.
adjtimex(2) would tell as well, but belongs to what ProtectClock= of systemd.exec(5) denies.
"""

import time
from collections.abc import Callable
from pathlib import Path

from device.clock import boottime
from device.core.events import ClockRead
from device.ports import Inbox

SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


class LocalClock:
    """Local time by this machine's time zone; `seconds` gives Unix time."""

    def __init__(
        self, inbox: Inbox, synchronised: Path = SYNCHRONISED, seconds: Callable[[], float] = time.time
    ) -> None:
        self._inbox = inbox
        self._synchronised = synchronised
        self._seconds = seconds

    def read(self) -> None:
        """Put ClockRead in the inbox."""
        now = self._seconds()
        local = time.localtime(now)
        second = local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec + now % 1
        self._inbox.put(ClockRead(boottime(), self._synchronised.exists(), local.tm_wday, second))
