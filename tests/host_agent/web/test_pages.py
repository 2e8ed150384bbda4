"""The pages, asked over ASGI: what they show, keep and refuse."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.messages import Caller, Hello, Note
from host_agent.config import Config
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, Changed
from host_agent.core.search import Wanted
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.link import Link
from host_agent.live import LiveOffice
from host_agent.people import People
from host_agent.store.notes import opened
from host_agent.store.thread import StoreThread
from host_agent.web.app import application
from host_agent.web.desk import Desk
from host_agent.web.forms import Faulty, fill_in, made_by_hand

ID = "0123456789abcdef" * 2
HERE = "http://127.0.0.1:8088"
OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"}
NOW = datetime(2026, 11, 23, 14, 14).timestamp()
FIELDS = (
    "caller_name", "caller_number", "name_unsure", "organisation", "for_whom", "assign_now", "reason", "urgent",
    "reachable", "promise", "promised_by", "read_back",
)  # fmt: skip
NOTE = Note(id=ID, pressed_s_ago=720.0, caller=Caller(number="0612345678", name="M. de Vries"), queue="receptie")


@asynccontextmanager
async def _desk(config: Config) -> AsyncIterator[tuple[Desk, httpx.AsyncClient]]:
    with opened(config.store) as store, StoreThread(store) as thread:
        inbox = Inbox(thread, clock=lambda: NOW)
        live = LiveOffice([unit.name for unit in config.units], ("queues",), clock=lambda: 1000.0)
        people = People(thread, store, config.web.idle_s, clock=lambda: NOW)
        desk = Desk(config, live, inbox, Link(config, live, inbox).bus, people)
        transport = httpx.ASGITransport(application(desk), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as browser:
            yield desk, browser


def _visit(config: Config, story: Callable[[Desk, httpx.AsyncClient], Awaitable[None]]) -> None:
    async def run() -> None:
        async with _desk(config) as (desk, browser):
            await story(desk, browser)

    asyncio.run(run())


async def _keep(desk: Desk, note: Note = NOTE) -> None:
    await desk.inbox.take_in([Arrival("balie-1", note, NOW)])


async def _form(browser: httpx.AsyncClient, page: str, action: str, **fields: str) -> httpx.Response:
    """Send a form as a browser does: with the hidden fields of the page it stands on."""
    text = (await browser.get(page)).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    return await browser.post(action, data={**hidden, **fields}, headers=OWN)


def test_an_empty_inbox_says_so(office: Config) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/")
        assert answer.status_code == 200
        assert "Niemand hoeft te worden teruggebeld" in answer.text

    _visit(office, story)


def test_a_note_stands_there_with_caller_number_time_queue_and_unit(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        text = (await browser.get("/")).text
        for shown in ("M. de Vries", "06 12 34 56 78", "14:02", "12 min geleden", "Receptie", "Balie links", "1 open"):
            assert shown in text

    _visit(office, story)


def test_the_questions_stand_in_the_fixed_order(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        for page in ("/new", f"/note/{ID}"):
            names = re.findall(r' name="(\w+)"', (await browser.get(page)).text)
            asked = [name for name in dict.fromkeys(names) if name not in ("token", "version", "viewport")]
            assert tuple(asked[: len(FIELDS)]) == FIELDS

    _visit(office, story)


def test_a_note_is_filled_in_assigned_and_ticked_off(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        page = f"/note/{ID}"
        words = {"caller_name": "Mevr. De Vries", "caller_number": "06-12 34 56 78", "for_whom": "Jan", "reason": "dak"}
        kept = await _form(browser, page, f"{page}/fill-in", **words, promise="2026-11-23T17:00")
        assert (kept.status_code, kept.headers["location"]) == (303, "/?gedaan=kept")
        assert (await _form(browser, page, f"{page}/assign", assigned_to="Piet")).status_code == 303
        assert (await _form(browser, page, f"{page}/done", outcome="Gesproken")).status_code == 303
        found = await desk.inbox.find(ID)
        assert found is not None
        note, history = found
        assert (note.caller_name, note.caller_number, note.for_whom) == ("Mevr. De Vries", "0612345678", "Jan")
        assert (note.promised_by, note.assigned_to, note.state) == (
            datetime(2026, 11, 23, 17).timestamp(),
            "Piet",
            "done",
        )
        assert [(entry.who, entry.what) for entry in history[1:]] == [
            ("telefoniste", "filled_in"), ("telefoniste", "assigned"), ("telefoniste", "done")
        ]  # fmt: skip

    _visit(office, story)


def test_everything_that_is_asked_is_kept_and_whom_it_is_for_is_asked_at_once(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        words = {"caller_name": "Smit", "organisation": "Bakkerij Smit", "for_whom": "Jan", "reason": "-> planning !!"}
        ticks = {"name_unsure": "1", "assign_now": "1", "read_back": "1"}
        answer = await _form(browser, f"/note/{ID}", f"/note/{ID}/fill-in", **words, **ticks, reachable="na 15 uur")
        assert answer.status_code == 303
        found = await desk.inbox.find(ID)
        assert found is not None
        note = found[0]
        assert (note.organisation, note.reachable, note.name_unsure, note.read_back, note.urgent) == (
            "Bakkerij Smit", "na 15 uur", True, True, True,
        )  # fmt: skip
        assert (note.state, note.assigned_to) == ("assigned", "Jan")
        shown = (await browser.get("/")).text
        assert 'title="door naar">→<' in shown
        assert 'title="dringend">‼<' in shown

    _visit(office, story)


def test_an_attempt_and_passing_on_are_written_in_the_history(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        page = f"/note/{ID}"
        assert (await _form(browser, page, f"{page}/assign", assigned_to="Jan")).status_code == 303
        assert (await _form(browser, page, f"{page}/attempt", how="no_answer")).status_code == 303
        assert (await _form(browser, page, f"{page}/attempt", how="whistled")).status_code == 422
        assert (await _form(browser, page, f"{page}/pass-on", pass_to="")).status_code == 422
        given = await _form(browser, page, f"{page}/pass-on", pass_to="Piet", remark="garantie")
        assert given.status_code == 303
        text = (await browser.get(page)).text
        for shown in ("geen gehoor", "gaf door", "garantie", "1 keer geprobeerd"):
            assert shown in text

    _visit(office, story)


def test_a_name_is_spelled_in_the_alphabet_that_was_chosen(office: Config) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        text = (await browser.get("/spelling", params={"woord": "IJsbrand", "alfabet": "nl"})).text
        assert "IJmuiden" in text
        assert "Bernhard" in text
        english = (await browser.get("/spelling", params={"woord": "Bo", "alfabet": "international"})).text
        assert "Bravo" in english

    _visit(office, story)


def test_the_name_in_the_foot_of_the_page_is_the_who_of_the_history(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        await _form(browser, "/", "/who", who="Zoë ; Ö'Brien")
        await _form(browser, f"/note/{ID}", f"/note/{ID}/drop", drop_reason="dubbel")
        found = await desk.inbox.find(ID)
        assert found is not None
        assert found[1][-1].who == "Zoë ; Ö'Brien"

    _visit(office, story)


def test_the_second_of_two_editors_sees_who_was_first_and_what_was_not_kept(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        page = (await browser.get(f"/note/{ID}")).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        assert isinstance(await desk.inbox.change(ID, 1, Assign("Klaas"), who="Anja"), Changed)
        late = {"token": token[1], "version": "1", "assigned_to": "Fatima"}
        answer = await browser.post(f"/note/{ID}/assign", data=late, headers=OWN)
        assert answer.status_code == 409
        assert "intussen gewijzigd door Anja" in answer.text
        assert "Fatima" in answer.text
        found = await desk.inbox.find(ID)
        assert found is not None
        assert found[0].assigned_to == "Klaas"

    _visit(office, story)


def test_a_wrong_field_is_named_beside_it_and_nothing_typed_is_lost(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        typed = {"caller_name": "Anna", "caller_number": "zes", "reason": "dak", "promise": "other", "promised_by": ""}
        answer = await _form(browser, f"/note/{ID}", f"/note/{ID}/fill-in", **typed)
        assert answer.status_code == 422
        for shown in ("geen telefoonnummer", "Kies een dag", 'value="Anna"', 'value="zes"', 'value="dak"'):
            assert shown in answer.text

    _visit(office, story)


def test_dropping_a_note_asks_why(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        answer = await _form(browser, f"/note/{ID}", f"/note/{ID}/drop", drop_reason="  ")
        assert answer.status_code == 422
        assert "Zeg waarom" in answer.text

    _visit(office, story)


def test_a_note_made_by_hand_stands_in_the_inbox(office: Config) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        assert (await _form(browser, "/new", "/new", caller_name="", caller_number="")).status_code == 422
        assert (await _form(browser, "/new", "/new", caller_number="020 123 45 67")).status_code == 303
        text = (await browser.get("/")).text
        assert "020 123 45 67" in text
        assert "met de hand gemaakt" in text

    _visit(office, story)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}",
        "=cmd|' /C calc'!A0",
        "a\u202eb\u2066c",
    ],
)
def test_a_hostile_name_is_text(office: Config, hostile: str) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk, Note(id=ID, pressed_s_ago=1.0, caller=Caller(name=hostile)))
        for page in ("/", f"/note/{ID}"):
            text = (await browser.get(page)).text
            assert "<script>alert" not in text
            assert "<img src=x" not in text
            assert ">49<" not in text
            assert "\u202e" not in text

    _visit(office, story)


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_every_page_speaks_every_language(office: Config, language: str) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        desk.live.heard("balie-1", Hello(nonce="0" * 16, notes_waiting=2))
        for page in ("/", "/new", f"/note/{ID}", "/note/none"):
            text = (await browser.get(page, params={"taal": language})).text
            assert f'<html lang="{language}">' in text
        # The choice is remembered.
        assert f'<html lang="{language}">' in (await browser.get("/")).text

    _visit(office, story)


def test_a_browsers_language_counts_only_where_the_office_says_so(office: Config) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        assert 'lang="nl"' in (await browser.get("/", headers={"Accept-Language": "en"})).text

    async def by_browser(_desk: Desk, browser: httpx.AsyncClient) -> None:
        assert '<html lang="en">' in (await browser.get("/", headers={"Accept-Language": "en"})).text

    _visit(office, story)
    _visit(replace(office, language="auto"), by_browser)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8088", "", "localhost.evil.example"])
def test_another_host_name_is_turned_away(office: Config, host: str) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/", headers={"Host": host})).status_code == 421

    _visit(office, story)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="says nothing"),
        pytest.param({"Origin": "https://evil.example"}, id="another origin"),
        pytest.param({"Origin": "null"}, id="no origin"),
        pytest.param({"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, id="across sites"),
        pytest.param({"Origin": "http://127.0.0.1:9", "Sec-Fetch-Site": "same-site"}, id="another port"),
    ],
)
def test_a_form_of_another_page_is_turned_away(office: Config, headers: dict[str, str]) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        page = (await browser.get(f"/note/{ID}")).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token
        form = {"token": token[1], "version": "1", "outcome": "x"}
        assert (await browser.post(f"/note/{ID}/done", data=form, headers=headers)).status_code == 403

    _visit(office, story)


@pytest.mark.parametrize("token", ["", "x" * 43])
def test_a_form_without_this_browsers_token_changes_nothing(office: Config, token: str) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        form = {"token": token, "version": "1", "outcome": "x"}
        for _ in range(2):
            assert (await browser.post(f"/note/{ID}/done", data=form, headers=OWN)).status_code == 403
            await browser.get("/")
        found = await desk.inbox.find(ID)
        assert found is not None
        assert found[0].state == "open"

    _visit(office, story)


def test_every_answer_carries_the_strict_headers(office: Config) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        for page in ("/", "/new", "/nowhere", "/api/health"):
            headers = (await browser.get(page)).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["cache-control"] == "no-store"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
        cookie = (await httpx_fresh(browser)).headers["set-cookie"]
        assert "HttpOnly" in cookie
        # A link in an e-mail that is opened in another tab must not spoil the forms of this one.
        assert "belbord_form=" in cookie
        assert "SameSite=lax" in cookie

    async def httpx_fresh(browser: httpx.AsyncClient) -> httpx.Response:
        browser.cookies.clear()
        return await browser.get("/")

    _visit(office, story)


def test_only_a_page_that_the_office_names_may_frame_the_inbox(office: Config) -> None:
    web = replace(office.web, frame_ancestors=("http://127.0.0.1:8080",))

    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        headers = (await browser.get("/")).headers
        assert "frame-ancestors http://127.0.0.1:8080" in headers["content-security-policy"]
        assert "x-frame-options" not in headers

    _visit(replace(office, web=web), story)


def test_more_than_any_form_holds_is_refused(office: Config) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        assert (await browser.post("/new", content=b"x" * 30_000, headers=OWN)).status_code == 413

        async def slices() -> AsyncIterator[bytes]:
            for _ in range(30):
                yield b"caller_name=" + b"x" * 1_000

        form = {**OWN, "Content-Type": "application/x-www-form-urlencoded"}
        assert (await browser.post("/new", content=slices(), headers=form)).status_code == 413

    _visit(office, story)


@pytest.mark.parametrize("page", ["/note/" + "f" * 32, "/note/..%2f..%2fetc", "/nowhere", "/static/../app.py"])
def test_what_is_not_there_is_a_page_that_says_so(office: Config, page: str) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        assert (await browser.get(page)).status_code == 404

    _visit(office, story)


def test_a_store_that_fails_is_told_and_no_caller_is_in_the_log(
    office: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        await _keep(desk)
        page = (await browser.get(f"/note/{ID}")).text
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token

        async def broken(_self: StoreThread, _call: object) -> None:
            raise StoreFault("store: disk I/O error")

        monkeypatch.setattr(StoreThread, "ask", broken)
        inbox = await browser.get("/")
        assert (inbox.status_code, "niet te lezen" in inbox.text) == (503, True)
        form = {"token": token[1], "version": "1", "outcome": "M. de Vries is gebeld"}
        answer = await browser.post(f"/note/{ID}/done", data=form, headers=OWN)
        assert (answer.status_code, "niet bewaard" in answer.text) == (503, True)

    _visit(office, story)
    assert "disk I/O error" in caplog.text
    assert "Vries" not in caplog.text


def test_a_fault_of_our_own_is_a_line_without_the_caller(
    office: Config, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(_desk: Desk, browser: httpx.AsyncClient) -> None:
        async def broken(_self: Inbox, _wanted: Wanted, *, limit: int, offset: int) -> None:
            raise ValueError(f"M. de Vries 0612345678 {limit} {offset}")

        monkeypatch.setattr(Inbox, "shelves", broken)
        assert (await browser.get("/")).status_code == 500

    _visit(office, story)
    assert "ValueError at test_pages.py" in caplog.text
    assert "Vries" not in caplog.text


def test_the_head_tells_unknown_from_zero_and_silent_from_here(office: Config) -> None:
    async def story(desk: Desk, browser: httpx.AsyncClient) -> None:
        desk.live.heard("balie-1", Hello(nonce="0" * 16, sign="lit", notes_waiting=2))
        text = (await browser.get("/")).text
        head = text[text.index('id="head"') : text.index("<main")]
        assert head.count("onbekend") == 2
        assert "niemand wacht" not in head
        assert "bordje aan" in head
        assert "2 notities onderweg" in head
        assert "stil" in head

    _visit(office, story)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
def test_whatever_is_typed_is_taken_cleanly_or_named_as_wrong(form: dict[str, str]) -> None:
    for parse in (fill_in, made_by_hand):
        wanted = parse(form)
        if isinstance(wanted, Faulty):
            assert wanted.faults
        else:
            assert wanted.caller_number is None or re.fullmatch(r"[0-9+*#]{1,32}", wanted.caller_number)
            for text in (wanted.caller_name, wanted.for_whom, wanted.reason):
                assert text is None or (text.strip() == text and text.isprintable() and len(text) <= 200)
