"""What the simulated PBX answers on a connection."""

import hashlib
from typing import Any

import pytest

from host_agent.pbx.simulated.session import Moment, Session, parse_request, respond

STRANGER = Session("belbord", "s3cret")
INSIDE = Session("belbord", "s3cret", logged_in=True)


@pytest.fixture
def moment(story: Any) -> Moment:
    story.rings()
    return Moment(story.office, story.now)


def test_the_right_secret_is_let_in_and_told_that_all_is_booted(moment: Moment) -> None:
    answer = respond(STRANGER, {"action": "Login", "username": "belbord", "secret": "s3cret", "actionid": "1"}, moment)
    assert answer.session.logged_in
    assert answer.sent.startswith(b"Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n")
    assert b"Event: FullyBooted\r\nPrivilege: system,all\r\n" in answer.sent


@pytest.mark.parametrize(("user", "secret"), [("belbord", "wrong"), ("other", "s3cret"), ("belbord", ""), ("", "")])
def test_a_wrong_secret_is_answered_late_and_ends_the_connection(moment: Moment, user: str, secret: str) -> None:
    answer = respond(STRANGER, {"action": "Login", "username": user, "secret": secret}, moment)
    assert not answer.session.logged_in
    assert answer.sent == b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
    assert answer.close
    assert answer.delay_s == 1.0


def test_a_challenge_lets_in_without_sending_the_secret(moment: Moment) -> None:
    challenged = respond(STRANGER, {"action": "Challenge", "authtype": "MD5"}, moment)
    challenge = challenged.sent.decode().split("Challenge: ")[1].split("\r\n")[0]
    key = hashlib.md5((challenge + "s3cret").encode()).hexdigest()
    request = {"action": "Login", "authtype": "MD5", "username": "belbord", "key": key}
    assert respond(challenged.session, request, moment).session.logged_in
    assert not respond(STRANGER, request, moment).session.logged_in


def test_nothing_is_told_before_the_login(moment: Moment) -> None:
    for action in ("QueueStatus", "Ping", "CoreShowChannels", "QueuePause"):
        answer = respond(STRANGER, {"action": action}, moment)
        assert answer.sent == b"Response: Error\r\nMessage: Permission denied\r\n\r\n"
        assert not answer.close


def test_a_ping_is_a_pong(moment: Moment) -> None:
    assert b"Ping: Pong\r\n" in respond(INSIDE, {"action": "PING", "actionid": "x"}, moment).sent


def test_an_unknown_action_is_named(moment: Moment) -> None:
    assert (
        b"Invalid/unknown command: Dance. Use Action: ListCommands" in respond(INSIDE, {"action": "Dance"}, moment).sent
    )


def test_a_list_says_how_long_it_is(moment: Moment) -> None:
    sent = respond(INSIDE, {"action": "QueueStatus", "actionid": "q"}, moment).sent.decode()
    items = sent.count("Event: ") - 1
    assert f"Event: QueueStatusComplete\r\nActionID: q\r\nEventList: Complete\r\nListItems: {items}\r\n\r\n" in sent
    assert "Privilege" not in sent


def test_a_pbx_that_is_still_loading_has_no_queues_yet(moment: Moment) -> None:
    loading = Moment(moment.office, moment.now, booted=False)
    login = respond(STRANGER, {"action": "Login", "username": "belbord", "secret": "s3cret"}, loading)
    assert b"FullyBooted" not in login.sent
    assert b"Invalid/unknown command: QueueStatus." in respond(INSIDE, {"action": "QueueStatus"}, loading).sent
    assert b"ListItems: 0\r\n" in respond(INSIDE, {"action": "CoreShowChannels"}, loading).sent


def test_a_pause_is_handed_to_the_office(moment: Moment) -> None:
    answer = respond(INSIDE, {"action": "QueuePause", "interface": "PJSIP/100", "paused": "true"}, moment)
    assert answer.perform is not None
    assert b"Interface paused successfully" in answer.sent
    refused = respond(INSIDE, {"action": "QueuePause", "interface": "PJSIP/999", "paused": "true"}, moment)
    assert b"Interface not found" in refused.sent
    assert refused.perform is None


def test_a_request_is_read_whatever_its_case_and_line_ends() -> None:
    assert parse_request(b"ACTION: Login\r\nUserName:x\nsecret:  a:b ") == {
        "action": "Login",
        "username": "x",
        "secret": "a:b",
    }
