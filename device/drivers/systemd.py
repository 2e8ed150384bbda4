"""The unit's word to systemd: READY, WATCHDOG and STOPPING as datagrams (sd_notify(3)), from the main loop alone.

A watchdog fed from another thread would prove nothing of the loop.
"""

import os
import socket
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self


class ServiceManager:
    """Speaks to the socket that systemd named in `environment`; where none is named, it keeps silent."""

    def __init__(self, now: Callable[[], float], environment: Mapping[str, str] = os.environ) -> None:
        self._now = now
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._interval_s = _watchdog_s(environment)
        self._socket: socket.socket | None = None
        self._beaten_at = float("-inf")

    def __enter__(self) -> Self:
        if self._address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            self._socket.close()

    @property
    def interval_s(self) -> float | None:
        """Seconds within which a beat must come (half of WatchdogSec is wise); None: nobody watches."""
        return self._interval_s

    def ready(self) -> None:
        self._say("READY=1")

    def beat(self) -> None:
        if self._interval_s is not None and self._now() - self._beaten_at >= self._interval_s / 4:
            self._beaten_at = self._now()
            self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, state: str) -> None:
        if self._socket is None:
            return
        # A leading @ stands for the NUL byte of an abstract socket (unix(7)).
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            self._socket.sendto(state.encode(), address)
        except OSError:
            # Nobody to tell that nobody listens; systemd sees the missing beat.
            return


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """WATCHDOG_USEC in seconds, when it is meant for this process (sd_watchdog_enabled(3))."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    pid = environment.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdecimal() or int(microseconds) == 0 or pid != str(os.getpid()):
        return None
    return int(microseconds) / 1e6
