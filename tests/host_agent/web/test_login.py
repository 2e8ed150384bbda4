"""Signing in: one-time links, sessions that end, wrong passwords that cost time, and a proxy that vouches."""

import hashlib
import re
from pathlib import Path

import pytest

from host_agent.config import Config
from host_agent.core.sessions import ABSOLUTE_S
from host_agent.web.login import onward
from tests.host_agent.web.visits import OWN, PASSWORD, Visit, send, sign_in, visit, with_accounts

WRONG = "De aanmeldnaam of het wachtwoord klopt niet."


def test_a_one_time_link_works_once_and_for_a_day(office: Config) -> None:
    async def story(here: Visit) -> None:
        made = await here.desk.people.add("bo", "Bo", "lead")
        assert made is not None
        page, browser = f"/welcome/{made[1]}", here.browser()
        short = await send(browser, page, page, password="kort", again="kort")
        assert short.status_code == 422
        chosen = await send(browser, page, page, password=PASSWORD, again=PASSWORD)
        assert chosen.headers["location"] == "/login?welkom=1"
        assert (await browser.get(page)).status_code == 410
        late = await here.desk.people.new_link(made[0].id)
        here.clock.now += 25 * 3600
        assert (await browser.get(f"/welcome/{late}")).status_code == 410
        assert (await sign_in(browser, "BO")).status_code == 303

    visit(with_accounts(office), story)


