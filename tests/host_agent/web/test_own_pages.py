"""Files to take away, calendars, and the page that says what is kept."""

import csv
import io
import re
from dataclasses import replace

import icalendar
import pytest

from host_agent.config import CalendarShows, Config, Privacy
from host_agent.core.retention import DAY_S, Keeping
from host_agent.web.export import quoted
from tests.host_agent.web.visits import NOW, Visit, send, visit, with_accounts


@pytest.mark.parametrize("text", ["=1+1", "+31612345678", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert quoted(text) == "'" + text


def test_the_files_hold_every_note_and_no_formula(office: Config) -> None:
    async def story(here: Visit) -> None:
        await here.note(caller_name='=HYPERLINK("http://evil.example")', reason="dak; goot", promised_by=NOW)
        browser = here.browser()
        answer = await browser.get("/export.csv")
        assert answer.headers["content-disposition"] == 'attachment; filename="terugbelnotities-2026-11-23.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        assert rows[0]["caller_name"].startswith("'=HYPERLINK")
        assert (rows[0]["reason"], rows[0]["promised_by"][:16]) == ("dak; goot", "2026-11-23T14:14")
        told = (await browser.get("/export.json")).json()
        assert (told[0]["caller_number"], told[0]["state"]) == ("0612345678", "open")

    visit(office, story)


@pytest.mark.parametrize(
    ("shows", "title"),
    [("nothing", "Terugbellen"), ("name", "Terugbellen M. de Vries"),
     ("name and number", "Terugbellen M. de Vries 06 12 34 56 78")],
)  # fmt: skip
def test_a_calendar_tells_the_promises_of_one_and_no_more_than_the_office_allows(
    office: Config, shows: CalendarShows, title: str
) -> None:
    config = replace(with_accounts(office), privacy=Privacy(calendar_shows=shows))

    async def story(here: Visit) -> None:
        await here.note("Bo", promised_by=NOW + 3600)
        await here.note("Bo")
        await here.note("Jan", promised_by=NOW + 3600)
        browser = await here.signed_in("colleague", "Bo")
        made = await send(browser, "/calendar", "/calendar", name="Jan")
        link = re.findall(r"<code>(http[^<]*\.ics)</code>", made.text)[0]
        answer = await here.browser().get(link)
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        assert [str(event["summary"]) for event in events] == [title]
        assert events[0].end.timestamp() == NOW + 3600
        if shows == "nothing":
            assert b"Vries" not in answer.content
            assert b"0612345678" not in answer.content
        assert (await send(browser, "/calendar", "/calendar/1/revoke")).status_code == 303
        assert (await here.browser().get(link)).status_code == 404

    visit(config, story)


def test_nobody_revokes_the_calendar_of_another(office: Config) -> None:
    async def story(here: Visit) -> None:
        lead, colleague = await here.signed_in("lead"), await here.signed_in("colleague", "Bo")
        await send(lead, "/calendar", "/calendar", name="Jan")
        assert "Jan" not in (await colleague.get("/calendar")).text
        await send(colleague, "/calendar", "/calendar/1/revoke")
        assert "Jan" in (await lead.get("/calendar")).text

    visit(with_accounts(office), story)


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_what_is_kept_is_told_with_the_offices_own_numbers(office: Config, language: str) -> None:
    privacy = Privacy(Keeping(done_days=11, open_days=44), "nothing", "Kantoor Noord", "privacy@noord.example")

    async def story(here: Visit) -> None:
        text = (await here.browser().get(f"/kept?taal={language}")).text
        for shown in ("Kantoor Noord", "privacy@noord.example", " 11 ", " 44 "):
            assert shown in text

    visit(replace(with_accounts(office), privacy=privacy), story)


def test_open_notes_are_warned_of_before_they_are_erased(office: Config) -> None:
    async def story(here: Visit) -> None:
        await here.note(caller_name="Bijna weg")
        browser = here.browser()
        await here.desk.keeper.look()
        assert "binnenkort gewist" not in (await browser.get("/")).text
        here.clock.now += 28 * DAY_S
        await here.desk.keeper.look()
        assert "1 open notitie wordt binnenkort gewist." in (await browser.get("/")).text
        assert "Bijna weg" in (await browser.get("/expiring")).text
        here.clock.now += 3 * DAY_S
        await here.desk.keeper.look()
        assert "Bijna weg" not in (await browser.get("/expiring")).text
        here.clock.now += 27_000 * DAY_S
        await here.desk.keeper.look()
        assert "klok van de computer" in (await browser.get("/")).text

    visit(office, story)


def test_an_office_with_a_contact_tells_finders_of_holes_where_to_go(office: Config) -> None:
    async def story(here: Visit) -> None:
        answer = await here.browser().get("/.well-known/security.txt")
        assert "Contact: mailto:privacy@noord.example" in answer.text

    visit(replace(office, privacy=Privacy(contact="privacy@noord.example")), story)
