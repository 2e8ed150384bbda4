"""Any file becomes people and counted refusals."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact, gathered, search, whose
from host_agent.directory.columns import word_for
from host_agent.directory.reading import people_in

CARD = """BEGIN:VCARD
VERSION:3.0
N:Vries;Maaike;de;;
FN:Maaike de Vries
ORG:Bakkerij Het Stoepje;Inkoop
TEL;TYPE=CELL:+31 6 12345678
TEL;TYPE=WORK:020-123 45 67
PHOTO;ENCODING=b;TYPE=JPEG:aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ
 aGVsbG8gd29ybGQ
END:VCARD
"""
MAAIKE = Contact("Maaike de Vries", "Bakkerij Het Stoepje", ("+31612345678", "+31201234567"))


@pytest.mark.parametrize(
    "text",
    [
        "naam;nummer;organisatie\nMaaike de Vries;06 12345678|020-1234567;Bakkerij Het Stoepje\n",
        "Name,Phone,Mobile 2,Company\nMaaike de Vries,0612345678,020 123 45 67,Bakkerij Het Stoepje\n",
        "Voornaam\tAchternaam\tTelefoon\tBedrijf\r\nMaaike\tde Vries\t0612345678;0201234567\tBakkerij Het Stoepje\r\n",
        'Name,Phone,Company\n"Maaike\nde Vries","0612345678;0201234567",Bakkerij Het Stoepje',
    ],
)
def test_spreadsheets_of_several_makers_say_the_same(text: str) -> None:
    assert people_in("klanten.csv", text.encode(), "NL").contacts == [MAAIKE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_name_keeps_its_accents_in_every_encoding(encoding: str) -> None:
    people = people_in("a.csv", "naam;nummer\nZoë Çelik;0612345678\n".encode(encoding), "NL")
    assert [each.name for each in people.contacts] == ["Zoë Çelik"]


def test_a_card_gives_name_organisation_and_numbers_and_its_picture_is_left() -> None:
    assert people_in("klanten.vcf", CARD.encode(), "NL").contacts == [MAAIKE]


def test_an_old_card_and_a_new_one_are_read() -> None:
    name = "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Jan"
    old = f"BEGIN:VCARD\nVERSION:2.1\n{name}\nTEL;CELL:0612345678\nEND:VCARD\n"
    new = "BEGIN:VCARD\nVERSION:4.0\nFN:Karin Smit\nTEL;VALUE=uri:tel:+31-20-123-4567\nEND:VCARD\n"
    found = people_in("a.vcf", (old + new).encode(), "NL").contacts
    assert [(each.name, each.numbers) for each in found] == [
        ("Jan Müller", ("+31612345678",)), ("Karin Smit", ("+31201234567",))
    ]  # fmt: skip


def test_a_bad_line_costs_itself_and_is_named_without_what_it_says() -> None:
    lines = ["naam;nummer", "Jan;0612345678", "Geheim;geen", "Piet;", ";0201234567", "Kees;0201234567"]
    people = people_in("klanten.csv", "\n".join(lines).encode(), "NL")
    assert [each.name for each in people.contacts] == ["Jan", "Kees"]
    assert people.refused == 3
    assert [(each.line, each.file) for each in people.refusals] == [(n, "klanten.csv") for n in (3, 4, 5)]
    assert "Geheim" not in " ".join(map(str, people.refusals))


def test_a_bad_card_costs_itself_alone() -> None:
    people = people_in("a.vcf", ("BEGIN:VCARD\nFN:Half\n" + CARD + "BEGIN:VCARD\nEND:VCARD\n").encode(), "NL")
    assert people.contacts == [MAAIKE]
    assert [each.line for each in people.refusals] == [1, 13]


@pytest.mark.parametrize("name", ["a.csv", "a.vcf"])
@pytest.mark.parametrize("content", [b"", b"\n\n", b"zomaar wat", b"\x00\xff\xfe"])
def test_a_file_that_is_something_else_is_refused_once(name: str, content: bytes) -> None:
    people = people_in(name, content, "NL")
    assert (people.contacts, people.refused) == ([], 1)


def test_a_list_of_colleagues_tells_who_is_away_and_who_stands_in() -> None:
    text = (
        "Naam;Afdeling;Toestel;E-mail;Vervanger;Afwezig tot;Taal;Lead\n"
        "Anouk Bakker;Inkoop;201;anouk@kantoor.example;Piet Vink;31-12-2026 17:00;nl;\n"
        "Piet Vink;Inkoop;202;;;;en;ja\n"
    )
    anouk, piet = people_in("Collega's.csv", text.encode(), "NL").colleagues
    assert (anouk.team, anouk.extension, anouk.email, anouk.deputy) == (
        "Inkoop",
        "201",
        "anouk@kantoor.example",
        "Piet Vink",
    )
    assert anouk.absent_until is not None
    assert piet == Colleague(name="Piet Vink", extension="202", team="Inkoop", language="en", lead=True)


@pytest.mark.parametrize("cells", ["Jan;2 0 1;;", "Jan;201;geen adres;", "Jan;201;;ooit", ";201;;"])
def test_a_colleague_with_something_wrong_is_refused(cells: str) -> None:
    people = people_in("colleagues.csv", f"naam;toestel;email;afwezig tot\n{cells}\n".encode(), "NL")
    assert (people.colleagues, people.refused) == ((), 1)


def test_headers_are_known_by_many_names() -> None:
    names = (
        "E-mail adres",
        "Téléphone",
        "Afwezig t/m",
        "absent until",
        "Mobiele telefoon",
        "Telefoon 2",
        "Absent jusqu'au",
    )
    assert [word_for(name) for name in names] == [
        "email",
        "number",
        None,
        "absent_until",
        None,
        "number",
        "absent_until",
    ]


def test_who_is_made_by_hand_goes_before_who_stands_in_a_file() -> None:
    by_hand = gathered([Contact("Maaike", None, ("+31612345678",), "a" * 32)])
    assert whose([by_hand, gathered([MAAIKE])], "06-12345678", "NL") == by_hand.contacts[0]
    assert whose([by_hand, gathered([MAAIKE])], "020 1234567", "NL") == MAAIKE
    assert whose([by_hand], "anoniem", "NL") is None


@pytest.mark.parametrize("words", ["maaike", "STOEPJE vries", "0612345678", "+31 6 1234 5678", "123456"])
def test_a_contact_is_found_by_name_organisation_or_number_in_any_notation(words: str) -> None:
    other = Contact("Iemand", None, ("+32470999999",))
    assert search([gathered([other, MAAIKE])], words, "NL", 10) == [MAAIKE]


def _numbers_are_kept(name: str, content: bytes) -> None:
    people = people_in(name, content, "NL")
    assert people.refused >= len(people.refusals)
    assert people.contacts or people.colleagues or people.refused or b"naam" in content
    for contact in people.contacts:
        assert contact.numbers
        assert contact.name or contact.organisation
        assert all(people.by_number[number].numbers for number in contact.numbers)


@given(st.sampled_from(["a.csv", "colleagues.csv", "a.vcf", "collega.vcf"]), st.binary(max_size=400))
@example("a.csv", b"\0")
@example("a.csv", b";")
def test_any_bytes_become_people_or_counted_refusals(name: str, content: bytes) -> None:
    _numbers_are_kept(name, content)


@given(st.sampled_from(["a.csv", "colleagues.csv"]), st.lists(st.text(max_size=60), max_size=20))
def test_any_rows_under_a_good_header_become_people_or_counted_refusals(name: str, rows: list[str]) -> None:
    _numbers_are_kept(name, "\n".join(["naam;nummer;toestel", *rows]).encode("utf-8", "replace"))


_LINES = st.sampled_from(
    [*CARD.splitlines(), "TEL;X=:", "N:", "TEL:tel:+", "ORG:;;", "ENCODING=QUOTED-PRINTABLE:=", " ", "="]
)


@given(st.lists(_LINES | st.text(max_size=40), max_size=30))
def test_any_cards_become_people_or_counted_refusals(lines: list[str]) -> None:
    _numbers_are_kept("a.vcf", "\n".join(["BEGIN:VCARD", *lines, "END:VCARD"]).encode("utf-8", "replace"))
