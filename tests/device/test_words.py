"""Every language says everything."""

import ast
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import device
from device.words import LANGUAGES, words_of

HOME = Path(device.__file__).parent
SOURCE = LANGUAGES[0]


def asked_for() -> set[str]:
    """Every text the program hands to `words`."""
    calls = (node for path in HOME.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "words"
        if call.args and isinstance(call.args[0], ast.Constant)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_exactly_what_the_program_says(language: str) -> None:
    with (HOME / "locale" / language / "LC_MESSAGES" / "device.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    entries = {message.id: message for message in catalogue if message.id}
    assert set(entries) == asked_for()
    assert [text for text, entry in entries.items() if entry.fuzzy or not entry.string] == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_translation_keeps_the_places_to_fill_in(language: str) -> None:
    for text in asked_for():
        said = words_of(language)(text)
        assert fields(said) == fields(text), (text, said)
        assert said.count("\n") == text.count("\n")


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}


def test_dutch_is_the_source() -> None:
    assert words_of(SOURCE)("Bewaard") == "Bewaard"
    assert words_of("en")("Bewaard") == "Saved"


def test_another_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="nl, en, de, fr"):
        words_of("eo")
