"""Plants known bugs in the real code, one at a time, and tells what found each, and how soon: `make mutants`.

Exits with 1 when a bug survives, when its place in the code is gone, or when the code with it does not even start.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.simulation.planted import CHOSEN, ROOT, Bug
from tests.simulation.planted_bugs import BUGS

SEEDS = 300
MINUTES = 5
AT_ONCE = 2
TEST_FAILED = 1
"""pytest's exit code when tests ran and some failed."""


@dataclass(frozen=True)
class Found:
    """`by` is None when the bug survived; `how`: the promise it broke, or what went wrong."""

    bug: Bug
    by: str | None
    how: str
    seeds: int
    took_s: float


def hunt(bug: Bug) -> Found:
    """Run the simulation, or the test that the bug names, on the code with the bug."""
    began = time.monotonic()
    try:
        bug.source()
    except ValueError as gone:
        return Found(bug, None, str(gone), 0, 0.0)
    by, how, seeds = _by_test(bug) if bug.test is not None else _by_simulation(bug)
    return Found(bug, by, how, seeds, time.monotonic() - began)


def _run(bug: Bug, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, CHOSEN: bug.name},
        capture_output=True,
        text=True,
        check=False,
    )


def _by_simulation(bug: Bug) -> tuple[str | None, str, int]:
    wanted = ("--seeds", str(SEEDS), "--minutes", str(MINUTES), "--processes", "1", "--json", "--stop")
    done = _run(bug, "-m", "tests.simulation", *wanted)
    outcomes = [json.loads(line) for line in done.stdout.splitlines()]
    if not outcomes:
        return None, f"the code with it does not run: {done.stderr.strip().splitlines()[-1:]}", 0
    broken = outcomes[-1]["broken"]
    return ("simulation" if broken else None), str(broken or "survived"), len(outcomes)


def _by_test(bug: Bug) -> tuple[str | None, str, int]:
    done = _run(
        bug, "-m", "pytest", "-q", "-x", "-p", "tests.simulation.planted", "-p", "no:cacheprovider", str(bug.test)
    )
    failed = [line.split(" - ")[0].split("::")[-1] for line in done.stdout.splitlines() if line.startswith("FAILED")]
    if done.returncode == TEST_FAILED and failed:
        return "test", failed[0], 0
    return None, "survived" if done.returncode == 0 else f"pytest ended with {done.returncode}", 0


def main() -> int:
    """The table of `make mutants`."""
    chosen = [bug for bug in BUGS if not sys.argv[1:] or bug.name in sys.argv[1:]]
    survived = 0
    print(f"{'bug':44} {'found by':11} {'seeds':>5} {'s':>5}  what it broke")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(hunt, chosen):
            survived += found.by is None
            seeds = str(found.seeds) if found.seeds else ""
            by = found.by or "NOTHING"
            print(f"{found.bug.name:44} {by:11} {seeds:>5} {found.took_s:5.1f}  {found.how[:110]}", flush=True)
    print(f"{len(chosen)} bugs, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
