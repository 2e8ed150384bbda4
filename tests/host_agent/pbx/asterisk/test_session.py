"""What is asked of a PBX, and when. Time is a value."""

import hashlib

import pytest

from host_agent.pbx.asterisk.protocol import Parser
from host_agent.pbx.asterisk.session import LoginRefused, Session
from host_agent.pbx.asterisk.settings import AsteriskSettings
from tests.host_agent.pbx.asterisk.streams import BOOTED, message

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
LISTS = ["CoreShowChannels", "DeviceStateList", "ExtensionStateList", "QueueStatus"]


class Talk:
    """A session and the PBX's side of it."""

    def __init__(self, *, challenge: bool = False) -> None:
        self.session = Session(AsteriskSettings("pbx", "belbord", "geheim", challenge=challenge), "t0ken")
        self.parser = Parser()
        self.sent: list[dict[str, str]] = []

    def hears(self, *stream: bytes, at: float = 0.0) -> list[str]:
        self.session.receive(self.parser.feed(b"".join(stream)), at)
        return self._asked()

    def waits(self, at: float, *, doubtful: bool = False) -> list[str]:
        self.session.pass_time(at, doubtful=doubtful)
        return self._asked()

    def answer(self, response: str, *lines: str, to: str, at: float = 0.0) -> list[str]:
        (action_id,) = [sent["ActionID"] for sent in self.sent if sent["Action"] == to][-1:]
        return self.hears(message(f"Response: {response}", f"ActionID: {action_id}", *lines), at=at)

    def logged_in(self, at: float = 0.0) -> "Talk":
        self.hears(BANNER, at=at)
        self.answer("Success", "Message: Authentication accepted", to="Login", at=at)
        return self

    def listed(self, at: float) -> list[str]:
        self.answer("Success", "EventList: start", to="QueueStatus", at=at)
        action_id = [sent["ActionID"] for sent in self.sent if sent["Action"] == "QueueStatus"][-1]
        return self.hears(message("Event: QueueStatusComplete", f"ActionID: {action_id}"), at=at)

    def _asked(self) -> list[str]:
        blocks = self.session.take().decode().split("\r\n\r\n")[:-1]
        new = [dict(line.split(": ", 1) for line in block.split("\r\n")) for block in blocks]
        self.sent += new
        return [sent["Action"] for sent in new]


def test_a_challenge_is_answered_without_sending_the_secret() -> None:
    talk = Talk(challenge=True)
    assert talk.hears(BANNER) == ["Challenge"]
    assert talk.answer("Success", "Challenge: 12345", to="Challenge") == ["Login"]
    assert talk.sent[-1]["Key"] == hashlib.md5(b"12345geheim").hexdigest()
    assert "geheim" not in str(talk.sent)


def test_noise_is_left_out_and_the_snapshot_waits_for_the_pbx_to_be_up() -> None:
    talk = Talk()
    assert talk.hears(BANNER) == ["Login"]
    assert talk.answer("Success", "Message: Authentication accepted", to="Login") == ["Events"]
    assert talk.sent[-1]["EventMask"] == "system,call,agent"
    assert talk.waits(0.5) == []
    assert talk.hears(BOOTED, at=0.6) == LISTS


def test_a_user_who_is_not_told_that_the_pbx_is_up_gets_a_snapshot_after_a_moment() -> None:
    talk = Talk().logged_in()
    assert talk.waits(0.9) == []
    assert talk.waits(1.0) == LISTS
    assert not talk.session.boot_is_overdue(9.0)
    assert talk.session.boot_is_overdue(10.5)


def test_a_snapshot_taken_before_the_pbx_was_up_is_taken_again() -> None:
    talk = Talk().logged_in()
    talk.waits(1.0)
    assert talk.answer("Error", "Message: Invalid/unknown command: QueueStatus.", to="QueueStatus", at=1.1) == []
    assert talk.waits(1.5) == []
    assert talk.waits(2.2) == LISTS
    assert talk.hears(BOOTED, at=2.4) == LISTS


def test_the_pbx_is_pinged_every_five_seconds_and_listed_every_minute() -> None:
    talk = Talk().logged_in()
    talk.hears(BOOTED)
    talk.listed(at=0.1)
    asked = {second: talk.waits(float(second)) for second in range(1, 62)}
    assert [second for second, actions in asked.items() if "Ping" in actions] == list(range(5, 62, 5))
    assert [second for second, actions in asked.items() if "QueueStatus" in actions] == [60]


def test_a_doubt_asks_for_a_snapshot_but_not_again_and_again() -> None:
    talk = Talk().logged_in()
    talk.hears(BOOTED)
    talk.listed(at=0.1)
    assert talk.waits(1.0, doubtful=True) == []
    assert talk.waits(2.1, doubtful=True) == LISTS
    assert talk.waits(4.5, doubtful=True) == [], "the last one is not answered yet"
    talk.listed(at=4.6)
    assert talk.waits(4.7, doubtful=True) == LISTS


def test_a_wrong_secret_is_refused_without_telling_it() -> None:
    talk = Talk()
    talk.hears(BANNER)
    with pytest.raises(LoginRefused, match="user 'belbord': Authentication failed") as refused:
        talk.answer("Error", "Message: Authentication failed", to="Login")
    assert "geheim" not in str(refused.value)


def test_a_pbx_that_never_answers_the_login_is_left() -> None:
    talk = Talk()
    talk.hears(BANNER)
    talk.waits(0.0)
    with pytest.raises(LoginRefused, match="no answer while logging in"):
        talk.waits(10.5)


def test_an_answer_to_what_was_not_asked_is_counted_and_changes_nothing() -> None:
    talk = Talk()
    talk.hears(BANNER)
    assert talk.hears(message("Response: Success", "ActionID: x-1", "Message: Authentication accepted")) == []
    assert talk.session.strange_answers == 1


def test_rights_that_are_missing_are_remembered() -> None:
    talk = Talk().logged_in()
    talk.hears(BOOTED)
    talk.answer("Error", "Message: Permission denied", to="DeviceStateList")
    assert talk.session.denied == {"DeviceStateList"}
