"""A phone that fetches a call which rings or is parked elsewhere, as Asterisk 22 tells it."""

from host_agent.core.board import line_state
from host_agent.core.callers import Party
from tests.host_agent.pbx.asterisk.streams import Office, channel, join, leave, live

TRUNK = channel("PJSIP/trunk-1", "7.0", 4, "0612345678", name="Jan", exten="0201112200")


def rings_at_100() -> Office:
    office = Office().hears(live("DeviceStateChange", Device="PJSIP/100", State="NOT_INUSE"))
    office.hears(live("Newchannel", **TRUNK), join("7.0", 1))
    office.hears(live("Newchannel", **channel("PJSIP/100-1", "7.1", 0, "100", linked="7.0")))
    return office.hears(live("Newstate", **channel("PJSIP/100-1", "7.1", 5, "100", linked="7.0", other="0612345678")))


def dials(office: Office, code: str) -> Office:
    return office.hears(live("Newchannel", **channel("PJSIP/201-2", "7.2", 4, "201", exten=code)))


def line(office: Office, extension: str) -> tuple[str, Party | None, str | None, str | None]:
    facts = office.board.lines[extension].facts
    return line_state(office.board, extension), facts.party, facts.queue, facts.dialled


def test_a_phone_that_picks_up_a_ringing_call_has_its_caller_and_the_other_rings_no_more() -> None:
    office = dials(rings_at_100(), "*8100")
    assert line(office, "100")[0] == "ringing"
    picks_up = channel("PJSIP/201-2", "7.2", 6, "201", other="0612345678", exten="*8100")
    office.hears(live("Pickup", **picks_up, TargetUniqueid="7.1", TargetLinkedid="7.0"), leave("7.0", 0))
    # The linked id of the fetching channel stays its own.
    office.hears(live("BridgeEnter", **picks_up))
    assert line(office, "201") == ("in_use", Party("0612345678"), "receptie", None)
    assert line(office, "100")[0] == "idle"


def test_a_phone_that_fetches_a_parked_call_has_its_caller() -> None:
    office = dials(rings_at_100(), "7001").hears(leave("7.0", 0))
    office.hears(live("UnParkedCall", ParkeeUniqueid="7.0", ParkeeLinkedid="7.0", RetrieverUniqueid="7.2"))
    talks = channel("PJSIP/201-2", "7.2", 6, "201", linked="7.0", other="0612345678", exten="7001")
    office.hears(live("BridgeEnter", **talks))
    assert line(office, "201") == ("in_use", Party("0612345678"), "receptie", None)


def test_a_pick_up_of_a_call_that_is_not_known_changes_no_line() -> None:
    office = Office().hears(live("Pickup", Channel="PJSIP/201-2", Uniqueid="7.2", TargetUniqueid="7.1"))
    office.hears(live("UnParkedCall", ParkeeUniqueid="7.0"))
    assert not office.board.lines
