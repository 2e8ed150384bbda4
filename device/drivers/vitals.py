"""What the unit measures of its own body once a minute, in a thread of its own: a disk that hangs holds up nobody.

Sources: /sys/class/thermal (kernel: thermal/sysfs-api), /proc/net/wireless (proc(5)), statvfs(3), and the Pi's
`rpi_volt` in /sys/class/hwmon, whose `in0_lcrit_alarm` is 1 while the supply is too weak (kernel:
drivers/hwmon/raspberrypi-hwmon.c). What is absent is None.
"""

import logging
import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from device.clock import boottime
from device.core.events import Measured
from device.ports import Inbox

log = logging.getLogger(__name__)

EVERY_S = 60.0
RUNNING, RESETS = "running", "resets"
_MEGABYTE = 1_000_000
_MOST_RESETS = 99_999


class Vitals:
    """Puts Measured in the inbox at once and then every `every_s`. `state`: the unit's own folder.

    A file `running` stands in `state` from start to orderly end, so one found at the start tells of a reset.
    """

    def __init__(self, inbox: Inbox, state: Path, root: Path = Path("/"), every_s: float = EVERY_S) -> None:
        self._inbox = inbox
        self._state = state
        self._root = root
        self._every_s = every_s
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._work, name="vitals", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join(1.0)
        if kind is None:
            with suppress(OSError):
                (self._state / RUNNING).unlink(missing_ok=True)

    def _work(self) -> None:
        resets = begin(self._state)
        while True:
            self._inbox.put(
                Measured(
                    boottime(),
                    temperature_c(self._root),
                    disk_free_mb(self._state),
                    wifi_dbm(self._root),
                    undervolted(self._root),
                    resets,
                )
            )
            if self._left.wait(self._every_s):
                return


def begin(state: Path) -> int | None:
    """Count this start, as a reset when the one before did not end in order; None when the folder cannot be used."""
    count = _number(state / RESETS) or 0
    try:
        if (state / RUNNING).exists():
            count = min(count + 1, _MOST_RESETS)
            fresh = state / f"{RESETS}.new"
            fresh.write_text(f"{count}\n", encoding="ascii")
            fresh.replace(state / RESETS)
        (state / RUNNING).touch()
    except OSError as error:
        log.warning("vitals: %s: %s; resets are not counted", state, error.strerror)
        return None
    return count


def temperature_c(root: Path) -> float | None:
    """Degrees of the first thermal zone, which is the processor's on every Pi."""
    found = _number(root / "sys/class/thermal/thermal_zone0/temp")
    return None if found is None or not -60_000 <= found <= 200_000 else found / 1000


def wifi_dbm(root: Path) -> int | None:
    """Signal level of the first wireless interface, None without one: the fourth column of /proc/net/wireless."""
    lines = _text(root / "proc/net/wireless").splitlines()[2:]
    fields = lines[0].split() if lines else []
    with suppress(IndexError, OverflowError, ValueError):
        level = int(float(fields[3].rstrip(".")))
        return level if -200 <= level <= 50 else None
    return None


def undervolted(root: Path) -> bool | None:
    """Whether the supply is too weak now; None where nothing tells."""
    for monitor in sorted((root / "sys/class/hwmon").glob("hwmon*")):
        if _text(monitor / "name").strip() == "rpi_volt":
            alarm = _number(monitor / "in0_lcrit_alarm")
            return None if alarm is None else alarm != 0
    return None


def disk_free_mb(folder: Path) -> int | None:
    """Megabytes (10⁶ bytes) that the unit may still fill where its outbox is."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    return min(disk.f_bavail * disk.f_frsize // _MEGABYTE, 10**9)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(4096).decode("ascii", "replace")
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 12 else None
