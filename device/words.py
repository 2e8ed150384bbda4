"""What people read, in their language: gettext catalogues in `device/locale`, Dutch being the source text."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

LANGUAGES = ("nl", "en", "de", "fr")
Words = Callable[[str], str]

_FOLDER = Path(__file__).parent / "locale"


@cache
def words_of(language: str) -> Words:
    """The translator from Dutch to `language`, one of LANGUAGES. Raises LookupError naming the remedy."""
    if language not in LANGUAGES:
        raise LookupError(f"language {language!r}: use one of {', '.join(LANGUAGES)}")
    if language == "nl":
        return str
    try:
        return gettext.translation("device", _FOLDER, [language]).gettext
    except OSError:
        raise LookupError(f"the {language} catalogue is not compiled: `make setup` does it") from None
