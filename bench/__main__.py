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
MODULES = ("ami", "host", "desk", "glass", "through")


@dataclass(frozen=True)
class Aim:
    """What a figure should be: at most or at least `bound`."""

    bound: float
    at_least: bool = False

    def met(self, figure: float) -> bool:
        return figure >= self.bound if self.at_least else figure <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


AIMS: dict[str, Aim] = {}


def main(names: list[str]) -> int:
    figures: dict[str, dict[str, float]] = {}
    for name in names or MODULES:
        measure: Callable[[], dict[str, float]] = importlib.import_module(f"bench.{name}").measure
        print(f"measuring {name} ...", flush=True)
        figures[name] = measure()
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    if not names:
        RESULTS.write_text(json.dumps({"machine": machine, "figures": figures}, indent=2) + "\n")
    for name, found in figures.items():
        print(f"\n{name}")
        for key, figure in found.items():
            aim = AIMS.get(f"{name}.{key}")
            verdict = "" if aim is None else f"  aim {aim}: {'met' if aim.met(figure) else 'MISSED'}"
            print(f"  {key:<48}{figure:>14,.3f}{verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
