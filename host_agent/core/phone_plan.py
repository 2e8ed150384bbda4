"""Telephone numbers in any notation to one that can be compared (E.164), pure. The one file that knows phonenumbers.

The library is a table of the world's numbering plans with functions over it: no clock, file or socket.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from broker.names import phone_number

_TRUNK_ZERO: Final = re.compile(r"^((?:\+|00)\s*\d[\d\s().\-/]*?)\(0\)")
"""+31 (0)20 …: a zero that is dialled only at home."""
_OWN_EXTENSION: Final = re.compile(r"\s*(?:;.*|,.*|(?:ext|tst|toestel|x)\.?\s*\d*)$", re.IGNORECASE)
_DASHES: Final = re.compile("[‐-―−]")
_LONGEST_SHORT: Final = 6
"""Digits. So long an extension or a short code such as 112 and 14020 can be; no subscriber's number is shorter."""
_MOST_DIGITS: Final = 15
_SERVICES: Final = (PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)
_REMEMBERED: Final = 4096


def is_country(code: str) -> bool:
    """Whether `code` is a country (ISO 3166-1, two capitals) whose numbering plan is known."""
    return code in phonenumbers.SUPPORTED_REGIONS


def calling_code(country: str) -> str:
    """What comes after the + for numbers of `country`: 31 for NL (ITU-T E.164)."""
    return str(phonenumbers.country_code_for_region(country))


def as_dialled(text: str | None) -> str | None:
    """The number in `text` without what people write around it: `tel:`, spaces, (0), an extension; None if none."""
    if text is None or len(text) > 200:
        return None
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if plain[:4].lower() == "tel:":
        plain = plain[4:]
    plain = _TRUNK_ZERO.sub(r"\1", _OWN_EXTENSION.sub("", plain))
    return phone_number(plain)


@lru_cache(maxsize=_REMEMBERED)
def e164(text: str | None, country: str = "NL") -> str | None:
    """The number in `text` as it is compared: `+31612345678` for a subscriber's, however it is written.

    Extensions, short codes and service numbers of `country` (0800, 0900) stay as they are dialled at home: they
    have no form that is dialled from everywhere. None when `text` is no number.
    """
    dialled = as_dialled(text)
    if dialled is None or not any(char.isdigit() for char in dialled):
        return None
    is_international = dialled.startswith(("+", "00"))
    if "*" in dialled or "#" in dialled or "+" in dialled[1:] or not dialled.isascii():
        return dialled
    if not is_international and len(dialled) <= _LONGEST_SHORT:
        return dialled
    parsed = _parsed("+" + dialled[2:] if dialled.startswith("00") else dialled, country)
    if parsed is None:
        return dialled
    if phonenumbers.is_valid_number_for_region(parsed, country) and (
        phonenumbers.number_type(parsed) in _SERVICES
        or len(phonenumbers.national_significant_number(parsed)) <= _LONGEST_SHORT
    ):
        at_home = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
        return "".join(char for char in at_home if char.isdigit())
    if is_international or phonenumbers.is_valid_number(parsed) or _has_trunk_prefix(dialled, country):
        return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))
    return dialled


def international(number: str) -> str:
    """An international number (`+…`) in the groups of its own country; as it is when no plan knows it."""
    parsed = _parsed(number, None)
    if parsed is None:
        return number
    spoken = str(phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)).replace("-", " ")
    # Only the groups are the library's: a digit is never added or lost.
    return spoken if spoken.replace(" ", "") == number else number


def national(number: str, country: str) -> str:
    """A number in the notation of `country` (`030 123456`) in that country's groups; as it is when not in its plan."""
    parsed = _parsed(number, country)
    if parsed is None or not phonenumbers.is_valid_number_for_region(parsed, country):
        return number
    spoken = re.sub(r"[^0-9]+", " ", phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)).strip()
    return spoken if spoken.replace(" ", "") == number else number


def _parsed(dialled: str, country: str | None) -> PhoneNumber | None:
    if sum(char.isdigit() for char in dialled) > _MOST_DIGITS + 2:
        return None
    try:
        parsed = phonenumbers.parse(dialled, country)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def _has_trunk_prefix(dialled: str, country: str) -> bool:
    plan = PhoneMetadata.metadata_for_region(country)
    return bool(plan is not None and plan.national_prefix and dialled.startswith(plan.national_prefix))
