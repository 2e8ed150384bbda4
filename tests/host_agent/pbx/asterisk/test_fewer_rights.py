"""A manager user with fewer rights than asked for: what still can be known is told, and nothing false."""

from tests.host_agent.pbx.asterisk.streams import BOOTED, LET_IN, Office, live, message

MEMBER = {"Queue": "receptie", "MemberName": "Anna", "Interface": "PJSIP/100", "StateInterface": "PJSIP/100"}
NO_CALLS = message("Event: CoreShowChannelsComplete", "ActionID: c", "EventList: Complete", "ListItems: 0")


def channels(*listed: bytes) -> bytes:
    begins = message("Response: Success", "ActionID: c", "EventList: start", "Message: Channels will follow")
    return begins + b"".join(listed) + NO_CALLS


def state(office: Office) -> str:
    return office.board.lines["100"].facts.state


def device_list(state: str) -> bytes:
    return (
        message("Response: Success", "ActionID: d", "EventList: start", "Message: Device State Changes will follow")
        + message("Event: DeviceStateChange", "ActionID: d", "Device: PJSIP/100", f"State: {state}")
        + message("Event: DeviceStateListComplete", "ActionID: d", "EventList: Complete", "ListItems: 1")
    )


def member_is(status: int) -> bytes:
    return live("QueueMemberStatus", "agent,all", **MEMBER, Status=status, Paused=0)


def test_a_member_that_rings_is_seen_though_the_user_hears_nothing_of_calls() -> None:
    office = Office().hears(LET_IN, BOOTED, device_list("NOT_INUSE"), member_is(6))
    assert state(office) == "ringing"


def test_a_phone_whose_call_left_the_list_of_channels_can_be_busy_again() -> None:
    talking = message(
        "Event: CoreShowChannel", "ActionID: c", "Channel: PJSIP/100-1", "Uniqueid: 7.1", "Linkedid: 7.0",
        "ChannelState: 6", "ChannelStateDesc: Up", "CallerIDNum: 100", "ConnectedLineNum: 0612345678",
        "Duration: 00:00:09",
    )  # fmt: skip
    office = Office().hears(LET_IN, BOOTED, channels(talking), device_list("INUSE"))
    assert state(office) == "in_use"
    office.hears(channels(), member_is(1), at=60.0)
    assert state(office) == "idle"
    office.hears(member_is(2), at=61.0)
    assert state(office) == "in_use"
