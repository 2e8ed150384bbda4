"""Who may see and do what: every route, for every role and for nobody."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from host_agent.config import Config
from host_agent.core.rights import GRANTED, RIGHTS, ROLES, ROUTES, Role, may
from host_agent.web.api import application as api_application
from tests.host_agent.web.visits import OWN, Visit, visit, with_accounts

NOBODY_GETS = {"/live": 204}


def _routes(app: Any) -> Iterator[tuple[str, str]]:
    """Each route of the whole application, but for what is mounted apart: static files, and the API with its tokens."""
    inner = app
    while not hasattr(inner, "routes"):
        inner = inner._app
    pending = list(inner.routes)
    while pending:
        route = pending.pop()
        # FastAPI keeps a router that was included as one route.
        pending += getattr(getattr(route, "original_router", None), "routes", ())
        for method in sorted(getattr(route, "methods", None) or ()):
            if method != "HEAD":
                yield method, route.path


def _filled(path: str, note_id: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: note_id if found[1] == "note_id" else "1", path)


def test_every_route_has_a_row_and_every_row_a_route(office: Config) -> None:
    async def story(here: Visit) -> None:
        assert {f"{method} {path}" for method, path in _routes(here.app)} == set(ROUTES)

    visit(office, story)


@pytest.mark.parametrize("role", [*ROLES, None])
def test_a_role_reaches_exactly_what_the_table_grants(office: Config, role: Role | None) -> None:
    async def story(here: Visit) -> None:
        browser = here.browser() if role is None else await here.signed_in(role, "Bo")
        note = await here.note(for_whom="Bo")
        for row, right in ROUTES.items():
            method, path = row.split()
            if path == "/logout" or (path == "/live" and role is not None):
                continue
            answer = await browser.request(method, _filled(path, note.id), headers=OWN)
            assert _was_let_in(answer, path) == may(role, right), (row, answer.status_code)

    visit(with_accounts(office), story)


def _was_let_in(answer: httpx.Response, path: str) -> bool:
    to = answer.headers.get("location", "")
    is_sent_away = answer.status_code == 303 and (to.startswith("/login?") or (path == "/" and to == "/mine"))
    return not (is_sent_away or answer.status_code == 204 or "Dit mag u niet zien of doen" in answer.text)


def test_a_role_that_may_more_may_all_that_others_may() -> None:
    assert GRANTED["colleague"] < GRANTED["telephonist"] < GRANTED["lead"] < GRANTED["admin"] == set(RIGHTS)
    assert not any(may(None, right) for right in RIGHTS if right != "open")
    assert not any(may(role, None) for role in (*ROLES, None))


def test_a_colleague_sees_the_own_notes_and_no_others(office: Config) -> None:
    async def story(here: Visit) -> None:
        mine, other = await here.note("bo", caller_name="Kees"), await here.note("Jan", caller_name="Truus")
        browser = await here.signed_in("colleague", "Bo")
        page = (await browser.get("/mine")).text
        assert "Kees" in page
        assert "Truus" not in page
        assert (await browser.get(f"/note/{mine.id}")).status_code == 200
        refused = await browser.get(f"/note/{other.id}")
        assert refused.status_code == 403
        assert "Truus" not in refused.text
        assert (await browser.get("/")).headers["location"] == "/mine"

    visit(with_accounts(office), story)


def test_whoever_did_not_sign_in_sees_nothing_of_the_office(office: Config) -> None:
    async def story(here: Visit) -> None:
        await here.note()
        browser = here.browser()
        for path in ("/login", "/nothing-here", "/kept", "/welcome/x"):
            text = (await browser.get(path)).text
            assert "Receptie" not in text
            assert "Balie" not in text
            assert "live.js" not in text

    visit(with_accounts(office), story)


def test_without_accounts_everything_is_open_to_this_machine(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = here.browser()
        for path in ("/", "/people", "/tokens", "/export.csv", "/calendar", "/mine"):
            assert (await browser.get(path)).status_code == 200
        assert "Accounts staan uit" in (await browser.get("/people")).text
        assert (await browser.get("/login")).headers["location"] == "/"

    visit(office, story)


def test_every_operation_of_the_api_asks_for_a_token(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = await here.signed_in("admin")
        for path, methods in api_application(here.desk, here.desk.people).openapi()["paths"].items():
            for method in methods:
                filled = "/api/v1" + path.replace("{note_id}", "0" * 32)
                answer = await browser.request(method, filled, json={"caller_name": "x", "version": 1})
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"] == "Bearer"

    visit(with_accounts(office), story)