def test_history_names_the_account_and_no_cookie_changes_that(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser, note = await here.signed_in("telephonist", "Anja"), await here.note()
        browser.cookies.set("belbord_who", "Iemand anders")
        page = f"/note/{note.id}"
        assert (await send(browser, page, f"{page}/done", outcome="Gesproken")).status_code == 303
        found = await here.desk.inbox.find(note.id)
        assert found is not None
        assert (found[1][-1].what, found[1][-1].who) == ("done", "Anja")

    visit(with_accounts(office), story)


@pytest.mark.parametrize(("idle_s", "total_s", "is_in"), [(7.9, 7.9, True), (8.1, 8.1, False), (7.0, 12.1, False)])
def test_a_session_ends_when_unused_and_after_half_a_day(
    office: Config, idle_s: float, total_s: float, is_in: bool
) -> None:
    async def story(here: Visit) -> None:
        browser, begun = await here.signed_in("telephonist"), here.clock.now
        while here.clock.now + idle_s * 3600 <= begun + total_s * 3600:
            here.clock.now += idle_s * 3600
            last = await browser.get("/")
        if total_s > idle_s:
            here.clock.now = begun + total_s * 3600
            last = await browser.get("/")
        assert (last.status_code == 200) == is_in

    visit(with_accounts(office), story)


def test_the_session_cookie_is_long_random_and_kept_only_as_a_digest(office: Config) -> None:
    async def story(here: Visit) -> None:
        login = await here.account("lead")
        browser = here.browser()
        first = (await sign_in(browser, login)).headers["set-cookie"]
        second = (await sign_in(here.browser(), login)).headers["set-cookie"]
        assert first.split(";")[0] != second.split(";")[0]
        for wanted in ("HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={int(ABSOLUTE_S)}"):
            assert wanted in first
        word = browser.cookies["belbord_session"]
        assert len(word) >= 43
        held = b"".join(each.read_bytes() for each in Path(here.desk.config.store).parent.iterdir() if each.is_file())
        assert word.encode() not in held
        assert PASSWORD.encode() not in held
        assert hashlib.sha256(word.encode()).hexdigest().encode() in held

    visit(with_accounts(office), story)


def test_behind_https_the_cookie_travels_over_https_alone(office: Config) -> None:
    config = with_accounts(office, address="https://belbord.example", allowed_hosts=("belbord.example",))

    async def story(here: Visit) -> None:
        login = await here.account("lead")
        browser = here.browser(base="https://belbord.example")
        text = (await browser.get("/login")).text
        token = re.findall(r'name="token" value="([^"]*)"', text)[0]
        fields = {"token": token, "login": login, "password": PASSWORD}
        own = {"Origin": "https://belbord.example", "Sec-Fetch-Site": "same-origin"}
        answer = await browser.post("/login", data=fields, headers=own)
        assert answer.headers["set-cookie"].startswith("__Host-belbord_session=")
        assert "Secure" in answer.headers["set-cookie"]

    visit(config, story)


def test_a_session_that_was_there_before_does_not_survive_signing_in_or_out(office: Config) -> None:
    async def story(here: Visit) -> None:
        browser = await here.signed_in("lead")
        old = browser.cookies["belbord_session"]
        assert (await sign_in_again(browser)).status_code == 303
        new = browser.cookies["belbord_session"]
        assert await here.desk.people.signed_in(old) is None
        assert await here.desk.people.signed_in(new) is not None
        assert (await send(browser, "/", "/logout")).headers["location"] == "/login"
        assert await here.desk.people.signed_in(new) is None

    async def sign_in_again(browser: object) -> object:
        return await send(browser, "/", "/login", login="lead", password=PASSWORD, onward="/kept")  # type: ignore[arg-type]

    visit(with_accounts(office), story)


def test_wrong_passwords_cost_ever_more_time_but_never_lock(office: Config) -> None:
    async def story(here: Visit) -> None:
        login, browser = await here.account("lead"), here.browser()
        for _ in range(3):
            assert WRONG in (await sign_in(browser, login, "verkeerd")).text
        early = await sign_in(browser, login)
        assert (early.status_code, early.headers["retry-after"]) == (429, "2")
        here.steady.now += 2
        assert (await sign_in(browser, login, "verkeerd")).status_code == 422
        assert (await sign_in(browser, login)).headers["retry-after"] == "4"
        # Somebody at another address is not slowed down by it.
        assert (await sign_in(here.browser("192.0.2.7"), login)).status_code == 303
        here.steady.now += 4
        assert (await sign_in(browser, login)).status_code == 303

    visit(with_accounts(office), story)


def test_trying_many_accounts_from_one_address_is_slowed_down_too(office: Config) -> None:
    async def story(here: Visit) -> None:
        login, browser = await here.account("lead"), here.browser()
        for each in range(20):
            here.steady.now += 1
            await sign_in(browser, f"gok{each}", "verkeerd")
        assert (await sign_in(browser, login)).status_code == 429

    visit(with_accounts(office), story)


def test_no_answer_tells_whether_a_login_exists(office: Config) -> None:
    async def story(here: Visit) -> None:
        login = await here.account("lead")
        answers = [await sign_in(here.browser(), each, "verkeerd") for each in (login, "niemand")]
        texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
        assert texts[0] == texts[1]
        assert [answer.status_code for answer in answers] == [422, 422]

    visit(with_accounts(office), story)


def test_a_closed_account_is_out_at_once_and_the_last_admin_stays(office: Config) -> None:
    async def story(here: Visit) -> None:
        admin, other = await here.signed_in("admin"), await here.signed_in("telephonist", "Anja")
        people = {person.name: person.id for person in await here.desk.people.everyone()}
        assert (await send(admin, "/people", f"/people/{people['Anja']}/disable")).status_code == 303
        assert (await other.get("/")).headers["location"].startswith("/login")
        assert WRONG in (await sign_in(here.browser(), "anja")).text
        last = await send(admin, "/people", f"/people/{people['Admin']}/disable")
        assert "Er moet een beheerder overblijven." in last.text
        demoted = await send(admin, "/people", f"/people/{people['Admin']}/role", role="lead")
        assert demoted.status_code == 409
        assert (await admin.get("/people")).status_code == 200

    visit(with_accounts(office), story)


def test_an_admin_adds_somebody_and_sees_the_link_once(office: Config) -> None:
    async def story(here: Visit) -> None:
        admin = await here.signed_in("admin")
        added = await send(admin, "/people", "/people", name="Zoë", login="zoe", role="colleague")
        link = re.findall(r"<code>(http[^<]*)</code>", added.text)[0]
        assert link not in (await admin.get("/people")).text
        assert (await here.browser().get(link)).status_code == 200
        again = await send(admin, "/people", "/people", name="ZOË", login="zoe2", role="colleague")
        assert again.status_code == 422

    visit(with_accounts(office), story)


def test_a_form_that_is_not_of_this_browser_does_nothing(office: Config) -> None:
    async def story(here: Visit) -> None:
        admin = await here.signed_in("admin")
        await admin.get("/people")
        fields = {"name": "X", "login": "x", "role": "admin"}
        for action in ("/people", "/tokens", "/calendar", "/logout"):
            assert (await admin.post(action, data={**fields, "token": "A" * 43}, headers=OWN)).status_code == 403
            foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
            assert (await admin.post(action, data=fields, headers=foreign)).status_code == 403
        assert len(await here.desk.people.everyone()) == 1
        assert (await admin.get("/people")).status_code == 200

    visit(with_accounts(office), story)


def test_only_the_named_proxy_vouches_for_somebody(office: Config) -> None:
    config = with_accounts(office, trusted_header="X-Remote-User", trusted_proxies=("192.0.2.1",))

    async def story(here: Visit) -> None:
        login = await here.account("telephonist", "Anja")
        said = {"X-Remote-User": login}
        assert (await here.browser("192.0.2.1").get("/", headers=said)).status_code == 200
        for browser, headers in (
            (here.browser("192.0.2.2"), said),
            (here.browser("192.0.2.1"), {"X-Remote-User": "niemand"}),
            (here.browser("192.0.2.1"), {}),
        ):
            assert (await browser.get("/", headers=headers)).headers["location"].startswith("/login")
        twice = [("X-Remote-User", login), ("X-Remote-User", "admin")]
        assert (await here.browser("192.0.2.1").get("/", headers=twice)).status_code == 303

    visit(config, story)


@pytest.mark.parametrize(
    ("path", "goes"),
    [("/note/1", "/note/1"), ("//evil.example", ""), ("https://evil.example", ""), ("/\\evil.example", ""), ("x", "")],
)
def test_after_signing_in_nobody_is_sent_elsewhere(path: str, goes: str) -> None:
    assert onward(path) == goes
