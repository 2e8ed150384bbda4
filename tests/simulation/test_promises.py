"""Three hundred runs in which everything goes wrong, and in which no promise may break."""

import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.__main__ import kept_seeds
from tests.simulation.scenario import Scenario

ROOT = Path(__file__).parents[2]
MINUTES = 5
SHARES = 10
SEEDS_A_SHARE = 30
CRASHES = {
    "crash broker: acknowledged", "crash broker: before the note is passed on",
    "crash broker: passed on, not acknowledged", "crash host: a receipt sent", "crash host: before a receipt",
    "crash host: before its commit", "crash host: committed, no receipt", "crash unit: a receipt came",
    "crash unit: a receipt was taken", "crash unit: before its commit", "crash unit: before sending",
    "crash unit: committed, not told", "crash unit: sent",
}  # fmt: skip


def _played(first: int, last: int, minutes: float, hash_seed: str = "random") -> list[dict[str, Any]]:
    """The outcomes of these seeds, played in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seeds", f"{first}-{last}", "--minutes", str(minutes),
         "--processes", "1", "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@cache
def _share(share: int) -> list[dict[str, Any]]:
    return _played(share * SEEDS_A_SHARE, (share + 1) * SEEDS_A_SHARE - 1, MINUTES)


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.timeout(300)
def test_whatever_goes_wrong_no_promise_breaks_and_all_is_well_once_it_is_mended(share: int) -> None:
    outcomes = _share(share)
    counted: Counter[str] = Counter()
    for outcome in outcomes:
        counted.update(outcome["counted"])
    # A run in which nothing happened would prove nothing.
    kinds = {trouble.name for trouble in Scenario(0, 1).faults._kinds()}
    assert len(outcomes) == SEEDS_A_SHARE
    assert kinds | CRASHES <= counted.keys()
    assert counted["press"] > 300
    assert counted["caller"] > 100
    assert 0.5 < sum(o["fresh_samples"] for o in outcomes) / sum(o["samples"] for o in outcomes) < 0.97


@pytest.mark.parametrize(("seed", "minutes"), kept_seeds())
def test_a_seed_that_once_broke_a_promise_keeps_it(seed: int, minutes: float) -> None:
    assert _played(seed, seed, minutes)[0]["broken"] is None


def test_the_same_seed_plays_the_same_run_in_any_process() -> None:
    runs = [_played(7, 9, 4, hash_seed) for hash_seed in ("1", "2")]
    assert [run["trace"] for run in runs[0]] == [run["trace"] for run in runs[1]]
    assert len({run["trace"] for run in runs[0]}) == 3
