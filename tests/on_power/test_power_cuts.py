"""The power goes while notes are being pressed: what the glass said was kept comes back after the next boot."""

import os
import random

from tests.on_power.card import UNSYNCED, cuts
from tests.on_power.volatile_disk import VolatileDisk

CUTS = int(os.environ.get("CUTS", "20"))
MOST_UNSYNCED_CUTS = 4


def test_every_note_that_was_shown_as_kept_is_there_once_after_each_power_cut(disk: VolatileDisk) -> None:
    shown = at_risk = 0
    for number, count in enumerate(cuts(disk, random.Random(1), CUTS), start=1):
        print(
            f"cut {number}: {len(count.shown)} notes shown as kept, {len(count.found)} found; "
            f"{count.survived} of {count.at_risk} unflushed pages had reached the card",
            flush=True,
        )
        assert count.lost == set()
        assert len(count.found) == len(set(count.found))
        assert set(count.found) <= count.pressed
        assert "EXT4-fs error" not in count.words
        assert "damaged" not in count.words
        shown, at_risk = shown + len(count.shown), at_risk + count.at_risk
    # Cuts in which nothing could be lost would prove nothing.
    assert shown >= CUTS
    assert at_risk > 0


def test_a_unit_that_does_not_sync_before_it_says_kept_is_found_out(disk: VolatileDisk) -> None:
    assert any(count.lost for count in cuts(disk, random.Random(2), MOST_UNSYNCED_CUTS, prepare=UNSYNCED))
