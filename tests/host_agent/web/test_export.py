"""What an office takes away: every note, whole, in files that a spreadsheet and a program can read."""

import csv
import io
from datetime import datetime

from host_agent.config import Config
from host_agent.core.notes import Assign, Finish
from tests.host_agent.web.visits import NOW, Visit, visit, with_accounts

PROMISED = NOW + 3600


async def two_notes(visit: Visit) -> tuple[str, str]:
    """An open note whose texts are awkward, and one that was called back."""
    awkward = await visit.note(
        "Jan", caller_name='Zoë "de Vries"; B.V.', caller_number="+31612345678", reason="=1+1", promised_by=PROMISED
    )
    done = await visit.note(caller_name="Piet", caller_number=None, reason="-5 graden")
    await visit.desk.inbox.change(awkward.id, 1, Assign("Jan"), who="Anja")
    await visit.desk.inbox.change(done.id, 1, Finish("offerte gemaild"), who="Jan")
    return awkward.id, done.id


def test_the_csv_holds_every_note_field_by_field_and_nothing_that_a_spreadsheet_runs(office: Config) -> None:
    async def story(visit: Visit) -> None:
        awkward, done = await two_notes(visit)
        async with visit.browser() as browser:
            answer = await browser.get("/export.csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="terugbelnotities-2026-11-23.csv"'
        assert answer.text.startswith("\ufeff"), "Excel takes it for Latin-1 without"
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(answer.text[1:], newline=""), delimiter=";")}
        assert set(rows) == {awkward, done}
        one = rows[awkward]
        assert one["caller_name"] == 'Zoë "de Vries"; B.V.'
        assert (one["caller_number"], one["reason"]) == ("'+31612345678", "'=1+1")
        assert (one["state"], one["assigned_to"], one["for_whom"]) == ("assigned", "Jan", "Jan")
        assert datetime.fromisoformat(one["promised_by"]).timestamp() == PROMISED
        assert one["closed_at"] == ""
        other = rows[done]
        assert (other["state"], other["outcome"], other["reason"]) == ("done", "offerte gemaild", "'-5 graden")
        assert datetime.fromisoformat(other["closed_at"]).timestamp() == NOW
        assert not {"version", "rev", "fingerprint", "conflict"} & set(one)

    visit(office, story)


def test_the_json_holds_the_same_notes_as_they_were_written(office: Config) -> None:
    async def story(visit: Visit) -> None:
        awkward, done = await two_notes(visit)
        async with visit.browser() as browser:
            answer = await browser.get("/export.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["content-disposition"] == 'attachment; filename="terugbelnotities-2026-11-23.json"'
        notes = {note["id"]: note for note in answer.json()}
        assert set(notes) == {awkward, done}
        one = notes[awkward]
        assert (one["caller_name"], one["caller_number"]) == ('Zoë "de Vries"; B.V.', "+31612345678")
        assert (one["reason"], one["urgent"], one["attempts"], one["closed_at"]) == ("=1+1", False, 0, None)
        assert datetime.fromisoformat(one["promised_by"]).timestamp() == PROMISED
        assert (notes[done]["state"], notes[done]["outcome"]) == ("done", "offerte gemaild")

    visit(office, story)


def test_an_empty_inbox_is_taken_away_as_a_heading_and_an_empty_list(office: Config) -> None:
    async def story(visit: Visit) -> None:
        async with visit.browser() as browser:
            assert (await browser.get("/export.json")).json() == []
            assert (await browser.get("/export.csv")).text.count("\r\n") == 1

    visit(office, story)


def test_only_those_who_may_export_get_the_files(office: Config) -> None:
    async def story(visit: Visit) -> None:
        await two_notes(visit)
        for role, status in (("telephonist", 403), ("lead", 200)):
            browser = await visit.signed_in(role)  # type: ignore[arg-type]
            for path in ("/export.csv", "/export.json"):
                assert (await browser.get(path)).status_code == status
            await browser.aclose()

    visit(with_accounts(office), story)
