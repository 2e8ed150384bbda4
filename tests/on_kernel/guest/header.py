"""A 40-pin header that the kernel simulates: gpio-sim lines, driven from one side here and read by the unit as a Pi's.

Linux, Documentation/admin-guide/gpio/gpio-sim.rst: configfs makes the chip, sysfs moves its lines.
"""

import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

Pull = Literal["pull-up", "pull-down"]

LABEL = "pinctrl-bcm2711"
LINES = 58
REVISION = "c03115"  # Raspberry Pi 4 Model B 1.5, 4 GB
_CONFIG = Path("/sys/kernel/config/gpio-sim/header")
_CPUINFO = Path("/run/cpuinfo")


class Header:
    """The lines as the outside world meets them: a button pulls one, a lamp hangs on another."""

    def __init__(self) -> None:
        self._lines: Path | None = None

    def plug(self) -> None:
        """Make the chip, with its lines named as on a Pi 4, and say in /proc/cpuinfo which board this is."""
        for module in ("configfs", "gpio-sim"):
            subprocess.run(["modprobe", module], check=True)
        bank = _CONFIG / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(LINES))
        (bank / "label").write_text(LABEL)
        for line in range(LINES):
            (bank / f"line{line}").mkdir()
            (bank / f"line{line}" / "name").write_text(f"GPIO{line}")
        (_CONFIG / "live").write_text("1")
        device = (_CONFIG / "dev_name").read_text().strip()
        self._lines = Path("/sys/devices/platform", device, (bank / "chip_name").read_text().strip())
        # gpiozero asks the board's revision; a PC has none, so the file a Pi has lies over it.
        _CPUINFO.write_text(Path("/proc/cpuinfo").read_text() + f"Revision\t: {REVISION}\n")
        subprocess.run(["mount", "--bind", _CPUINFO, "/proc/cpuinfo"], check=True)

    def value(self, line: int) -> int:
        """The level of a line as a volt meter would show it: 0 or 1."""
        return int(self._line(line, "value").read_text())

    def share_high(self, line: int, for_s: float) -> float:
        """The share of the next `for_s` seconds in which a line was high, looked at a hundred times a second."""
        levels = []
        until = time.monotonic() + for_s
        while time.monotonic() < until:
            levels.append(self.value(line))
            time.sleep(0.01)
        return sum(levels) / len(levels)

    def move(self, line: int, train: Iterable[tuple[float, Pull]]) -> None:
        """Move a line as a contact does: each step is (seconds after the first, pull). It makes its edge at once."""
        started = time.monotonic()
        with self._line(line, "pull").open("wb", buffering=0) as pull:
            for at_s, direction in train:
                left = started + at_s - time.monotonic()
                if left > 0.05:
                    time.sleep(left - 0.02)
                # A sleep is far too coarse for a bouncing contact: the rest is spun.
                while time.monotonic() - started < at_s:
                    pass
                pull.write(direction.encode())

    def _line(self, line: int, attribute: str) -> Path:
        assert self._lines is not None, "plug() comes first"
        return self._lines / f"sim_gpio{line}" / attribute
