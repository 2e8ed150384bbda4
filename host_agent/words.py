"""What people read, in their language. The Dutch source text is the message id (gettext)."""

import gettext
from functools import cache
from pathlib import Path

LANGUAGES = ("nl", "en", "de", "fr")
_FOLDER = Path(__file__).parent / "locale"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of `language`; Dutch where it has no text. Needs the compiled .mo (`make setup` makes it)."""
    return gettext.translation("host_agent", _FOLDER, [language], fallback=language == "nl")


def accepted(header: str) -> str | None:
    """The first of our languages in an Accept-Language header (RFC 9110, 12.5.4), None when it has none."""
    ranked = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        language = tag.split("-")[0].lower()
        if language in LANGUAGES and weight > 0:
            ranked.append((-weight, place, language))
    return min(ranked)[2] if ranked else None
