"""`python -m tests.simulation`: play seeds on all cores, and say how to replay one that breaks a promise."""

# ruff: noqa: E402  # the quick `replace` must be in place before the cores import theirs
import tests.simulation.planted  # noqa: F401  # a bug that the environment asks for is planted first
from tests.simulation import quick

quick.install()

import argparse
import gc
import json
import logging
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from tests.simulation.scenario import Outcome, play

KEPT = Path(__file__).with_name("seeds.txt")
SHARE = 10
"""Seeds that a process plays between two words to its parent."""


def kept_seeds() -> list[tuple[int, float]]:
    """The seeds that once broke a promise, with their minutes: played for ever."""
    lines = (line.split("#")[0].split() for line in KEPT.read_text().splitlines())
    return [(int(line[0]), float(line[1])) for line in lines if line]


def share(seeds: list[int], minutes: float) -> list[Outcome]:
    """Play `seeds` one after the other in this process."""
    logging.disable(logging.CRITICAL)
    # A run lives for a second and leaves one heap behind: collecting between runs is enough.
    gc.disable()
    outcomes = []
    for seed in seeds:
        outcomes.append(play(seed, minutes))
        gc.collect()
        if outcomes[-1].broken:
            break
    return outcomes


def played(seeds: Iterable[int], minutes: float, processes: int) -> Iterator[Outcome]:
    """The outcomes as they come."""
    wanted = list(seeds)
    shares = [wanted[at : at + SHARE] for at in range(0, len(wanted), SHARE)]
    if processes == 1:
        for each in shares:
            yield from share(each, minutes)
        return
    with ProcessPoolExecutor(processes) as pool:
        for done in as_completed([pool.submit(share, each, minutes) for each in shares]):
            yield from done.result()


def main() -> int:
    wanted = _parser().parse_args()
    first, last = (int(end) for end in (wanted.seeds.split("-") if "-" in wanted.seeds else (0, int(wanted.seeds) - 1)))
    began = time.monotonic()
    outcomes, broken = 0, []
    counted: Counter[str] = Counter()
    desk_minutes = 0.0
    samples = fresh = 0
    slowest_s = 0.0
    for outcome in played(range(first, last + 1), wanted.minutes, wanted.processes):
        outcomes += 1
        desk_minutes += outcome.desks * outcome.minutes
        counted.update(outcome.counted)
        samples, fresh = samples + outcome.samples, fresh + outcome.fresh_samples
        slowest_s = max(slowest_s, outcome.recovery_s)
        if wanted.json:
            print(json.dumps(asdict(outcome)), flush=True)
        if outcome.broken:
            broken.append(outcome)
            print(_replay(outcome.seed, wanted.minutes, outcome.broken), file=sys.stderr)
            if wanted.stop:
                return 1
        if not wanted.json and outcomes % 500 == 0:
            print(f"{outcomes} seeds, {desk_minutes:.0f} desk-minutes", flush=True)
    if wanted.json:
        return bool(broken)
    for name, times in sorted(counted.items()):
        print(f"{times:9}  {name}")
    took_s = time.monotonic() - began
    print(
        f"{outcomes} seeds, {desk_minutes:.0f} desk-minutes in {took_s:.0f} s ({desk_minutes / took_s:.0f} a second), "
        f"fresh {fresh / max(1, samples):.0%} of the time, all fresh again within {slowest_s:.0f} s, "
        f"{len(broken)} broken"
    )
    return bool(broken)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="300", help="how many from 0, or FIRST-LAST")
    parser.add_argument("--minutes", type=float, default=6.0, help="of trouble in each run, before all is mended")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one line for each outcome")
    parser.add_argument("--stop", action="store_true", help="at the first broken promise")
    return parser


def _replay(seed: int, minutes: float, broken: str) -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return (
        f"seed {seed} at {found.stdout.strip() or 'an unknown commit'}: {broken}\n"
        f"  replay: python -m tests.simulation --seeds {seed}-{seed} --minutes {minutes:g}\n"
        f"  and keep it: echo '{seed} {minutes:g}' >> tests/simulation/seeds.txt"
    )


if __name__ == "__main__":
    sys.exit(main())
