"""States that follow from the office: of devices, extensions and members. Sent as events when they change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from host_agent.pbx.simulated.facts import Member, Office, is_free, phone_state
from host_agent.pbx.simulated.packets import Live, member_event

# phone state -> (device state, extension status and its words, member status); see pbx docs of `devicestate.c`.
_OF_PHONE = {
    "idle": ("NOT_INUSE", ("0", "Idle"), "1"),
    "ringing": ("RINGING", ("8", "Ringing"), "6"),
    "in_use": ("INUSE", ("1", "InUse"), "2"),
    "on_hold": ("INUSE", ("1", "InUse"), "2"),  # hold shows at the held side, not at the phone that holds
}


@dataclass(frozen=True)
class Statuses:
    """`extensions`: exten -> (hint, status, words). `members`: (queue, extension) -> what a status event would say."""

    devices: Mapping[str, str]
    extensions: Mapping[str, tuple[str, str, str]]
    members: Mapping[tuple[str, str], tuple[Member, str, bool]]


def statuses(office: Office) -> Statuses:
    """All states of this moment."""
    return Statuses(dict(_devices(office)), dict(_extensions(office)), dict(_members(office)))


def member_status(office: Office, member: Member) -> str:
    """Asterisk's number for what the member's phone does."""
    return _OF_PHONE[phone_state(office, member.extension)][2]


def changes(before: Office, after: Office) -> list[Live]:
    """The status events that Asterisk would send between two moments. Their order has no meaning."""
    old, new = statuses(before), statuses(after)
    events = [
        Live("DeviceStateChange", "call", (("Device", device), ("State", state)))
        for device, state in new.devices.items()
        if old.devices.get(device) != state
    ]
    events += [
        Live("ExtensionStatus", "call", extension_fields(exten, *what))
        for exten, what in new.extensions.items()
        if old.extensions.get(exten) != what
    ]
    for key, (member, status, in_call) in new.members.items():
        was = old.members.get(key)
        # A pause has its own event; counts alone are no event.
        if was is None or (was[1], was[2]) != (status, in_call):
            events.append(member_event("QueueMemberStatus", after, member, status))
    return events


def extension_fields(exten: str, hint: str, status: str, words: str) -> tuple[tuple[str, str], ...]:
    return (("Exten", exten), ("Context", "intern"), ("Hint", hint), ("Status", status), ("StatusText", words))


def _devices(office: Office) -> Iterator[tuple[str, str]]:
    for phone in office.phones:
        yield phone.interface, _OF_PHONE[phone_state(office, phone.extension)][0]
    held = {talk.call for talk in office.talks if talk.held}
    trunk = [uniqueid for uniqueid, channel in office.channels.items() if channel.context == "from-trunk"]
    busy = [uniqueid for uniqueid in trunk if uniqueid not in held]
    yield "PJSIP/trunk", "INUSE" if busy else "ONHOLD" if trunk else "NOT_INUSE"
    for queue in office.queues:
        members = [member for member in office.members if member.queue == queue.name]
        yield f"Queue:{queue.name}", "RINGING" if office.in_queue(queue.name) else "NOT_INUSE"
        free = any(is_free(office, member) for member in members)
        yield f"Queue:{queue.name}_avail", "NOT_INUSE" if free else "INUSE"
        for member in members:
            pause = f"Queue:{queue.name}_pause_PJSIP/{member.extension}"
            yield pause, "INUSE" if member.paused else "NOT_INUSE"


def _extensions(office: Office) -> Iterator[tuple[str, tuple[str, str, str]]]:
    for phone in office.phones:
        yield phone.extension, (phone.interface, *_OF_PHONE[phone_state(office, phone.extension)][1])
    for queue in office.queues:
        status = ("8", "Ringing") if office.in_queue(queue.name) else ("0", "Idle")
        yield queue.hint, (f"Queue:{queue.name}", *status)


def _members(office: Office) -> Iterator[tuple[tuple[str, str], tuple[Member, str, bool]]]:
    for member in office.members:
        in_call = any(talk.extension == member.extension and talk.queue == member.queue for talk in office.talks)
        yield (member.queue, member.extension), (member, member_status(office, member), in_call)
