"""The page of units: what it shows of each, and whom it is for."""

import re

import pytest

from broker.messages import Health, Hello
from host_agent.config import Config
from host_agent.core.presence import Presence, heard
from host_agent.web.unit_cards import cards
from tests.host_agent.web.visits import Visit, visit, with_accounts

WELL = Health(temperature_c=47.8, disk_free_mb=11_200, wifi_dbm=-52, undervolted=False, resets=2)
HELLO = Hello(nonce="a" * 16, boot="b" * 16, version="0.1.0", sign="dark", uptime_s=7300.0, health=WELL)


def test_a_unit_that_is_well_is_called_in_order_with_all_its_figures(office: Config) -> None:
    async def story(visit: Visit) -> None:
        visit.desk.live.heard("balie-1", HELLO)
        async with visit.browser() as browser:
            text = (await browser.get("/units")).text
        card = text.partition('id="unit-balie-1"')[2].partition("</li>\n")[0]
        for shown in ("Balie links", "in orde", "48 °C", "11 GB", "-52 dBm", "goed", "2×", "versie 0.1.0"):
            assert shown in card
        assert "Heeft zich nog niet gemeld" in text.partition('id="unit-balie-2"')[2]

    visit(office, story)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_page_speaks_every_language(office: Config, language: str) -> None:
    async def story(visit: Visit) -> None:
        async with visit.browser() as browser:
            text = (await browser.get(f"/units?taal={language}")).text
        assert f'<html lang="{language}">' in text
        assert "Heeft zich" not in text

    visit(office, story)


def test_what_a_unit_cannot_tell_is_a_dash_and_never_a_zero(office: Config) -> None:
    async def story(visit: Visit) -> None:
        visit.desk.live.heard("balie-1", replace_health(HELLO, Health()))
        async with visit.browser() as browser:
            text = (await browser.get("/units")).text
        card = text.partition('id="unit-balie-1"')[2].partition('id="unit-balie-2"')[0]
        assert len(re.findall(r"<dd>–</dd>", card)) == 5
        assert "0 MB" not in card

    visit(office, story)


def replace_health(hello: Hello, health: Health) -> Hello:
    return Hello(nonce=hello.nonce, version=hello.version, uptime_s=hello.uptime_s, health=health)


def test_a_last_will_does_not_make_the_figures_forgotten(office: Config) -> None:
    presence = heard(heard(Presence(), HELLO, 100.0), Hello(online=False), 103.0)
    card = cards(office, {"balie-1": presence}, 110.0)[0]
    assert (card.is_here, card.age_s, card.health) == (False, 10.0, WELL)
    assert presence.nonce == HELLO.nonce


@pytest.mark.parametrize(
    ("health", "concern"),
    [
        (Health(storage="fault"), "Kan niets bewaren"),
        (Health(glass="missing"), "Het glas antwoordt niet"),
        (Health(button="fault"), "De knop zit vast"),
        (Health(undervolted=True), "De voeding is te zwak"),
        (Health(temperature_c=80.0), "Te warm"),
        (Health(disk_free_mb=199), "bijna vol"),
        (Health(wifi_dbm=-76), "wifisignaal is zwak"),
    ],
)
def test_each_trouble_is_named_with_what_to_look_at(office: Config, health: Health, concern: str) -> None:
    presence = heard(Presence(), replace_health(HELLO, health), 100.0)
    card = cards(office, {"balie-1": presence}, 100.0)[0]
    assert len(card.concerns) == 1
    assert concern in card.concerns[0]


def test_a_unit_that_is_well_has_no_concerns(office: Config) -> None:
    assert cards(office, {"balie-1": heard(Presence(), HELLO, 100.0)}, 100.0)[0].concerns == ()


def test_a_name_that_a_unit_made_up_is_shown_as_text(office: Config) -> None:
    async def story(visit: Visit) -> None:
        visit.desk.live.heard("balie-9", Hello(version="<script>alert(1)</script>\u202e", uptime_s=1.0))
        async with visit.browser() as browser:
            text = (await browser.get("/units")).text
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "Staat niet in host.toml" in text

    visit(office, story)


def test_the_page_is_not_for_a_colleague_at_another_desk(office: Config) -> None:
    async def story(visit: Visit) -> None:
        browser = await visit.signed_in("colleague")
        assert (await browser.get("/units")).status_code == 403
        await browser.aclose()
        browser = await visit.signed_in("telephonist")
        assert (await browser.get("/units")).status_code == 200
        await browser.aclose()

    visit(with_accounts(office), story)
