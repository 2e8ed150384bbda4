"""Numbers in any notation, and in the groups of their country."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_agent.core.numbers import grouped
from host_agent.core.phone_plan import as_dialled, e164, is_country


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0612345678", "+31612345678"),
        ("06-12 34 56 78", "+31612345678"),
        ("06.12.34.56.78", "+31612345678"),
        ("(020) 123 45 67", "+31201234567"),
        ("020\u2011123\u00a045\u00a067", "+31201234567"),
        ("+31 (0)20 123 4567", "+31201234567"),
        ("0031 (0)20 123 4567", "+31201234567"),
        ("+31 6 12345678", "+31612345678"),
        ("0031612345678", "+31612345678"),
        ("31612345678", "+31612345678"),
        ("612345678", "+31612345678"),
        ("tel:+31-20-123-4567", "+31201234567"),
        ("tel:+31201234567;ext=12", "+31201234567"),
        ("020 123 45 67 tst. 12", "+31201234567"),
        ("020 1234567 x12", "+31201234567"),
        ("088-1234567", "+31881234567"),
        ("097012345678", "+3197012345678"),
        ("+49 30 123456", "+4930123456"),
        ("0032 470 12 34 56", "+32470123456"),
        ("+44 (0) 20 7946 0018", "+442079460018"),
    ],
)
def test_a_subscribers_number_is_one_number_however_it_is_written(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("100", "100"),
        ("20100", "20100"),
        ("201001", "201001"),
        ("112", "112"),
        ("14020", "14020"),
        ("14 020", "14020"),
        ("+31 14 020", "14020"),
        ("0800-1234", "08001234"),
        ("+31 800 1234", "08001234"),
        ("0900 1234567", "09001234567"),
        ("*97", "*97"),
        ("06#12345678", "06#12345678"),
    ],
)
def test_extensions_and_service_numbers_stay_as_they_are_dialled(written: str, number: str) -> None:
    assert e164(written) == number


@pytest.mark.parametrize("written", [None, "", "anoniem", "Jan 0612345678", "+", "#", "tel:", "0" * 300, "a@b.nl"])
def test_what_is_no_number_is_none(written: str | None) -> None:
    assert e164(written) is None


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("030 123456", "DE", "+4930123456"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("912 345 678", "ES", "+34912345678"),
        ("06 12345678", "NL", "+31612345678"),
    ],
)
def test_a_number_without_a_countrys_code_is_one_of_the_offices_country(
    written: str, country: str, number: str
) -> None:
    assert e164(written, country) == number


def test_a_country_is_one_with_a_plan() -> None:
    assert is_country("NL")
    assert not is_country("nl")
    assert not is_country("XX")


@given(st.text(max_size=40) | st.text(alphabet="0123456789+*#-() .x;tel:", max_size=40))
def test_whatever_is_written_becomes_one_number_or_none_and_stays_it(written: str) -> None:
    number = e164(written)
    if number is not None:
        assert as_dialled(number) == number
        assert e164(number) == number


@pytest.mark.parametrize(
    ("number", "country", "spoken"),
    [
        ("+4930123456", "NL", "+49 30 123456"),
        ("+33123456789", "NL", "+33 1 23 45 67 89"),
        ("+442079460018", "NL", "+44 20 7946 0018"),
        ("+12125550123", "NL", "+1 212 555 0123"),
        ("0033123456789", "NL", "0033 1 23 45 67 89"),
        ("030123456", "DE", "030 123456"),
        ("0470123456", "BE", "0470 12 34 56"),
        ("0123456789", "FR", "01 23 45 67 89"),
        ("+31612345678", "DE", "+31 6 12 34 56 78"),
        ("5551234567", "DE", "55 51 23 45 67"),
        ("100", "DE", "100"),
    ],
)
def test_numbers_of_other_countries_stand_in_their_own_groups(number: str, country: str, spoken: str) -> None:
    assert grouped(number, country) == spoken


@given(st.from_regex(r"(\+|00|0)?[0-9*#]{1,16}", fullmatch=True), st.sampled_from(["NL", "DE", "BE", "FR", "ES"]))
def test_grouping_neither_adds_nor_loses_a_digit_in_any_country(number: str, country: str) -> None:
    assert grouped(number, country).replace(" ", "") == number
