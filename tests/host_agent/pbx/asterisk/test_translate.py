"""What a stream means, and what in it is not to be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_agent.core.board import apply, doubts
from host_agent.core.callers import Party
from host_agent.core.events import CallerAbandoned, CallerJoined, CallerUnanswered, PbxAway, TransferRang
from host_agent.pbx.asterisk.phones import MOST_DEVICES
from tests.host_agent.pbx.asterisk.streams import (
    BOOTED,
    LET_IN,
    Office,
    channel,
    entry,
    hangup,
    join,
    leave,
    live,
    message,
    queue_status,
)

BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def test_a_snapshot_tells_who_waits_since_when() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(entry(1, "1.1"), entry(2, "1.2"), calls=2), at=100.0)
    assert office.board.link == "up"
    assert office.waiting() == ["1.1", "1.2"]
    assert office.board.queues["receptie"].callers[0].joined_at == pytest.approx(97.0)


def test_an_empty_list_before_the_pbx_is_up_is_unknown_and_not_zero() -> None:
    nothing = message("Response: Success", "ActionID: q", "EventList: start", "Message: Queue status will follow")
    end = message("Event: QueueStatusComplete", "ActionID: q", "EventList: Complete", "ListItems: 0")
    office = Office().hears(BANNER, LET_IN, nothing, end)
    assert office.board.link == "starting"
    assert office.waiting() is None
    office.hears(BOOTED, nothing, end)
    assert office.board.link == "up"


def test_an_error_is_unknown_and_not_zero() -> None:
    refusal = message("Response: Error", "ActionID: q", "Message: Invalid/unknown command: QueueStatus.")
    stray = message("Event: QueueParams", "Queue: receptie", "Calls: 0", "ActionID: q")
    end = message("Event: QueueStatusComplete", "ActionID: q", "EventList: Complete", "ListItems: 0")
    office = Office().hears(BANNER, LET_IN, BOOTED, refusal, stray, end)
    assert office.board.link == "starting"
    assert office.waiting() is None


def test_a_shutdown_makes_all_unknown_until_the_next_snapshot() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(entry(1, "1.1"), calls=1), at=1.0)
    office.hears(live("Shutdown", "system,all", Shutdown="Cleanly", Restart="True"), join("1.9", 2), at=2.0)
    assert office.board.link == "away"
    assert office.waiting() is None
    office.parser = type(office.parser)(wanted=office.parser.wanted)
    office.hears(BANNER, LET_IN, at=6.0)
    assert office.board.link == "starting"
    office.hears(BOOTED, queue_status(calls=0), at=7.0)
    assert office.waiting() == []


def test_a_queue_that_is_gone_from_the_pbx_is_gone_from_the_board() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0, queue="oud"), at=1.0)
    office.hears(queue_status(calls=0), at=61.0)
    assert set(office.board.queues) == {"receptie"}


@pytest.mark.parametrize(
    "forged",
    [
        "Event: Shutdown",
        "Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly",
        "Event: QueueCallerLeave\r\nPrivilege: agent,all\r\nQueue: receptie\r\nUniqueid: 1.1\r\nCount: 0",
        "Event: QueueStatusComplete\r\nEventList: Complete",
        "Event: QueueEntry\r\nQueue: receptie\r\nPosition: 9\r\nUniqueid: 9.9\r\nCallerIDNum: 1\r\nWait: 1",
        "Response: Success\r\nMessage: Authentication accepted\r\nActionID: l",
        "Event: Shutdown\r\nPrivilege: system,all\r\n\r\nEvent: Shutdown\r\nPrivilege: system,all\r\n\r\nniets",
        "Event: VarSet\r\nVariable: x",
        "niets",
    ],
)
def test_a_message_forged_by_a_line_break_in_a_name_is_not_believed_and_its_caller_counts(forged: str) -> None:
    name = f"Eve\r\nEvent: Hangup\r\nChannel: nep\r\n\r\n{forged}"
    office = Office().hears(BANNER, LET_IN, BOOTED)
    office.hears(queue_status(entry(1, "1.1"), entry(2, "1.2", name=name), entry(3, "1.3"), calls=3), at=50.0)
    assert office.waiting() == ["1.1", "1.2", "1.3"]
    assert office.board.link == "up"
    assert len(office.told(PbxAway)) == 0
    eve = office.board.queues["receptie"].callers[1]
    assert eve.party == Party("0612345678", "Eve")
    assert eve.joined_at is None


def test_a_wait_forged_in_a_name_is_not_believed() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED)
    office.hears(queue_status(entry(1, "1.1", name="Eve\r\nWait: 9999"), calls=1), at=50.0)
    assert office.board.queues["receptie"].callers[0].joined_at is None


def test_a_list_item_without_a_list_that_was_asked_for_is_ignored() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0))
    office.hears(entry(1, "6.6"))
    assert office.waiting() == []


def test_a_join_told_before_and_after_the_snapshot_is_one_caller_with_the_first_time() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, join("1.1", 1), at=10.0)
    office.hears(queue_status(entry(1, "1.1", wait=1), calls=1), at=11.2)
    office.hears(join("1.1", 1), at=11.3)
    assert office.waiting() == ["1.1"]
    assert office.board.queues["receptie"].callers[0].joined_at == 10.0


def test_a_join_time_outlives_a_cut_connection_and_not_a_wait_that_contradicts_it() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0), at=0.0)
    office.hears(join("1.1", 1), join("1.2", 2), at=10.25)
    office.parser = type(office.parser)(wanted=office.parser.wanted)
    office.hears(BANNER, LET_IN, BOOTED, at=30.0)
    assert office.waiting() is None
    office.hears(queue_status(entry(1, "1.1", wait=20), entry(2, "1.2", wait=2), calls=2), at=30.5)
    first, second = office.board.queues["receptie"].callers
    assert first.joined_at == 10.25
    assert second.joined_at == pytest.approx(28.5)


def test_a_caller_who_hangs_up_in_the_queue_is_abandoned() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0)).hears(join("1.1", 1), at=10.0)
    office.hears(leave("1.1", 0, kind="QueueCallerAbandon"), leave("1.1", 0), at=22.5)
    assert office.told(CallerAbandoned) == []
    office.hears(hangup("1.1"), at=22.6)
    (abandoned,) = office.board.abandoned
    assert (abandoned.queue, abandoned.party, abandoned.waited_s) == ("receptie", Party("0612345678", None), 12.5)


def _comes_in(uid: str, device: str = "PJSIP/trunk-1", linked: str = "") -> bytes:
    return live("Newchannel", **channel(device, uid, 4, "0612345678", linked=linked or uid))


def test_a_call_that_ends_before_anybody_answered_is_told_with_its_caller_once() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0))
    office.hears(_comes_in("1.1"), hangup("1.1"), hangup("1.1"), at=10.0)
    assert office.told(CallerUnanswered) == [CallerUnanswered(10.0, "1.1", Party("0612345678", None))]


def test_who_gave_up_in_a_queue_is_told_as_such_first() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0)).hears(_comes_in("1.1"), join("1.1", 1))
    office.hears(leave("1.1", 0, kind="QueueCallerAbandon"), leave("1.1", 0), hangup("1.1"), at=1.0)
    told = [event for event in office.events if isinstance(event, CallerAbandoned | CallerUnanswered)]
    assert [(type(event), event.call) for event in told] == [(CallerAbandoned, "1.1"), (CallerUnanswered, "1.1")]


def test_who_was_spoken_to_or_was_called_or_calls_inside_is_not_unanswered() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0))
    spoken = live("BridgeEnter", **channel("PJSIP/trunk-1", "1.1", 6, "0612345678"), BridgeUniqueid="b")
    office.hears(_comes_in("1.1"), spoken, hangup("1.1"))
    office.hears(_comes_in("2.1", "PJSIP/100-1"), _comes_in("2.2", "PJSIP/trunk-2", "2.1"))
    office.hears(hangup("2.2", "PJSIP/trunk-2"), hangup("2.1", "PJSIP/100-1"))
    office.hears(_comes_in("3.1", "Local/s@intern-00000001;1"), hangup("3.1", "Local/s@intern-00000001;1"))
    assert office.told(CallerUnanswered) == []


def test_a_trunk_with_a_device_for_each_number_leaves_nothing_behind() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0))
    for serial in range(MOST_DEVICES + 100):
        device = f"DAHDI/i1/06{serial:08}"
        state = live("DeviceStateChange", Device=device, State="INUSE")
        office.hears(state, _comes_in(f"{serial}.1", f"{device}-1"), hangup(f"{serial}.1", f"{device}-1"))
    office.hears(live("DeviceStateChange", Device="PJSIP/100", State="INUSE"))
    phones = office.translator.phones
    held = (phones.legs, phones._of_device, phones._line_of, phones._lines, phones._hung_up, phones._told)
    assert max(len(each) for each in held) <= 1
    assert len(phones._device) <= MOST_DEVICES
    assert office.board.lines["100"].facts.state == "in_use"


def test_a_caller_whom_a_time_out_sends_to_another_queue_is_not_abandoned() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0)).hears(join("1.1", 1), at=10.0)
    office.hears(leave("1.1", 0, kind="QueueCallerAbandon"), leave("1.1", 0), join("1.1", 1, queue="service"), at=22.0)
    assert office.waiting() == []
    assert office.waiting("service") == ["1.1"]
    assert office.board.queues["service"].callers[0].joined_at == 22.0
    office.hears(leave("1.1", 0, queue="service"), hangup("1.1"), at=30.0)
    assert office.told(CallerAbandoned) == []


def test_a_caller_who_lives_on_after_the_queue_is_not_abandoned_when_hanging_up_later() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0)).hears(join("1.1", 1), at=10.0)
    office.hears(leave("1.1", 0, kind="QueueCallerAbandon"), leave("1.1", 0), at=20.0).hears(hangup("1.1"), at=55.0)
    assert office.told(CallerAbandoned) == []


def test_a_count_that_disagrees_with_the_callers_wins_and_asks_for_a_snapshot() -> None:
    office = Office().hears(BANNER, LET_IN, BOOTED, queue_status(calls=0)).hears(join("1.1", 3), at=10.0)
    assert office.board.queues["receptie"].waiting == 3
    assert office.translator.doubtful
    assert doubts(office.board) == {"receptie"}
    office.hears(queue_status(entry(1, "1.0"), entry(2, "1.1"), entry(3, "1.2"), calls=3), at=12.0)
    assert not office.translator.doubtful
    assert not doubts(office.board)


@pytest.mark.parametrize(
    ("live_name", "shown"),
    [
        (r"Van \'t Hof", "Van 't Hof"),
        (r"Wie\?", "Wie?"),
        (r"De \\\"Gouden\\\" Leeuw", r"De \"Gouden\" Leeuw"),
        (r"a\r\nb\tc", "a\r\nb\tc"),
        ("<unknown>", None),
        ("", None),
        ("unknown", "unknown"),
    ],
)
def test_a_name_in_a_live_event_is_unescaped(live_name: str, shown: str | None) -> None:
    office = Office().hears(join("1.1", 1, name=live_name))
    (joined,) = office.told(CallerJoined)
    assert isinstance(joined, CallerJoined)
    assert joined.caller.party.name == shown


@pytest.mark.parametrize(("listed", "shown"), [(r"De \"Gouden\" Leeuw", r"De \"Gouden\" Leeuw"), ("unknown", None)])
def test_a_name_in_a_snapshot_is_as_it_is(listed: str, shown: str | None) -> None:
    office = Office().hears(BOOTED, queue_status(entry(1, "1.1", name=listed), calls=1))
    assert office.board.queues["receptie"].callers[0].party.name == shown


@pytest.mark.parametrize(
    ("number", "name"), [("anonymous", "Anonymous"), ("Restricted", "x"), ("0611000007", "Anonymous")]
)
def test_a_withheld_caller_loses_number_and_name(number: str, name: str) -> None:
    office = Office().hears(join("1.1", 1, number=number, name=name))
    assert office.board.queues["receptie"].callers[0].party == Party(withheld=True)


def phones(office: Office) -> Office:
    listing = message("Response: Success", "ActionID: h", "EventList: start", "Message: Extension Statuses will follow")
    hints = [
        message("Event: ExtensionStatus", "ActionID: h", f"Exten: {exten}", f"Hint: {hint}", "Status: 0")
        for exten, hint in (
            ("100", "PJSIP/anna&Custom:dag"),
            ("200", "PJSIP/200"),
            ("*98100", "Queue:receptie"),
            ("*85100", "MWI:100@default"),
            ("_3XX", "PJSIP/300"),
        )
    ]
    end = message("Event: ExtensionStateListComplete", "ActionID: h", "EventList: Complete", "ListItems: 5")
    return office.hears(BANNER, LET_IN, BOOTED, listing, *hints, end)


def states(office: Office) -> dict[str, str]:
    return {name: line.facts.state for name, line in office.board.lines.items()}


def test_lines_are_named_by_their_hint_and_pseudo_devices_and_trunks_are_none() -> None:
    office = phones(Office())
    for device in ("PJSIP/trunk", "Queue:receptie_avail", "MWI:100@default", "Custom:dag", "Local/202@intern"):
        office.hears(live("DeviceStateChange", Device=device, State="INUSE"))
    office.hears(live("DeviceStateChange", Device="PJSIP/anna", State="UNAVAILABLE"))
    office.hears(live("DeviceStateChange", Device="PJSIP/205", State="NOT_INUSE"))
    assert states(office) == {"100": "unavailable", "200": "idle", "205": "idle"}


def test_a_line_rings_talks_holds_and_dials_as_its_channels_do() -> None:
    office = phones(Office())
    office.hears(live("Newchannel", **channel("PJSIP/trunk-7", "7.0", 4, "0612345678", name="Jan", exten="0201112200")))
    call = ("PJSIP/anna-1", "7.1")
    office.hears(live("Newchannel", **channel(*call, 0, "100", linked="7.0")))
    assert states(office)["100"] == "idle"
    office.hears(live("Newstate", **channel(*call, 5, "100", linked="7.0", other="0612345678")), at=1.0)
    assert states(office)["100"] == "ringing"
    assert office.board.lines["100"].facts.party == Party("0612345678", None)
    office.hears(live("Newstate", **channel(*call, 6, "100", linked="7.0", other="0612345678")), at=4.0)
    assert (states(office)["100"], office.board.lines["100"].since) == ("in_use", 4.0)
    office.hears(live("Hold", **channel(*call, 6, "100", linked="7.0", other="0612345678")), at=5.0)
    assert states(office)["100"] == "on_hold"
    office.hears(live("Newchannel", **channel("PJSIP/anna-2", "8.0", 4, "100", exten="200")), at=6.0)
    line = office.board.lines["100"].facts
    assert (line.state, line.dialled, line.party) == ("in_use", "200", Party("0612345678", None))
    office.hears(hangup("8.0", "PJSIP/anna-2"), at=7.0)
    assert states(office)["100"] == "on_hold"
    office.hears(live("HangupRequest", **channel(*call, 6, "100", linked="7.0")), at=8.0)
    assert states(office)["100"] == "idle"
    office.hears(live("DeviceStateChange", Device="PJSIP/anna", State="INUSE"), at=8.1)
    assert states(office)["100"] == "idle"


def test_without_channel_events_the_device_state_is_the_line_state() -> None:
    office = phones(Office())
    for state, line in (("RINGING", "ringing"), ("INUSE", "in_use"), ("ONHOLD", "on_hold"), ("NOT_INUSE", "idle")):
        office.hears(live("DeviceStateChange", Device="PJSIP/anna", State=state))
        assert states(office)["100"] == line


def test_a_colleague_whom_the_queue_rings_is_no_transfer() -> None:
    office = phones(Office())
    office.hears(live("Newchannel", **channel("PJSIP/trunk-1", "7.0", 4, "0612345678")), join("7.0", 1))
    office.hears(live("Newchannel", **channel("PJSIP/200-1", "7.1", 0, "200", linked="7.0")))
    office.hears(live("DialBegin", Uniqueid="7.0", DestUniqueid="7.1"))
    office.hears(live("Newstate", **channel("PJSIP/200-1", "7.1", 5, "200", linked="7.0")))
    assert states(office)["200"] == "ringing"
    assert office.told(TransferRang) == []


def test_a_packet_without_what_it_must_have_is_counted_and_the_rest_goes_on() -> None:
    office = Office().hears(BOOTED, queue_status(calls=0))
    office.hears(live("QueueCallerJoin", "agent,all", Queue="receptie", Uniqueid="1.1", Count="veel"))
    office.hears(live("QueueCallerLeave", "agent,all", Queue="receptie"))
    assert office.translator.rejected == 2
    assert office.translator.last_reject == "QueueCallerLeave: no Uniqueid"
    assert office.hears(join("1.2", 1)).waiting() == ["1.2"]


UIDS = st.sampled_from(["1.1", "1.2", "1.3"])
COUNTS = st.integers(0, 4)
PIECES = st.one_of(
    st.builds(join, UIDS, COUNTS),
    st.builds(leave, UIDS, COUNTS),
    st.builds(lambda uid: leave(uid, 0, kind="QueueCallerAbandon"), UIDS),
    st.builds(hangup, UIDS),
    st.builds(lambda n: queue_status(*(entry(i + 1, f"1.{i}") for i in range(n)), calls=n), st.integers(0, 3)),
    st.sampled_from([BOOTED, LET_IN, entry(1, "1.1"), live("Shutdown", "system,all"), b"\r\n\r\n", b"Event: \r\n\r\n"]),
    st.binary(max_size=30),
)


@given(st.lists(PIECES, max_size=25))
def test_nothing_lost_repeated_permuted_or_broken_makes_a_count_negative_or_a_crash(pieces: list[bytes]) -> None:
    office = Office()
    for at, piece in enumerate(pieces):
        events = office.translator.feed(office.parser.feed(piece), float(at))
        for event in events:
            office.board = apply(office.board, event)
        for queue in office.board.queues.values():
            assert queue.waiting is None or queue.waiting >= 0
            assert len({caller.call for caller in queue.callers}) == len(queue.callers)
            if queue.waiting == 0:
                assert queue.callers == ()


def test_what_is_remembered_of_calls_stays_bounded_when_their_end_was_missed() -> None:
    channels = message("Response: Success", "ActionID: c", "EventList: start", "Message: Channels will follow")
    end = message("Event: CoreShowChannelsComplete", "ActionID: c", "EventList: Complete", "ListItems: 0")
    office = Office().hears(BANNER, LET_IN, BOOTED)
    for number in range(50):
        office.hears(live("Newchannel", **channel("PJSIP/trunk-1", f"1.{number}", 4, "0612345678")))
        office.hears(join(f"1.{number}", number + 1))
    office.hears(queue_status(calls=0), channels, end)
    queues = office.translator.queues
    assert not (queues.in_queue)
    assert not (queues.queue_of)
    assert not (office.translator.phones.legs)


def test_absurd_numbers_are_refused_and_not_a_crash() -> None:
    absurd = "9" * 5000
    office = phones(Office())
    office.hears(live("Newstate", **(channel("PJSIP/anna-1", "7.1", 5) | {"ChannelState": absurd})))
    office.hears(live("QueueMemberStatus", "agent,all", Queue="receptie", Interface="PJSIP/100", Wrapuptime=absurd))
    assert office.translator.last_reject == "QueueMemberStatus: Wrapuptime is not a number"
