"""The JSON API: what it takes and gives, with tokens, and twice."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from host_agent.config import Config
from tests.host_agent.web.visits import Visit, send, visit, visiting, with_accounts

NEW = {"caller_name": "M. de Vries", "caller_number": "06-12 34 56 78", "promised_by": "2026-11-23T17:00:00+01:00"}


async def _token(here: Visit, *scopes: str) -> dict[str, str]:
    """The header of a token made on the page."""
    browser = here.browser()
    text = (await send(browser, "/tokens", "/tokens", name="CRM", **dict.fromkeys(scopes, "on"))).text
    return {"Authorization": "Bearer " + re.findall(r"<code>(belbord_[^<]{43})</code>", text)[0]}


def test_a_note_is_made_found_read_and_ticked_off(office: Config) -> None:
    async def story(here: Visit) -> None:
        program = here.browser()
        program.headers.update(await _token(here, "notes:read", "notes:write"))
        made = await program.post("/api/v1/notes", json={**NEW, "for_whom": "Jan", "reason": "dak"})
        assert made.status_code == 201
        note_id = made.json()["id"]
        for query in ({"q": "+31 6 12345678"}, {"q": "vries"}, {"for_whom": "jan"}, {"shelf": "open"}):
            found = (await program.get("/api/v1/notes", params=query)).json()
            assert [note["id"] for note in found["notes"]] == [note_id]
        for query in ({"q": "0699999999"}, {"for_whom": "Piet"}, {"shelf": "overdue"}, {"shelf": "closed"}):
            assert (await program.get("/api/v1/notes", params=query)).json() == {"notes": [], "total": 0}
        note = (await program.get(f"/api/v1/notes/{note_id}")).json()
        assert (note["caller_number"], note["promised_by"]) == ("0612345678", "2026-11-23T16:00:00Z")
        tick = f"/api/v1/notes/{note_id}/tick"
        assert (await program.post(tick, json={"version": 99})).status_code == 409
        done = await program.post(tick, json={"version": note["version"], "outcome": "gesproken"})
        assert (done.status_code, done.json()["state"]) == (200, "done")
        kept = await here.desk.inbox.find(note_id)
        assert kept is not None
        assert [entry.who for entry in kept[1]] == ["API: CRM", "API: CRM"]

    visit(office, story)


def test_all_that_a_telephonist_asks_can_be_sent_and_is_read_back(office: Config) -> None:
    said = {
        **NEW, "name_unsure": True, "organisation": "Bakkerij De Korst", "for_whom": "Verkoop", "reason": "offerte",
        "urgent": True, "reachable": "na 15 uur", "read_back": True,
    }  # fmt: skip

    async def story(here: Visit) -> None:
        program = here.browser()
        program.headers.update(await _token(here, "notes:read", "notes:write"))
        made = await program.post("/api/v1/notes", json={**said, "assign": True}, headers={"Idempotency-Key": "n-1"})
        assert (made.status_code, made.json()["state"], made.json()["version"]) == (201, "assigned", 2)
        again = await program.post("/api/v1/notes", json={**said, "assign": True}, headers={"Idempotency-Key": "n-1"})
        assert again.text == made.text
        note = (await program.get(f"/api/v1/notes/{made.json()['id']}")).json()
        kept = {**said, "caller_number": "0612345678", "promised_by": "2026-11-23T16:00:00Z", "assigned_to": "Verkoop"}
        assert {name: note[name] for name in kept} == kept
        assert note["assigned_at"] == note["promised_at"] == note["pressed_at"]
        nobody = await program.post("/api/v1/notes", json={**NEW, "assign": True})
        assert (nobody.status_code, "for_whom" in nobody.text) == (422, True)
        found = await here.desk.inbox.find(note["id"])
        assert found is not None
        assert [(entry.what, entry.who) for entry in found[1]] == [("made", "API: CRM"), ("assigned", "API: CRM")]

    visit(office, story)


def test_the_same_key_does_nothing_twice_also_after_a_restart(office: Config) -> None:
    headers: dict[str, str] = {}
    answers = []

    async def first(here: Visit) -> None:
        headers.update(await _token(here, "notes:write", "notes:read"), **{"Idempotency-Key": "a-1"})
        program = here.browser()
        both = [program.post("/api/v1/notes", json=NEW, headers=headers) for _ in range(2)]
        answers.extend(await asyncio.gather(*both))

    async def later(here: Visit) -> None:
        program = here.browser()
        answers.append(await program.post("/api/v1/notes", json=NEW, headers=headers))
        other = await program.post("/api/v1/notes", json={**NEW, "reason": "x"}, headers=headers)
        assert other.status_code == 422
        listed = (await program.get("/api/v1/notes", headers=headers)).json()
        assert listed["total"] == 1
        tick = f"/api/v1/notes/{answers[0].json()['id']}/tick"
        headers["Idempotency-Key"] = "a-2"
        ticked = [await program.post(tick, json={"version": 1}, headers=headers) for _ in range(2)]
        assert [each.status_code for each in ticked] == [200, 200]
        assert ticked[0].text == ticked[1].text

    visit(office, first)
    visit(office, later)
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.text for answer in answers}) == 1


def test_a_request_that_was_refused_frees_its_key(office: Config) -> None:
    async def story(here: Visit) -> None:
        program, note = here.browser(), await here.note()
        headers = await _token(here, "notes:write") | {"Idempotency-Key": "k"}
        tick = f"/api/v1/notes/{note.id}/tick"
        assert (await program.post(tick, json={"version": 9}, headers=headers)).status_code == 409
        assert (await program.post(tick, json={"version": 1}, headers=headers)).status_code == 200

    visit(office, story)


def test_a_token_does_only_what_it_is_for_until_it_is_revoked(office: Config) -> None:
    async def story(here: Visit) -> None:
        program, reads = here.browser(), await _token(here, "notes:read")
        assert (await program.get("/api/v1/notes", headers=reads)).status_code == 200
        assert (await program.post("/api/v1/notes", json=NEW, headers=reads)).status_code == 403
        word = reads["Authorization"].removeprefix("Bearer ")
        held = b"".join(each.read_bytes() for each in Path(here.desk.config.store).parent.iterdir() if each.is_file())
        assert word.encode() not in held
        assert word not in (await program.get("/tokens")).text
        assert (await send(here.browser(), "/tokens", "/tokens/1/revoke")).status_code == 303
        assert (await program.get("/api/v1/notes", headers=reads)).status_code == 401

    visit(office, story)


def test_a_session_opens_no_api_and_a_token_no_page(office: Config) -> None:
    async def story(here: Visit) -> None:
        admin = await here.signed_in("admin")
        made = await send(admin, "/tokens", "/tokens", name="CRM", **{"notes:read": "on"})
        word = re.findall(r"<code>(belbord_[^<]*)</code>", made.text)[0]
        assert (await admin.get("/api/v1/notes")).status_code == 401
        bearer = {"Authorization": f"Bearer {word}"}
        assert (await here.browser().get("/", headers=bearer)).status_code == 303
        # A form of another site stays refused, whatever header it carries.
        forged = {**bearer, "Origin": "http://evil.example"}
        assert (await admin.post("/new", data={"caller_name": "x"}, headers=forged)).status_code == 403

    visit(with_accounts(office), story)


def test_the_contract_and_its_page_need_nobody_elses_scripts(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = here.browser()
        contract = (await browser.get("/api/v1/openapi.json")).json()
        assert contract["openapi"].startswith("3.")
        text = (await browser.get("/api")).text
        for path in contract["paths"]:
            assert path in text
        assert set(re.findall(r'src="([^"]*)"', text)) == {"/static/live.js", "/static/belbord.svg"}

    visit(office, story)


@pytest.mark.timeout(120)
def test_whatever_the_contract_allows_is_answered_as_the_contract_says(office: Config) -> None:
    loop = asyncio.new_event_loop()
    context = visiting(office)
    here = loop.run_until_complete(context.__aenter__())
    try:
        headers = loop.run_until_complete(_token(here, "notes:read", "notes:write"))
        program = here.browser()
        contract = loop.run_until_complete(program.get("/api/v1/openapi.json")).json()
        schema = schemathesis.openapi.from_dict(contract)
        note = loop.run_until_complete(here.note())
        for found in schema.get_all_operations():
            assert isinstance(found, Ok)
            _play(found.ok(), loop, program, headers, note.id)
    finally:
        loop.run_until_complete(context.__aexit__(None, None, None))
        loop.close()


def _play(
    operation: Any, loop: asyncio.AbstractEventLoop, program: httpx.AsyncClient, headers: dict[str, str], note_id: str
) -> None:
    """Some requests of one operation, as the contract lets them be."""

    async def ask(case: Any) -> httpx.Response:
        sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8088/api/v1", headers=headers)
        path = re.sub(r"/notes/[^/?]+", f"/notes/{note_id}", sent["url"])
        parts = {name: sent[name] for name in ("params", "json", "data", "headers") if sent.get(name) is not None}
        return await program.request(sent["method"], path, **parts)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def play(case: Any) -> None:
        answer = loop.run_until_complete(ask(case))
        case.validate_response(
            schemathesis.Response.from_httpx(answer, verify=False),
            checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
        )

    play()
