"""Names are parsed once at the edge; a text from outside is safe to show after cleaning."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broker.names import (
    MAX_COMBINING_MARKS,
    NAME_LIMIT,
    TEXT_LIMIT,
    clean,
    extension,
    phone_number,
    queue_name,
    unit_name,
)

ANY_TEXT = st.text(alphabet=st.characters(), max_size=400)


@pytest.mark.parametrize("text", ["balie-1", "a", "0", "x" * 32, "desk-00-b"])
def test_a_unit_may_be_named(text: str) -> None:
    assert unit_name(text) == text


@pytest.mark.parametrize(
    "text", ["", "Balie", "-balie", "a/b", "+", "#", "$SYS", "a b", "x" * 33, "balie\n", "baliĕ", "a\x00"]
)
def test_a_unit_may_not_be_named_what_means_something_in_a_topic(text: str) -> None:
    with pytest.raises(ValueError, match="unit name"):
        unit_name(text)


@pytest.mark.parametrize("text", ["receptie", "Receptie begane grond", "ééntje", "a$", "x" * 64])
def test_a_queue_keeps_the_name_the_pbx_gave_it(text: str) -> None:
    assert queue_name(text) == text


@pytest.mark.parametrize("text", ["", "$SYS", "a/b", "a+", "#", "a\nb", "a\x7f", "x" * 65, "receptie\n"])
def test_a_queue_that_would_change_the_topic_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="queue name"):
        queue_name(text)


@pytest.mark.parametrize("text", ["100", "*98100", "#1", "front-desk", "j.jansen"])
def test_an_extension_is_taken(text: str) -> None:
    assert extension(text) == text


@pytest.mark.parametrize("text", ["", "1 0", "a/b", "é", "x" * 33, "100\n"])
def test_what_no_phone_is_called_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="extension"):
        extension(text)


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("06-12 34 56 78", "0612345678"),
        ("(020) 123 45 67", "0201234567"),
        ("+31.6.12345678", "+31612345678"),
        ("*21#", "*21#"),
        ("anonymous", None),
        ("<unknown>", None),
        ("", None),
        ("1" * 33, None),
        ("٠١٢", None),
        ("0612345678\r\nAction: Hangup", None),
        (None, None),
    ],
)
def test_a_number_is_what_one_can_dial_or_unknown(written: str | None, dialled: str | None) -> None:
    assert phone_number(written) == dialled


@given(ANY_TEXT)
@example("\u202ealpac\u202c")
@example("Z̴̡̛͓͇a̶l̵g̷o")
@example("\ud800 \udfff")
@example("a\u0300\u0301\u0302\u0303")
@example("\u0344" * 5)
@example("x" * 1000)
@example("\u1100\u1161\u11a8" * 100)
@example("\u0f71\u0f72\u0f74")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(ANY_TEXT, st.sampled_from([NAME_LIMIT, TEXT_LIMIT, 2]))
def test_a_clean_text_is_one_short_line_without_hidden_characters(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert cleaned == cleaned.strip()
    assert not [char for char in cleaned if unicodedata.category(char)[0] == "C"]
    assert "  " not in cleaned
    cleaned.encode()  # no lone surrogate is left


@given(ANY_TEXT)
def test_accents_are_never_stacked_higher_than_the_cap(text: str) -> None:
    marks = 0
    for char in clean(text):
        marks = marks + 1 if unicodedata.category(char)[0] == "M" else 0
        assert marks <= MAX_COMBINING_MARKS


def test_a_direction_override_cannot_turn_a_number_around() -> None:
    assert clean("\u202e87654321-60\u202c \u2066x\u2069") == "87654321-60 x"


def test_a_name_people_bear_comes_through_unchanged() -> None:
    for name in ("Van 't Hof", "Zoë Çelik-Łukasz", "Nguyễn Thị Ánh", "Ωμέγα", "王小明", "محمد"):
        assert clean(name) == name


def test_what_is_cut_says_so() -> None:
    assert clean("Telefooncentrale afdeling", 10) == "Telefoonc…"
