"""Names spelled over the telephone, and the shorthand of a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_agent.core.shorthand import parts, says_urgent
from host_agent.core.spelling import spell
from host_agent.telephone_alphabets import ALPHABETS, alphabet


def _words(text: str, name: str) -> list[str | None]:
    return [each.word for each in spell(text, alphabet(name))]


@pytest.mark.parametrize("name", ALPHABETS)
def test_every_alphabet_has_a_word_for_every_letter(name: str) -> None:
    words = _words("abcdefghijklmnopqrstuvwxyz", name)
    assert None not in words


def test_groups_and_letters_of_a_language_have_words_of_their_own() -> None:
    assert _words("Schäfer", "de") == ["Schule", "Ärger", "Friedrich", "Emil", "Richard"]
    assert _words("Dijk", "nl") == ["Dirk", "IJmuiden", "Karel"]
    assert _words("weiß", "de")[-1] == "Eszett"


def test_an_accent_that_the_alphabet_lacks_is_spelled_by_its_bare_letter() -> None:
    assert _words("Zoë", "nl") == ["Zaandam", "Otto", "Eduard"]


def test_signs_are_said_as_themselves() -> None:
    assert _words("O'Brien-2", "en")[1] is None


@given(st.text(max_size=40), st.sampled_from(ALPHABETS))
def test_nothing_of_a_name_is_left_out(text: str, name: str) -> None:
    assert "".join(each.letter for each in spell(text, alphabet(name))) == "".join(text.split())


def test_the_shorthand_is_understood() -> None:
    assert [part.meaning for part in parts("-> planning !! bedrag ??, fax nvt")] == [
        "passed_to", "text", "urgent", "text", "unclear", "text", "none",
    ]  # fmt: skip
    assert says_urgent("bel !!")
    assert not says_urgent("kan wachten!")
    assert [part.meaning for part in parts("invterend")] == ["text"]


@given(st.text(max_size=60))
def test_a_reason_keeps_every_character(reason: str) -> None:
    assert "".join(part.text for part in parts(reason)) == reason
