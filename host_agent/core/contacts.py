"""Contacts: whose number is it? And reading people from rows of words, pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, get_args

from broker.names import EXTENSION_PATTERN, NAME_LIMIT, clean
from host_agent.core.colleagues import Colleague, Language
from host_agent.core.phone_plan import e164

MOST_NUMBERS: Final = 12
_LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_YES: Final = frozenset({"1", "ja", "j", "yes", "y", "true", "oui", "x"})
_ADDRESS_LIMIT: Final = 254
"""RFC 5321, 4.5.3.1.3: a path without its brackets."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody outside. `numbers` as `phone_plan.e164` gives them. `id` is None for one that stands in a file."""

    name: str | None
    organisation: str | None
    numbers: tuple[str, ...]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken in: its file, its number from 1, and why; never what it says of somebody."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """One person as a file has them: what the file calls each thing, in our words, to what it says.

    Words: name, given, family, organisation, number, extension, email, department, deputy, absent_until, language,
    notify, lead. A word may stand there more than once.
    """

    line: int
    said: tuple[tuple[str, str], ...]

    def first(self, word: str, limit: int = NAME_LIMIT) -> str | None:
        """What it says first under `word`, cleaned; None when nothing."""
        return next((text for known, said in self.said if known == word and (text := clean(said, limit))), None)

    def every(self, word: str) -> list[str]:
        """All it says under `word`; several in one cell are separated by `;` or `|`."""
        cells = (said.replace("|", ";").split(";") for known, said in self.said if known == word)
        return [text for cell in cells for part in cell if (text := part.strip())]

    @property
    def name(self) -> str | None:
        """The whole name, or else the given and family name."""
        parts = [part for part in (self.first("given"), self.first("family")) if part]
        return self.first("name") or clean(" ".join(parts), NAME_LIMIT) or None


@dataclass(frozen=True)
class People:
    """What one file, or all hand-made entries, hold. `by_number` finds a contact; the first of two has the number."""

    by_number: Mapping[str, Contact] = field(default_factory=dict)
    contacts: Sequence[Contact] = ()
    colleagues: Sequence[Colleague] = ()
    refusals: Sequence[Refusal] = ()
    refused: int = 0
    """How many lines; `refusals` names only the first."""


def contact_of(row: Row, country: str) -> Contact | str:
    """The contact in `row`, or why there is none."""
    name, organisation = row.name, row.first("organisation")
    if name is None and organisation is None:
        return "neither a name nor an organisation"
    written = row.every("number")
    if not written:
        return "no number"
    numbers = tuple(dict.fromkeys(number for text in written if (number := e164(text, country)) is not None))
    if not numbers:
        return "what stands in the place of a number is none"
    return Contact(name, organisation, numbers[:MOST_NUMBERS])


def colleague_of(row: Row, country: str) -> Colleague | str:
    """The colleague in `row`, or why there is none."""
    name = row.name
    if name is None:
        return "no name"
    extension = row.first("extension")
    if extension is None:
        extension = next((text for text in row.every("number") if (e164(text, country) or "+")[0] != "+"), None)
    if extension is not None and not re.fullmatch(EXTENSION_PATTERN, extension):
        return "an extension is 1-32 letters, digits and * # _ . -"
    email = row.first("email", _ADDRESS_LIMIT)
    if email is not None and not is_address(email):
        return "what stands in the place of an e-mail address is none"
    absent = row.first("absent_until")
    absent_until = None if absent is None else moment(absent)
    if absent is not None and absent_until is None:
        return "absent until: write 2026-12-31, 31-12-2026, or either with a time such as 17:00"
    language = (row.first("language") or _LANGUAGES[0]).lower()
    if language not in _LANGUAGES:
        return "a language is one of nl, en, de, fr"
    return Colleague(
        name=name,
        extension=extension,
        email=email,
        notify_urls=tuple(text for text in row.every("notify") if "://" in text or text.startswith("mailto:")),
        language=language,
        deputy=row.first("deputy"),
        absent_until=absent_until,
        team=row.first("department"),
        lead=(row.first("lead") or "").casefold() in _YES,
    )


def is_address(text: str) -> bool:
    """Whether `text` may be an e-mail address: something@some.where, without spaces."""
    local, at, host = text.rpartition("@")
    return bool(local and at and "." in host.strip(".") and " " not in text and "," not in text)


def moment(text: str) -> float | None:
    """A day (its end) or a day and time, local, to Unix seconds; None when it is neither."""
    for form, whole_day in (
        ("%Y-%m-%d", True), ("%d-%m-%Y", True), ("%d/%m/%Y", True),
        ("%Y-%m-%dT%H:%M", False), ("%Y-%m-%d %H:%M", False), ("%d-%m-%Y %H:%M", False),
    ):  # fmt: skip
        try:
            at = datetime.strptime(text, form)
            return (at.replace(hour=23, minute=59, second=59) if whole_day else at).timestamp()
        except (ValueError, OverflowError, OSError):
            continue
    return None


def gathered(
    contacts: Iterable[Contact],
    colleagues: Sequence[Colleague] = (),
    refusals: Sequence[Refusal] = (),
    refused: int = 0,
) -> People:
    """People with their numbers indexed; of two contacts with one number the first has it."""
    kept = list(contacts)
    by_number: dict[str, Contact] = {}
    for contact in kept:
        for number in contact.numbers:
            by_number.setdefault(number, contact)
    return People(by_number, kept, tuple(colleagues), tuple(refusals), refused)


def whose(sources: Iterable[People], number: str | None, country: str) -> Contact | None:
    """The contact with `number`, in any notation; the first of `sources` that knows it."""
    wanted = None if number is None else e164(number, country)
    if wanted is None:
        return None
    return next((found for people in sources if (found := people.by_number.get(wanted)) is not None), None)


def search(sources: Iterable[People], words: str, country: str, most: int) -> list[Contact]:
    """Contacts with all of `words` in their name or organisation, or with that number; at most `most`."""
    number = e164(words, country)
    digits = "".join(char for char in words if char.isdigit())
    wanted = [word.casefold() for word in words.split()]
    found: list[Contact] = []
    for people in sources:
        for contact in people.contacts:
            text = f"{contact.name or ''} {contact.organisation or ''}".casefold()
            if all(word in text for word in wanted) or (
                number is not None
                and (number in contact.numbers or (len(digits) > 3 and any(digits in each for each in contact.numbers)))
            ):
                found.append(contact)
                if len(found) >= most:
                    return found
    return found
