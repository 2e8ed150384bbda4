"""What stands of the promises when every program may be killed at any instant. `make crash KILLS=…` plays it longer."""

import os
import secrets
from pathlib import Path

import pytest

from tests.crash.killing import kill_many

KILLS = 200


@pytest.mark.timeout(180)
def test_after_200_kills_each_press_that_was_shown_as_kept_stands_in_the_inbox_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED") or secrets.randbelow(10**6))
    print(f"CRASH_SEED={seed} plays it again")
    tally = kill_many(tmp_path, KILLS, seed)
    print(tally.told)
    assert tally.broken == [], tally.told
    assert tally.kills.total() == KILLS
    # It would be easy to lose nothing where nothing happens.
    at_boundaries = sum(count for who, count in tally.kills.items() if not who.endswith("at random"))
    assert at_boundaries >= KILLS // 10
    assert tally.kept >= 30, tally.told
    assert tally.received >= 5, tally.told
