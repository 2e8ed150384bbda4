"""Reminders that become letters, against a real mail server; time is moved, not slept."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest

from broker.messages import Caller, Note
from host_agent.chaser import Chaser
from host_agent.config_promise import ConfiguredColleagues, Mail, Notices, PromiseRules
from host_agent.core.colleagues import Colleague
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, FillIn, PassOn
from host_agent.core.notices import GIVE_UP_S, Address, Notice, after_failure
from host_agent.inbox import Inbox
from host_agent.link_key import link_key
from host_agent.notify.apprise_channel import AppriseChannel, Undelivered
from host_agent.notify.letters import Letter
from host_agent.notify.notifier import Notifier
from host_agent.promises import LinkMaker, Promises
from host_agent.store.notes import opened
from host_agent.store.promise import SqlPromiseStore
from host_agent.store.thread import StoreThread
from tests.host_agent.notify.mail_server import Mailbox, mail_server

# One of the senders that come with Apprise asks for a module that Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

ID = "0123456789abcdef" * 2
NINE = datetime(2026, 11, 23, 9, 0).timestamp()
JAN = Colleague(name="Jan", email="jan@kantoor.example")
LOTTE = Colleague(name="Lotte", email="lotte@kantoor.example", language="en", lead=True)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Mail]]:
    """A real mail server on loopback."""
    with mail_server() as box:
        mail = Mail(host="127.0.0.1", port=box.port, security="none", username=None, sender="belbord@kantoor.example")
        yield box, mail


@dataclass
class Office:
    """An office whose clock the test moves."""

    now: float
    inbox: Inbox
    promises: Promises
    chaser: Chaser
    notifier: Notifier
    links: LinkMaker
    desks: list[tuple[str | None, int]] = field(default_factory=list)

    async def at(self, moment: float) -> int:
        """Move the clock, and do what is due then; how many reminders were kept."""
        self.now = moment
        told = await self.chaser.look()
        await self.notifier.deliver()
        return told

    async def notices(self) -> list[Notice]:
        return await self.promises.ask(lambda store: store.notices(ID))


@asynccontextmanager
async def _office(path: Path, mail: Mail, *people: Colleague, allowed: str = "none") -> AsyncIterator[Office]:
    with opened(path) as store, StoreThread(store) as thread:
        inbox = Inbox(thread, clock=lambda: office.now)
        rules = PromiseRules(notices=Notices(allowed, 14, mail))  # type: ignore[arg-type]
        promises = Promises(rules, SqlPromiseStore(store.engine), thread)
        links = LinkMaker(promises, link_key(path.with_name("key")), "http://127.0.0.1:8088")
        colleagues = ConfiguredColleagues(people)
        desks: list[tuple[str | None, int]] = []
        chaser = Chaser(promises, inbox, colleagues, lambda unit, count: desks.append((unit, count)))
        notifier = Notifier(promises, inbox, colleagues, links, AppriseChannel(mail))
        office = Office(NINE, inbox, promises, chaser, notifier, links, desks)
        yield office


def _run(path: Path, mail: Mail, *people: Colleague, allowed: str = "none"):  # type: ignore[no-untyped-def]
    def play(story: Callable[[Office], Awaitable[None]]) -> None:
        async def run() -> None:
            async with _office(path, mail, *people, allowed=allowed) as office:
                await story(office)

        asyncio.run(run())

    return play


async def _asked(office: Office, promise: float | None = None) -> None:
    note = Note(id=ID, pressed_s_ago=0.0, caller=Caller(name="M. de Vries", number="0612345678"))
    await office.inbox.take_in([Arrival("balie-1", note, office.now)])
    filled = FillIn(
        caller_name="M. de Vries", caller_number="0612345678", for_whom="Jan", reason="geheim", promised_by=promise
    )
    await office.inbox.change(ID, 1, filled, who="Anja")
    await office.inbox.change(ID, 2, Assign("Jan"), who="Anja")


def test_a_colleague_gets_a_letter_with_a_link_and_nothing_of_the_caller(
    mailbox: tuple[Mailbox, Mail], tmp_path: Path
) -> None:
    box, mail = mailbox

    async def story(office: Office) -> None:
        await _asked(office)
        await office.at(NINE)
        (letter,) = box.letters
        text = letter.get_content()
        assert letter["To"] is not None
        assert "jan@kantoor.example" in letter["To"]
        assert "http://127.0.0.1:8088/c/" in text
        for secret in ("Vries", "0612", "06 12", "geheim"):
            assert secret not in letter.as_string()
        assert [notice.fate for notice in await office.notices()] == ["delivered"]

    _run(tmp_path / "host.sqlite3", mail, JAN)(story)


def test_what_the_office_allows_of_the_caller_is_said(mailbox: tuple[Mailbox, Mail], tmp_path: Path) -> None:
    box, mail = mailbox

    async def story(office: Office) -> None:
        await _asked(office, NINE + 3 * 3600)
        await office.at(NINE)
        text = box.letters[0].get_content()
        assert "M. de Vries, 06 12 34 56 78" in text
        assert "geheim" not in text

    _run(tmp_path / "host.sqlite3", mail, JAN, allowed="name and number")(story)


def test_a_promise_that_passes_goes_to_the_lead_in_her_language_and_once_over_a_restart(
    mailbox: tuple[Mailbox, Mail], tmp_path: Path
) -> None:
    box, mail = mailbox

    async def story(office: Office) -> None:
        await _asked(office, NINE + 3600)
        for minute in range(62):
            await office.at(NINE + 60 * minute)
        assert [notice.kind for notice in await office.notices()] == [
            "assigned", "unseen", "half_way", "promise", "overdue",
        ]  # fmt: skip
        assert "called back in time" in box.letters[-1].get_content()

    async def after_restart(office: Office) -> None:
        await office.at(NINE + 62 * 60)
        assert len(await office.notices()) == 5

    path = tmp_path / "host.sqlite3"
    _run(path, mail, JAN, LOTTE)(story)
    sent = len(box.letters)
    _run(path, mail, JAN, LOTTE)(after_restart)
    assert len(box.letters) == sent == 5


def test_a_letter_that_is_refused_is_shown_and_tried_until_it_is_taken(
    mailbox: tuple[Mailbox, Mail], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box, mail = mailbox

    async def story(office: Office) -> None:
        box.refuses = True
        await _asked(office)
        await office.at(NINE)
        (waiting,) = await office.notices()
        assert (waiting.fate, waiting.tries) == ("waiting", 1)
        assert waiting.fault
        assert waiting.next_try_at > NINE
        box.refuses = False
        await office.at(NINE + 10)
        assert box.letters == []
        await office.at(waiting.next_try_at)
        assert [(each.fate, each.fault) for each in await office.notices()] == [("delivered", None)]

    with caplog.at_level(logging.DEBUG, "host_agent"):
        _run(tmp_path / "host.sqlite3", mail, JAN)(story)
    assert len(box.letters) == 1
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("host_agent")]
    assert any("not delivered" in line for line in ours)
    assert not any("jan@" in line for line in ours)


def test_a_colleague_without_an_address_is_shown_as_not_told(mailbox: tuple[Mailbox, Mail], tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await _asked(office)
        await office.at(NINE)
        assert [(each.recipient, each.fate) for each in await office.notices()] == [("Jan", "nowhere")]

    _run(tmp_path / "host.sqlite3", mailbox[1])(story)


def test_a_note_that_nobody_was_asked_about_is_told_to_its_desk_in_hours(
    mailbox: tuple[Mailbox, Mail], tmp_path: Path
) -> None:
    async def story(office: Office) -> None:
        await office.inbox.take_in([Arrival("balie-1", Note(id=ID, pressed_s_ago=0.0), office.now)])
        for hour in range(24):
            await office.at(NINE + 3600 * hour)
        assert office.desks == [("balie-1", 1)] * 3

    _run(tmp_path / "host.sqlite3", mailbox[1], JAN)(story)


def test_a_link_opens_its_note_until_it_is_revoked_or_too_old(mailbox: tuple[Mailbox, Mail], tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await _asked(office)
        word = (await office.links.address(ID, "Jan", NINE)).rpartition("/")[2]
        opened_now = await office.links.opened(word, NINE)
        assert opened_now is not None
        assert (opened_now.note_id, opened_now.who) == (ID, "Jan")
        assert await office.links.opened(word, NINE + 15 * 86_400) is None
        assert await office.links.opened(word[:-2] + "xx", NINE) is None
        assert "Jan" not in word
        assert ID not in word
        assert await office.promises.ask(lambda store: store.revoke_links(ID, NINE)) == 1
        assert await office.links.opened(word, NINE) is None

    _run(tmp_path / "host.sqlite3", mailbox[1], JAN)(story)


def test_the_key_of_the_links_is_its_owners_alone_and_stays(tmp_path: Path) -> None:
    link_key(tmp_path / "key")
    first = (tmp_path / "key").read_bytes()
    link_key(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == first
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_note_passed_on_is_told_to_the_next_and_the_first_letter_is_no_longer_needed(
    mailbox: tuple[Mailbox, Mail], tmp_path: Path
) -> None:
    piet = replace(JAN, name="Piet", email="piet@kantoor.example")

    async def story(office: Office) -> None:
        await _asked(office)
        await office.at(NINE)
        office.now = NINE + 30
        await office.inbox.change(ID, 3, PassOn("Piet"), who="Jan")
        await office.at(NINE + 60)
        assert [each.recipient for each in await office.notices()] == ["Jan", "Piet"]

    _run(tmp_path / "host.sqlite3", mailbox[1], JAN, piet)(story)


@pytest.mark.parametrize("url", ["nothing://x", "mail:jan@kantoor.example"])
def test_an_address_that_cannot_be_used_is_told_as_such(url: str) -> None:
    with pytest.raises(Undelivered):
        AppriseChannel(None).send(Address(url), Letter("x", "y"))


def test_pauses_grow_and_end_after_two_days() -> None:
    pauses = [after_failure(tries, 0.0, 0.0) for tries in range(1, 20)]
    assert pauses[:3] == [30.0, 60.0, 120.0]
    assert max(pause for pause in pauses if pause is not None) == 3600.0
    assert after_failure(5, 0.0, GIVE_UP_S) is None
