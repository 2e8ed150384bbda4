"""Changing one's own password: the old one is asked, and it ends every other session."""

from host_agent.config import Config
from tests.host_agent.web.visits import OWN, PASSWORD, Visit, send, sign_in, visit, with_accounts

NEW = "een heel ander wachtwoord"
CHANGED = "Uw wachtwoord is gewijzigd."


def test_who_knows_the_old_password_chooses_a_new_one_and_is_out_everywhere_else(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser, elsewhere = await here.signed_in("colleague", "Bo"), here.browser("192.0.2.7")
        assert (await sign_in(elsewhere, "bo")).status_code == 303
        before = browser.cookies["belbord_session"]
        answer = await send(browser, "/password", "/password", old=PASSWORD, password=NEW, again=NEW)
        assert answer.headers["location"] == "/password?gewijzigd=1"
        assert CHANGED in (await browser.get("/password?gewijzigd=1")).text
        assert browser.cookies["belbord_session"] != before
        assert await here.desk.people.signed_in(before) is None
        assert (await elsewhere.get("/mine")).headers["location"].startswith("/login")
        assert (await sign_in(here.browser(), "bo")).status_code == 422
        assert (await sign_in(here.browser(), "bo", NEW)).status_code == 303

    visit(with_accounts(office), story)


def test_a_link_that_was_given_out_before_no_longer_changes_the_password(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = await here.signed_in("lead")
        person = (await here.desk.people.everyone())[0]
        link = await here.desk.people.new_link(person.id)
        await send(browser, "/password", "/password", old=PASSWORD, password=NEW, again=NEW)
        assert (await here.browser().get(f"/welcome/{link}")).status_code == 410

    visit(with_accounts(office), story)


def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = await here.signed_in("telephonist")
        for fields, fault in (
            ({"old": "verkeerd", "password": NEW, "again": NEW}, "Dit is niet uw wachtwoord van nu."),
            ({"old": PASSWORD, "password": "kort", "again": "kort"}, "Kies een wachtwoord van 10 tot 200 tekens"),
            ({"old": PASSWORD, "password": NEW, "again": "anders"}, "Dit is niet hetzelfde als het eerste."),
        ):
            answer = await send(browser, "/password", "/password", **fields)
            assert (answer.status_code, fault in answer.text) == (422, True)
            assert NEW not in answer.text
        forged = await browser.post("/password", data={"old": PASSWORD, "password": NEW, "again": NEW}, headers=OWN)
        assert forged.status_code == 403
        assert (await sign_in(here.browser(), "telephonist")).status_code == 303

    visit(with_accounts(office), story)


def test_guessing_the_old_password_costs_ever_more_time(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = await here.signed_in("lead")
        for _ in range(3):
            await send(browser, "/password", "/password", old="verkeerd", password=NEW, again=NEW)
        early = await send(browser, "/password", "/password", old=PASSWORD, password=NEW, again=NEW)
        assert (early.status_code, early.headers["retry-after"]) == (429, "2")
        assert "over 2 seconden kan het weer" in early.text
        here.steady.now += 2
        later = await send(browser, "/password", "/password", old=PASSWORD, password=NEW, again=NEW)
        assert later.status_code == 303

    visit(with_accounts(office), story)


def test_who_is_vouched_for_by_the_office_changes_the_password_there(office: Config) -> None:
    config = with_accounts(office, trusted_header="X-Remote-User", trusted_proxies=("192.0.2.1",))

    async def story(here: Visit) -> None:
        browser = here.browser("192.0.2.1")
        browser.headers["X-Remote-User"] = await here.account("telephonist", "Anja")
        page = (await browser.get("/password")).text
        assert "Daar wijzigt u ook uw wachtwoord." in page
        assert 'type="password"' not in page
        fields = {"old": PASSWORD, "password": NEW, "again": NEW}
        assert (await send(browser, "/password", "/password", **fields)).status_code == 403

    visit(config, story)


def test_without_accounts_there_is_no_password_to_change(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = here.browser()
        assert (await browser.get("/password")).status_code == 404
        assert "/password" not in (await browser.get("/")).text

    visit(office, story)
