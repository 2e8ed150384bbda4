"""The page of units as the admin's way to updates."""

import json
from typing import Any

import pytest

from broker.messages import Hello
from host_agent.config import Config
from tests.host_agent.web.visits import Visit, send, visit, with_accounts

OLD = Hello(nonce="a" * 16, version="1.0", can_update=True)
NEW = Hello(nonce="b" * 16, version="1.1", can_update=True)


class SentCommands:
    """What went out to the units: (unit, command)."""

    def __init__(self, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[tuple[str, Any]] = []
        assert visit.desk.link is not None
        monkeypatch.setattr(visit.desk.link._out, "send", self._send)

    def _send(self, row: Any, topic: str, payload: bytes) -> bool:
        del row
        self.sent.append((topic.split("/")[2], {k: v for k, v in json.loads(payload).items() if k != "v"}))
        return True


def test_an_admin_updates_one_unit_and_then_the_others_to_what_it_runs(
    office: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(visit: Visit) -> None:
        out = SentCommands(visit, monkeypatch)
        for name in ("balie-1", "balie-2"):
            visit.desk.live.heard(name, OLD)
        browser = await visit.signed_in("admin")
        assert "Alle bijwerken" not in (await browser.get("/units")).text
        assert (await send(browser, "/units", "/units/balie-1/update")).status_code == 303
        visit.desk.live.heard("balie-1", NEW)
        assert "Alle bijwerken naar 1.1" in (await browser.get("/units")).text
        assert (await send(browser, "/units", "/units/update")).status_code == 303
        assert out.sent == [
            ("balie-1", {"do": "update", "version": None}),
            ("balie-2", {"do": "update", "version": "1.1"}),
        ]

    visit(with_accounts(office), story)


@pytest.mark.parametrize("role", ["telephonist", "lead", "colleague"])
def test_nobody_else_is_offered_it_nor_may_do_it(office: Config, monkeypatch: pytest.MonkeyPatch, role: Any) -> None:
    async def story(visit: Visit) -> None:
        out = SentCommands(visit, monkeypatch)
        visit.desk.live.heard("balie-1", OLD)
        browser = await visit.signed_in(role)
        assert "/update" not in (await browser.get("/units")).text
        assert (await send(browser, "/mine", "/units/balie-1/update")).status_code == 403
        assert (await send(browser, "/mine", "/units/update")).status_code == 403
        assert out.sent == []

    visit(with_accounts(office), story)


def test_without_accounts_there_is_nobody_who_could_be_the_admin(
    office: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(visit: Visit) -> None:
        out = SentCommands(visit, monkeypatch)
        visit.desk.live.heard("balie-1", OLD)
        async with visit.browser() as browser:
            assert (await send(browser, "/units", "/units/balie-1/update")).status_code == 403
        assert out.sent == []

    visit(office, story)


def test_a_unit_that_is_silent_or_cannot_is_not_asked(office: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(visit: Visit) -> None:
        out = SentCommands(visit, monkeypatch)
        visit.desk.live.heard("balie-1", Hello(nonce="a" * 16, version="1.0"))
        browser = await visit.signed_in("admin")
        for name in ("balie-1", "balie-2", "nobody"):
            assert (await send(browser, "/units", f"/units/{name}/update")).status_code == 404
        assert out.sent == []

    visit(with_accounts(office), story)


def test_a_unit_that_went_back_says_from_what(office: Config) -> None:
    async def story(visit: Visit) -> None:
        visit.desk.live.heard(
            "balie-1", Hello(nonce="a" * 16, version="1.0", can_update=True, went_back_from="1.1+deb12")
        )
        browser = await visit.signed_in("admin")
        text = (await browser.get("/units")).text
        assert "terug van 1.1+deb12" in text
        assert "kwam niet op" in text

    visit(with_accounts(office), story)
