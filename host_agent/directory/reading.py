"""One file to the people in it, pure: any bytes become people and counted refusals, never a fault."""

from collections.abc import Iterator

from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact, People, Refusal, Row, colleague_of, contact_of, gathered
from host_agent.directory.csv_rows import csv_rows
from host_agent.directory.vcards import vcard_rows

KINDS = (".csv", ".vcf")
MOST_BYTES = 64 * 2**20
_TOLD = 50
"""Refusals that are named for one file; the rest are counted."""
_COLLEAGUES = ("colleagues", "collega")


def people_in(file: str, content: bytes, country: str) -> People:
    """The people in `content`. A `file` whose name begins with colleagues or collega holds colleagues."""
    rows = vcard_rows(content) if file.lower().endswith(".vcf") else csv_rows(content)
    is_inside = file.lower().startswith(_COLLEAGUES)
    contacts: list[Contact] = []
    colleagues: list[Colleague] = []
    refusals: list[Refusal] = []
    refused = 0
    words: dict[str, str] = {}
    for line, found in _read(rows, country, is_inside=is_inside):
        match found:
            case Contact():
                # One text for an organisation that many contacts share.
                shared = (
                    None if found.organisation is None else words.setdefault(found.organisation, found.organisation)
                )
                contacts.append(Contact(found.name, shared, found.numbers))
            case Colleague():
                colleagues.append(found)
            case str():
                refused += 1
                if len(refusals) < _TOLD:
                    refusals.append(Refusal(file, line, found))
    return gathered(contacts, colleagues, refusals, refused)


def _read(
    rows: Iterator[Row | tuple[int, str]], country: str, *, is_inside: bool
) -> Iterator[tuple[int, Contact | Colleague | str]]:
    for row in rows:
        if isinstance(row, Row):
            yield row.line, colleague_of(row, country) if is_inside else contact_of(row, country)
        else:
            yield row
