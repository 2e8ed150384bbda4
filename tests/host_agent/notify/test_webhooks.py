"""What happens to notes is told to another program, a real web server: once, signed, and in spite of everything."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from broker.messages import Caller, Note
from host_agent.config import parse
from host_agent.core.intake import Arrival
from host_agent.core.notes import Assign, Attempt, Finish
from host_agent.core.notices import GIVE_UP_S
from host_agent.core.webhooks import Tried, Webhook, secret_of
from host_agent.errors import ConfigFault
from host_agent.inbox import Inbox
from host_agent.notify.webhook_post import HttpPost
from host_agent.notify.webhooks import Webhooks
from host_agent.store.erasure import SqlKeeping
from host_agent.store.notes import opened
from host_agent.store.thread import StoreThread
from host_agent.store.webhooks import GONE, SqlWebhooks
from tests.host_agent.notify.web_listener import Listener, listening

ID = "ab" * 16
NOW = 1_795_000_000.0
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as server:
        yield server


@dataclass
class Office:
    """An office whose clock the test moves."""

    now: float
    inbox: Inbox
    webhooks: Webhooks
    store: SqlWebhooks
    hooks: tuple[Webhook, ...]

    async def press(self, note_id: str = ID) -> None:
        note = Note(id=note_id, pressed_s_ago=2.0, caller=Caller(name="M. de Vries", number="0612345678"))
        await self.inbox.take_in([Arrival("balie-1", note, self.now)])

    async def at(self, moment: float) -> int:
        """Move the clock and deliver what is due; how many tries that took."""
        self.now = moment
        return sum([await self.webhooks.deliver(hook) for hook in self.hooks])


def _run(path: Path, *hooks: Webhook, within_s: float = 5.0):  # type: ignore[no-untyped-def]
    def play(story: Callable[[Office], Awaitable[None]]) -> None:
        async def run() -> None:
            with opened(path) as store, StoreThread(store) as thread:
                calls = SqlWebhooks(store.engine, hooks)
                store.also_written = calls.note_written
                inbox = Inbox(thread, clock=lambda: office.now)
                webhooks = Webhooks(hooks, calls, thread, inbox, HttpPost((within_s, within_s)))
                office = Office(NOW, inbox, webhooks, calls, hooks)
                await story(office)

        asyncio.run(run())

    return play


def _hook(listener: Listener, **said: object) -> Webhook:
    return replace(Webhook(listener.url, secret_of(SECRET)), **said)  # type: ignore[arg-type]


def _verified(headers: Mapping[str, str], content: bytes) -> dict[str, object]:
    """The body, when its signature is right: written out anew from the specification."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    right = base64.b64encode(hmac.new(bytes(range(32)), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert headers["content-type"] == "application/json"
    found: dict[str, object] = json.loads(content)
    return found


