"""The code and the proofs of an enrolment."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.enrolment import ALPHABET, code_from, code_of, host_proof, proves, spelled, stretched, unit_proof

NUMBERS = st.integers(0, 2**60 - 1)
KEY = bytes(32)


@given(NUMBERS)
def test_a_code_as_it_is_spelled_reads_as_itself(number: int) -> None:
    code = code_from(number)
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", spelled(code))
    assert code_of(spelled(code)) == code
    assert code_of(f" {spelled(code).lower()}\n") == code


@given(NUMBERS, NUMBERS)
def test_two_numbers_have_two_codes(one: int, other: int) -> None:
    assert (code_from(one) == code_from(other)) is (one == other)


def test_letters_that_look_like_digits_are_read_as_those() -> None:
    assert code_of("oOiI-lL00-1111") == "001111001111"
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(("text", "meant"), [("ABC", "12 characters"), ("ABCD-EFGH-JKMU", "holds U"), ("", "12")])
def test_what_is_no_code_is_refused_in_words(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=meant):
        code_of(text)


def test_another_code_or_another_salt_gives_another_key() -> None:
    keys = {stretched(code, salt) for code in ("0" * 12, "1" * 12) for salt in (b"a" * 16, b"b" * 16)}
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)


def test_a_proof_holds_for_just_what_was_proved() -> None:
    proofs = [
        unit_proof(KEY, b"server", "request"),
        unit_proof(b"1" * 32, b"server", "request"),
        unit_proof(KEY, b"other", "request"),
        unit_proof(KEY, b"server", "other"),
        # The same bytes, cut elsewhere.
        unit_proof(KEY, b"serverr", "equest"),
        host_proof(KEY, b"server", "request", ""),
        host_proof(KEY, b"server", "request", "grant"),
        host_proof(KEY, b"server", "requestg", "rant"),
    ]
    assert len(set(proofs)) == len(proofs)
    assert proves(proofs[0], unit_proof(KEY, b"server", "request"))
    assert not proves(proofs[0], proofs[1])
