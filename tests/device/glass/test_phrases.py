"""Numbers and times as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.messages import Caller
from device.glass.phrases import caller_lines, clock, lasting, spaced, waiting


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("0612345678", "06 12 34 56 78"),
        ("0201234567", "020 123 45 67"),
        ("0881234567", "088 123 45 67"),
        ("0229123456", "0229 12 34 56"),
        ("08001234", "0800 1234"),
        ("0800123456", "0800 123456"),
        ("+31612345678", "+31 6 12 34 56 78"),
        ("0031201234567", "+31 20 123 45 67"),
        ("+4930123456", "+49 301 234 56"),
        ("+12025550123", "+1 202 555 01 23"),
        ("+352123456", "+352 123 456"),
        ("0044201234567", "00 44 201 234 567"),
        ("100", "100"),
        ("*21#", "*21#"),
        ("+", "+"),
    ],
)
def test_a_number_is_grouped_as_it_is_read_out(number: str, written: str) -> None:
    assert spaced(number) == written


@given(st.from_regex(r"\A[0-9+*#]{1,32}\Z"))
def test_grouping_never_loses_or_adds_a_digit_a_person_would_dial(number: str) -> None:
    bare = spaced(number).replace(" ", "")
    assert bare in (number, "+31" + number.removeprefix("0031"))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, "–"), (0, "0:00"), (59, "0:59"), (3599, "59:59"), (3753, "1:02:33"), (99_999, "9:59:59")],
)
def test_a_running_time(seconds: int | None, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(("count", "shown"), [(None, "–"), (0, "0"), (99, "99"), (100, "99+")])
def test_how_many_wait(count: int | None, shown: str) -> None:
    assert waiting(count) == shown


@pytest.mark.parametrize(("seconds", "said"), [(40, "40 s"), (185, "3 min"), (7500, "2 u 05"), (400_000, "4 d")])
def test_how_long_something_lasts(seconds: int, said: str) -> None:
    assert lasting(seconds, str) == said


def test_who_calls_is_the_name_then_the_number_then_a_word() -> None:
    assert caller_lines(Caller(name="Zoë", number="100"), str) == ["Zoë", "100"]
    assert caller_lines(Caller(number="100"), str) == ["100"]
    assert caller_lines(Caller(withheld=True), str) == ["Anoniem"]
    assert caller_lines(Caller(name="Zoë", withheld=True), str) == ["Zoë", "Anoniem"]
    assert caller_lines(Caller(), str) == caller_lines(None, str) == ["Onbekend"]
