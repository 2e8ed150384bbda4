"""Presence, allowance, retry, tallies, numbers: each a small rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.messages import Hello, InboxCounts
from host_agent.core.allowance import BURST, RATE_PER_S, Allowance, spend
from host_agent.core.numbers import grouped, masked
from host_agent.core.presence import Presence, heard, is_here
from host_agent.core.retry import LONGEST_S, pause_s
from host_agent.core.tallies import Tally, inbox_counts

NONCE = "0123456789abcdef"


def test_a_unit_is_here_for_fifteen_seconds_after_its_hello() -> None:
    presence = heard(Presence(), Hello(nonce=NONCE), 100.0)
    assert is_here(presence, 115.0)
    assert not is_here(presence, 115.1)
    assert not is_here(Presence(), 0.0)


def test_a_last_will_says_goodbye_and_keeps_the_newest_nonce() -> None:
    presence = heard(heard(Presence(), Hello(nonce=NONCE), 100.0), Hello(online=False), 101.0)
    assert not is_here(presence, 101.0)
    assert presence.nonce == NONCE


def test_a_flood_is_cut_to_the_rate_and_a_full_outbox_passes() -> None:
    allowance, passed = Allowance(), 0
    for message in range(100_000):
        allowance, may = spend(allowance, message / 10_000)
        passed += may
    assert BURST <= passed <= BURST + 10 * RATE_PER_S + 1
    assert passed > 500


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_a_pause_is_never_longer_than_the_longest_nor_nothing(attempt: int, chance: float) -> None:
    assert 0.25 <= pause_s(attempt, chance) <= LONGEST_S


def test_a_desk_counts_its_own_notes_its_queues_and_those_of_nobody() -> None:
    tallies = [
        Tally("balie-1", None, 1, 0),
        Tally("balie-2", "receptie", 2, 1),
        Tally("balie-2", "storing", 4, 4),
        Tally(None, None, 8, 0),
    ]
    assert inbox_counts(tallies, "balie-1", ["receptie"]) == InboxCounts(open=11, overdue=1)


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        ("0612345678", "06 12 34 56 78"),
        ("0201234567", "020 123 45 67"),
        ("0111123456", "0111 12 34 56"),
        ("+31612345678", "+31 6 12 34 56 78"),
        ("+31201234567", "+31 20 123 45 67"),
        ("+32470123456", "+32 470 12 34 56"),
        ("08001234", "0800 12 34"),
        ("100", "100"),
        ("112", "112"),
        ("0031612345678", "0031 6 12 34 56 78"),
    ],
)
def test_a_number_is_grouped_as_it_is_read_out(number: str, spoken: str) -> None:
    assert grouped(number) == spoken


@given(st.from_regex(r"[0-9+*#]{1,32}", fullmatch=True))
def test_grouping_neither_adds_nor_loses_a_digit(number: str) -> None:
    assert grouped(number).replace(" ", "") == number


def test_a_masked_number_shows_its_last_three_digits() -> None:
    assert masked("0612345678") == "•••••••678"
