"""Who was not reached about a note, as the inbox shows it."""

from dataclasses import replace

import pytest

from host_agent.core.notes import CallbackNote
from host_agent.core.notices import Fate, Notice, is_untold

NOTE = CallbackNote(id="a" * 32, pressed_at=0.0, arrived_at=0.0, assigned_to="Jan", assigned_at=100.0)
TOLD = Notice(
    note_id=NOTE.id, kind="assigned", recipient="Jan", address="1", channel="mail", made_at=100.0, tries=1,
    next_try_at=100.0, fate="delivered",
)  # fmt: skip


@pytest.mark.parametrize(
    ("fate", "tries", "untold"),
    [
        ("delivered", 1, False),
        ("needless", 1, False),
        ("waiting", 0, False),
        ("waiting", 1, True),
        ("failed", 9, True),
        ("nowhere", 0, True),
    ],
)
def test_whoever_could_not_be_reached_is_shown(fate: Fate, tries: int, untold: bool) -> None:
    assert is_untold(NOTE, [replace(TOLD, fate=fate, tries=tries)]) is untold


def test_a_later_word_that_was_delivered_makes_it_good() -> None:
    failed = replace(TOLD, fate="failed")
    later = replace(TOLD, made_at=200.0)
    assert not is_untold(NOTE, [failed, later])
    assert is_untold(NOTE, [TOLD, replace(later, fate="failed")])
    assert is_untold(NOTE, [failed, replace(TOLD, recipient="Lotte")])


def test_one_of_two_ways_is_enough() -> None:
    ways = [replace(TOLD, fate="failed"), replace(TOLD, address="2", channel="ntfy")]
    assert not is_untold(NOTE, ways)
    assert not is_untold(NOTE, ways[::-1])
    assert is_untold(NOTE, [replace(way, fate="failed") for way in ways])


def test_what_failed_before_the_note_was_passed_on_is_history() -> None:
    failed = replace(TOLD, fate="failed")
    assert not is_untold(replace(NOTE, assigned_to="Piet", assigned_at=200.0), [failed])
    assert not is_untold(replace(NOTE, assigned_to=None, assigned_at=None), [failed])
