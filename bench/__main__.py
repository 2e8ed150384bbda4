"""`make bench`: run every measurement, write bench/results.json, and print a table with the aims.

Each module here has `measure() -> dict[str, float]`. Absolute times are of this machine only; ratios travel better.
"""

import importlib
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")
MODULES = ("ami", "host", "desk", "glass", "through", "directory", "inbox", "flood")


@dataclass(frozen=True)
class Aim:
    """What a figure should be: at most or at least `bound`."""

    bound: float
    at_least: bool = False

    def met(self, figure: float) -> bool:
        return figure >= self.bound if self.at_least else figure <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


AIMS: dict[str, Aim] = {
    "ami.events_per_cpu_s_whole_path": Aim(113_000, at_least=True),
    "host.ami_events_per_s_into_mqtt": Aim(20_000, at_least=True),
    "host.notes_per_s_each_committed": Aim(200, at_least=True),
    "desk.first_frame_ratio": Aim(2),
    "desk.rss_mib": Aim(45),
    "desk.idle_wakes_per_s": Aim(1),
    "desk.touch_to_page_ms_p50": Aim(50),
    "desk.release_to_receipt_ratio": Aim(1.5),
    "glass.busy_minute_share_of_luma": Aim(0.05),
    "glass.one_digit_ms_at_400_khz": Aim(6),
    "inbox.page_of_10000_notes_ms_p95": Aim(100),
    "inbox.any_page_of_10000_notes_ms_p95": Aim(100),
    "inbox.page_kb": Aim(100),
    "inbox.search_by_name_ms_p95": Aim(50),
    "inbox.search_in_vain_ms_p95": Aim(50),
    "inbox.search_by_number_ms_p95": Aim(50),
    "inbox.rss_mib": Aim(150),
    "inbox.rss_with_50000_contacts_mib": Aim(150),
    "flood.ratio_p50": Aim(1.1),
    "flood.host_rss_growth_mib": Aim(10),
    "through.ratio_p50": Aim(2.5),
    "through.ratio_p99": Aim(3),
}


def main(names: list[str]) -> int:
    figures: dict[str, dict[str, float]] = {}
    for name in names or MODULES:
        measure: Callable[[], dict[str, float]] = importlib.import_module(f"bench.{name}").measure
        print(f"measuring {name} ...", flush=True)
        figures[name] = measure()
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    if not names:
        RESULTS.write_text(json.dumps({"machine": machine, "figures": figures}, indent=2) + "\n")
    unmeasured = [
        key for key in AIMS if key.split(".")[0] in figures and key.split(".")[1] not in figures[key.split(".")[0]]
    ]
    if unmeasured:
        raise KeyError(f"aims without a figure: {', '.join(unmeasured)}")
    for name, found in figures.items():
        print(f"\n{name}")
        for key, figure in found.items():
            aim = AIMS.get(f"{name}.{key}")
            verdict = "" if aim is None else f"  aim {aim}: {'met' if aim.met(figure) else 'MISSED'}"
            print(f"  {key:<48}{figure:>14,.3f}{verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
