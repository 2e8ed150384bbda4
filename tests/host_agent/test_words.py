"""Every text of the pages is there in every language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from host_agent.words import LANGUAGES, accepted, translations

HOST_AGENT = Path(__file__).parents[2] / "host_agent"


def _texts() -> Iterator[str | tuple[str, ...]]:
    methods = [("**.py", "python"), ("web/templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}
    for _file, _line, text, _comments, _context in extract_from_dir(HOST_AGENT, methods, keywords=keywords):
        yield text


def _catalogue(language: str) -> Catalog:
    path = HOST_AGENT / "locale" / language / "LC_MESSAGES" / "host_agent.po"
    with path.open("rb") as source:
        return read_po(source, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_nothing_else(language: str) -> None:
    catalogue = _catalogue(language)
    wanted = {text if isinstance(text, str) else text[0] for text in _texts()}
    there = {
        message.id if isinstance(message.id, str) else message.id[0]: message for message in catalogue if message.id
    }
    assert set(there) == wanted
    for text, message in there.items():
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(forms), f"{language}: {text!r} has no translation"
        assert not message.fuzzy
        assert not list(message.check(catalogue)), f"{language}: {text!r} fills in other values"


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "nl"])
def test_the_catalogue_in_use_speaks_its_language(language: str) -> None:
    assert translations(language).gettext("Geschiedenis") != "Geschiedenis"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("en-US,en;q=0.5", "en"),
        ("pl,de;q=0.5,fr;q=0.7", "fr"),
        ("pl", None),
        ("", None),
        ("de;q=nonsense,fr;q=0", None),
    ],
)
def test_a_browser_gets_the_first_of_our_languages_that_it_asks_for(header: str, language: str | None) -> None:
    assert accepted(header) == language
