"""Figures for Prometheus: read back with its own parser, without a caller, and for whom they are."""

from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from broker.messages import Health, Hello
from host_agent.config import Config
from host_agent.core.events import QueueSeen, SnapshotTaken
from host_agent.figures import Figures, UnitFigures
from host_agent.pbx.port import PbxTally
from host_agent.people import digest
from host_agent.store.thread import Work
from host_agent.web.metrics import exposition
from tests.host_agent.web.visits import Visit, visit, with_accounts


def figures(text: str) -> dict[tuple[str, ...], float]:
    """(name, label values) -> value, as Prometheus reads them."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_figures_of_a_running_office_can_be_read(office: Config) -> None:
    async def story(visit: Visit) -> None:
        visit.desk.live.deliver([SnapshotTaken(visit.steady() - 2, (QueueSeen("receptie", 0),))])
        visit.desk.live.heard("balie-1", Hello(nonce="a" * 16, notes_waiting=3, health=Health(temperature_c=41.5)))
        await visit.note()
        visit.steady.now += 4
        async with visit.browser() as browser:
            answer = await browser.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain")
        found = figures(answer.text)
        assert found["belbord_queue_callers_waiting", "receptie"] == 0
        assert ("belbord_queue_callers_waiting", "storing") not in found, "unknown is not zero"
        assert found["belbord_notes", "open"] == 1
        assert found["belbord_unit_age_seconds", "balie-1"] == 4
        assert found["belbord_unit_notes_waiting", "balie-1"] == 3
        assert found["belbord_unit_temperature_celsius", "balie-1"] == 41.5
        assert ("belbord_unit_age_seconds", "balie-2") not in found
        assert found["belbord_pbx_heard_seconds",] == 6
        assert found["belbord_store_up",] == 1
        assert found["belbord_store_calls_total",] > 0

    visit(office, story)


def test_no_caller_stands_in_the_figures(office: Config) -> None:
    async def story(visit: Visit) -> None:
        await visit.note(caller_name="Zoë Canaria", caller_number="0612345678", reason="dak lekt")
        async with visit.browser() as browser:
            text = (await browser.get("/metrics")).text
        assert not [word for word in ("Canaria", "0612345678", "345678", "lekt") if word in text]

    visit(office, story)


def test_with_accounts_a_token_of_its_own_scope_is_asked_for(office: Config) -> None:
    async def story(visit: Visit) -> None:
        people: Any = visit.desk.people
        people.tokens.add_token(digest("belbord_figures"), "Prometheus", ["metrics:read"], 1.0)
        people.tokens.add_token(digest("belbord_notes"), "CRM", ["notes:read", "notes:write"], 1.0)
        async with visit.browser() as browser:
            answers = [
                (await browser.get("/metrics", headers=headers)).status_code
                for headers in (
                    {},
                    {"Authorization": "Bearer wrong"},
                    {"Authorization": "Bearer belbord_notes"},
                    {"Authorization": "Bearer belbord_figures"},
                )
            ]
            assert answers == [401, 401, 401, 200]
            assert (
                await browser.get("/api/v1/notes", headers={"Authorization": "Bearer belbord_figures"})
            ).status_code == 403
        browser = await visit.signed_in("admin")
        assert (await browser.get("/metrics")).status_code == 401
        await browser.aclose()

    visit(with_accounts(office), story)


def test_a_name_with_quotes_and_line_breaks_stays_one_label() -> None:
    strange = 'a"b\\c\nd'
    text = exposition(
        Figures(
            queues=(), pbx_is_up=False, pbx_age_s=None, pbx=PbxTally(), broker_is_up=False, broker_connections=0,
            boards_sent=0, receipts=0, refusals={strange: 1}, notices_undelivered=0, notes=None, store=Work(),
            units={strange: UnitFigures(1.0, 0)},
        )
    ).decode()  # fmt: skip
    found = figures(text)
    assert found["belbord_refused_total", strange] == 1
    assert found["belbord_unit_age_seconds", strange] == 1
    assert found["belbord_store_up",] == 0
    assert ("belbord_pbx_heard_seconds",) not in found
