"""The simulated PBX says what a real Asterisk 22 says: the same fields in the same order, in the same turn."""

import json
from pathlib import Path
from typing import Any

import pytest

from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated import snapshot
from host_agent.pbx.simulated.facts import Temper
from host_agent.pbx.simulated.packets import Live, encode_live
from host_agent.pbx.simulated.people import Person
from host_agent.pbx.simulated.session import Moment, Session, respond

# The names of the fields per event, as recorded; "(listed)" in an answer, else live.
SHAPES: dict[str, list[str]] = json.loads((Path(__file__).parent / "recorded_shapes.json").read_text())
# What happens between a join and its end, without the states of devices, whose order has no meaning.
STATES = {"DeviceStateChange", "ExtensionStatus", "QueueMemberStatus"}
RINGS_ONE = ["Newchannel", "AgentCalled", "DialBegin", "Newstate", "NewConnectedLine", "DialState"]
ANSWERED = [
    "Newstate", "DialEnd", "NewConnectedLine", "MusicOnHoldStop", "QueueCallerLeave", "AgentConnect", "BridgeCreate",
    "BridgeEnter", "BridgeEnter",
]  # fmt: skip


def _turns(told: list[Live]) -> list[str]:
    return [live.event for live in told if live.event not in STATES]


@pytest.fixture
def whole_day(story: Any) -> list[Live]:
    """Everything that can happen, happened."""
    first = story.rings()
    second = story.rings(Person("+4930123456", "Müller GmbH"), temper=Temper(gives_up_at=30.0))
    story.rings(queue="service", temper=Temper(talks_s=5.0))
    story.happens(do.Answer("100"))
    story.happens(do.Hold("100", held=True))
    story.happens(do.Hold("100", held=False))
    story.happens(do.Transfer("100", "202"))
    story.pass_time(140)
    story.happens(do.CallerHangsUp(first))
    assert second not in story.office.channels
    for member in story.office.members:
        story.happens(do.Pause(member.extension, paused=True, reason="Lunch"))
        story.happens(do.Pause(member.extension, paused=False))
    story.rings()
    story.pass_time(20)
    story.happens(do.HangUp("101"))
    story.happens(do.Pause("101", paused=True))
    story.rings()
    story.pass_time(18)
    return list(story.told)


def test_every_live_event_has_the_fields_of_a_real_one_in_their_order(whole_day: list[Live]) -> None:
    for live in whole_day:
        fields = " ".join(["Event", "Privilege", *(key for key, _ in live.fields)])
        assert fields in SHAPES[live.event], live.event
    seen = {live.event for live in whole_day}
    assert seen >= {"AgentRingNoAnswer", "BlindTransfer", "QueueCallerAbandon", "Hold", "QueueMemberPause"}


def test_every_listed_item_has_the_fields_of_a_real_one_in_their_order(story: Any) -> None:
    story.rings()
    story.happens(do.Answer("100"))
    story.rings()
    session = Session("belbord", "s", logged_in=True)
    for action in ("QueueStatus", "QueueSummary", "CoreShowChannels", "DeviceStateList", "ExtensionStateList"):
        answer = respond(session, {"action": action, "actionid": "7"}, Moment(story.office, story.now))
        items = [block.split("\r\n") for block in answer.sent.decode().split("\r\n\r\n")[1:-1]]
        assert len(items) > 1
        for lines in items:
            event = lines[0].removeprefix("Event: ")
            if event.endswith("Complete"):
                continue
            fields = " ".join(line.partition(":")[0] for line in lines)
            assert fields in SHAPES[f"{event} (listed)"]


def test_a_caller_rings_the_phone_in_the_recorded_turn(story: Any) -> None:
    story.rings()
    joined = ["Newchannel", "Newstate", "QueueCallerJoin", "MusicOnHoldStart"]
    assert _turns(story.told) == joined + RINGS_ONE


def test_an_answer_comes_in_the_recorded_turn(story: Any) -> None:
    story.rings()
    assert _turns(story.happens(do.Answer("100"))) == ANSWERED


def test_an_answer_silences_the_other_phone(story: Any) -> None:
    story.happens(do.Pause("101", paused=False))
    story.rings()
    told = story.happens(do.Answer("100"))
    cancelled = [dict(live.fields) for live in told if live.event == "DialEnd"]
    assert [fields["DialStatus"] for fields in cancelled] == ["ANSWER", "CANCEL"]
    assert [dict(live.fields)["Cause"] for live in told if live.event == "Hangup"] == ["26"]


def test_a_hang_up_comes_in_the_recorded_turn(story: Any) -> None:
    story.rings()
    story.happens(do.Answer("100"))
    assert _turns(story.happens(do.HangUp("100"), 7.0)) == [
        "HangupRequest", "AgentComplete", "BridgeLeave", "BridgeLeave", "BridgeDestroy", "SoftHangupRequest",
        "Hangup", "Hangup",
    ]  # fmt: skip


def test_giving_up_comes_in_the_recorded_turn(story: Any) -> None:
    call = story.rings()
    turns = _turns(story.happens(do.CallerHangsUp(call)))
    assert turns == [
        "HangupRequest", "MusicOnHoldStop", "DialEnd", "Hangup", "QueueCallerAbandon", "QueueCallerLeave",
        "SoftHangupRequest", "Hangup",
    ]  # fmt: skip


def test_a_blind_transfer_comes_in_the_recorded_turn(story: Any) -> None:
    story.rings()
    story.happens(do.Answer("100"))
    turns = _turns(story.happens(do.Transfer("100", "202")))
    assert turns[:6] == ["BlindTransfer", "AgentComplete", "BridgeLeave", "BridgeLeave", "BridgeDestroy", "Hangup"]
    assert turns[6:] == [
        "Newchannel", "NewConnectedLine", "DialBegin", "NewConnectedLine", "Newstate", "NewConnectedLine", "DialState",
    ]  # fmt: skip


def test_a_name_is_escaped_live_and_raw_in_a_list(story: Any) -> None:
    story.rings(Person("0612345678", "Van 't Hof?"))
    joined = next(live for live in story.told if live.event == "QueueCallerJoin")
    assert b"CallerIDName: Van \\'t Hof\\?\r\n" in encode_live(joined)
    entry = next(dict(fields) for event, fields in snapshot.queue_status(story.office, 5) if event == "QueueEntry")
    assert entry["CallerIDName"] == "Van 't Hof?"


def test_an_unknown_name_is_said_as_asterisk_says_it(story: Any) -> None:
    story.rings(Person("0612345678", "<unknown>"))
    joined = next(live for live in story.told if live.event == "QueueCallerJoin")
    assert dict(joined.fields)["CallerIDName"] == "<unknown>"
    entry = next(dict(fields) for event, fields in snapshot.queue_status(story.office, 5) if event == "QueueEntry")
    assert entry["CallerIDName"] == "unknown"


def test_the_second_line_of_a_live_event_is_its_privilege(whole_day: list[Live]) -> None:
    for live in whole_day:
        assert encode_live(live).split(b"\r\n")[1] in (b"Privilege: call,all", b"Privilege: agent,all")