def test_every_step_of_a_note_is_told_once_signed_and_without_the_caller(listener: Listener, tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.press()
        await office.press()
        await office.inbox.change(ID, 1, Assign("Jan"), who="Anja")
        await office.inbox.change(ID, 2, Attempt("no_answer"), who="Jan")
        await office.inbox.change(ID, 3, Finish("offerte"), who="Jan")
        assert await office.at(NOW) == 4
        assert await office.at(NOW + 86_400) == 0
        told = [_verified(headers, content) for headers, content in listener.heard]
        assert [each["type"] for each in told] == ["note.kept", "note.assigned", "note.attempted", "note.done"]
        first = told[0]["data"]
        assert isinstance(first, dict)
        assert (first["id"], first["state"], first["unit"], first["version"]) == (ID, "open", "balie-1", 1)
        assert told[1]["data"]["assigned_to"] == "Jan"  # type: ignore[index]
        whole = b"".join(content for _, content in listener.heard)
        assert not [word for word in (b"Vries", b"0612345678", b"345678", b"offerte") if word in whole]
        assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 4
        assert {headers["webhook-timestamp"] for headers, _ in listener.heard} == {str(int(NOW))}

    _run(tmp_path / "host.sqlite3", _hook(listener))(story)


def test_what_the_office_allows_of_the_caller_is_told_and_only_the_events_that_are_asked_for(
    listener: Listener, tmp_path: Path
) -> None:
    async def story(office: Office) -> None:
        await office.press()
        await office.inbox.change(ID, 1, Assign("Jan"), who="Anja")
        assert await office.at(NOW) == 1
        (heard,) = listener.heard
        data = _verified(*heard)["data"]
        assert isinstance(data, dict)
        assert (data["caller_name"], data["caller_number"]) == ("M. de Vries", "0612345678")

    hook = _hook(listener, events=frozenset({"assigned"}), caller="name and number")
    _run(tmp_path / "host.sqlite3", hook)(story)


@pytest.mark.parametrize("refusal", [500, 302, 404, None], ids=["500", "redirect", "404", "silence"])
def test_what_is_not_taken_is_tried_again_later_under_the_same_id(
    listener: Listener, tmp_path: Path, refusal: int | None, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(office: Office) -> None:
        listener.answers = [refusal]
        await office.press()
        assert await office.at(NOW) == 1
        (glance,) = await office.webhooks.glances()
        assert (glance.delivered, glance.waiting, glance.failed) == (0, 1, 0)
        assert glance.fault is not None
        assert await office.at(NOW + 10) == 0
        assert await office.at(NOW + 31) == 1
        (glance,) = await office.webhooks.glances()
        assert (glance.delivered, glance.waiting, glance.failed, glance.fault) == (1, 0, 0, None)
        assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1
        _verified(*listener.heard[-1])
        assert office.webhooks.undelivered == 1

    with caplog.at_level(logging.DEBUG, "host_agent"):
        _run(tmp_path / "host.sqlite3", _hook(listener), within_s=0.3)(story)
    assert "geheim" not in caplog.text
    assert "Vries" not in caplog.text


def test_a_restart_between_the_press_and_the_delivery_loses_nothing(listener: Listener, tmp_path: Path) -> None:
    path, hook = tmp_path / "host.sqlite3", _hook(listener)

    async def before(office: Office) -> None:
        await office.press()
        listener.answers = [500]
        await office.at(NOW)
        await office.inbox.change(ID, 1, Assign("Jan"), who="Anja")

    async def after(office: Office) -> None:
        assert await office.at(NOW + 60) == 2
        assert await office.at(NOW + 120) == 0

    _run(path, hook)(before)
    _run(path, hook)(after)
    heard = [_verified(*each)["type"] for each in listener.heard]
    assert heard == ["note.kept", "note.kept", "note.assigned"]


def test_the_task_delivers_by_itself_and_one_that_is_silent_does_not_hold_up_another(
    listener: Listener, tmp_path: Path
) -> None:
    with listening() as silent:
        silent.answers = [None]

        async def story(office: Office) -> None:
            task = asyncio.create_task(office.webhooks.run())
            counting = asyncio.create_task(office.inbox.run())
            await office.press()
            async with asyncio.timeout(10):
                while not listener.heard:  # noqa: ASYNC110  # what is waited for is in another thread
                    await asyncio.sleep(0.005)
            silent.let_go.set()
            for each in (task, counting):
                each.cancel()
            await asyncio.gather(task, counting, return_exceptions=True)

        _run(tmp_path / "host.sqlite3", _hook(silent), _hook(listener))(story)


def test_what_nobody_takes_is_given_up_visibly_and_tried_again_when_a_person_asks(
    listener: Listener, tmp_path: Path
) -> None:
    async def story(office: Office) -> None:
        listener.answers = [500] * 100
        await office.press()
        moment, tries = NOW, 0
        while (await office.webhooks.counts())["waiting"]:
            tries += await office.at(moment)
            moment += 600
            assert moment < NOW + 2 * GIVE_UP_S
        (glance,) = await office.webhooks.glances()
        assert (glance.failed, glance.fault) == (1, "answered 500")
        assert 40 < tries < 70, "once an hour at last"
        listener.answers = []
        assert await office.webhooks.try_again(office.hooks[0].digest) == 1
        assert await office.at(moment) == 1
        assert (await office.webhooks.counts()) == {"delivered": 1, "waiting": 0, "failed": 0}

    _run(tmp_path / "host.sqlite3", _hook(listener))(story)


def test_whoever_is_gone_is_not_asked_again(listener: Listener, tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        listener.answers = [410]
        await office.press()
        assert await office.at(NOW) == 1
        assert (await office.webhooks.glances())[0].fault == "answered 410"
        assert await office.at(NOW + 86_400) == 0

    _run(tmp_path / "host.sqlite3", _hook(listener))(story)


def test_one_that_is_down_is_asked_once_a_round_however_much_waits(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        for number in range(20):
            await office.press(f"{number:032x}")
        assert await office.at(NOW) == 1
        assert (await office.webhooks.glances())[0].fault == "no connection (ConnectionError)"

    _run(tmp_path / "host.sqlite3", Webhook("http://127.0.0.1:1/x", bytes(32)))(story)


def test_what_waits_for_a_webhook_that_was_taken_out_is_given_up(listener: Listener, tmp_path: Path) -> None:
    path, hook = tmp_path / "host.sqlite3", _hook(listener)

    async def before(office: Office) -> None:
        await office.press()

    async def after(office: Office) -> None:
        assert office.store.give_up_strangers([], NOW) == 1
        assert office.store.last_fault(hook.digest) == GONE

    _run(path, hook)(before)
    _run(path)(after)


def test_what_is_erased_is_told_to_nobody(listener: Listener, tmp_path: Path) -> None:
    path = tmp_path / "host.sqlite3"

    async def story(office: Office) -> None:
        await office.press()
        SqlKeeping(office.store._engine).erase_number("+31612345678", "NL")
        assert (await office.webhooks.counts())["waiting"] == 0
        assert await office.at(NOW) == 0

    _run(path, _hook(listener))(story)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('url = "http://crm.example/x"', "https, or"),
        ('url = "ftp://crm.example/x"', "an address such as"),
        ('url = "https://crm.example/x"\nevents = ["rang"]', "a list of kept"),
        ('url = "https://crm.example/x"\nsecret_file = "password"', "whsec_"),
    ],
)
def test_a_webhook_that_cannot_be_is_told_with_the_remedy(tmp_path: Path, lines: str, said: str) -> None:
    for name, word in (("secret", SECRET), ("password", "a plain password")):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text(word)
    text = f"[[webhook]]\n{lines}\n" + ("" if "secret_file" in lines else 'secret_file = "secret"\n')
    with pytest.raises(ConfigFault, match="webhook") as told:
        parse(text, folder=tmp_path)
    assert said in str(told.value)


def test_a_webhook_is_read_from_the_configuration_and_its_secret_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(0o600)
    (tmp_path / "secret").write_text(SECRET)
    text = '[[webhook]]\nurl = "https://u:p@crm.example:8443/geheim"\nsecret_file = "secret"\nevents = ["done", "kept"]'
    (hook,) = parse(text, folder=tmp_path).webhooks
    assert (hook.events, hook.caller, hook.place) == ({"done", "kept"}, "none", "crm.example:8443")
    assert "\\x01" not in repr(hook)


def test_what_a_post_meets_unforeseen_stays_to_be_tried(tmp_path: Path) -> None:
    def breaks(url: str, headers: Mapping[str, str], content: bytes) -> Tried:
        raise KeyError(url)

    async def story(office: Office) -> None:
        office.webhooks._post = breaks
        await office.press()
        await office.at(NOW)
        (glance,) = await office.webhooks.glances()
        assert (glance.waiting, glance.fault) == (1, "KeyError")

    _run(tmp_path / "host.sqlite3", Webhook("http://127.0.0.1:1/x", bytes(32)))(story)
