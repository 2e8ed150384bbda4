"""AMI messages as the simulated PBX sends them: field names and order as recorded from Asterisk 22."""

from collections.abc import Iterable
from dataclasses import dataclass

from host_agent.pbx.simulated.facts import Channel, Member, Office

Fields = tuple[tuple[str, str], ...]

_STATE_WORDS = {"0": "Down", "4": "Ring", "5": "Ringing", "6": "Up"}
# ast_escape_c() of Asterisk's utils.c: the escapes of C, so ? and ' too.
_ESCAPES = str.maketrans(
    {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\",
     "'": "\\'", '"': '\\"', "?": "\\?"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Live:
    """An event of the moment. `classes`: what a user must be allowed to read to get it."""

    event: str
    classes: str
    fields: Fields


def escaped(text: str) -> str:
    """A name as live events carry it; list answers carry it raw."""
    return text.translate(_ESCAPES)


def channel_fields(channel: Channel, prefix: str = "") -> Fields:
    """The fourteen fields that describe a channel in any live event."""
    return (
        (f"{prefix}Channel", channel.name),
        (f"{prefix}ChannelState", channel.state),
        (f"{prefix}ChannelStateDesc", _STATE_WORDS[channel.state]),
        (f"{prefix}CallerIDNum", escaped(channel.number)),
        (f"{prefix}CallerIDName", escaped(channel.person)),
        (f"{prefix}ConnectedLineNum", escaped(channel.connected[0])),
        (f"{prefix}ConnectedLineName", escaped(channel.connected[1])),
        (f"{prefix}Language", "en"),
        (f"{prefix}AccountCode", ""),
        (f"{prefix}Context", channel.context),
        (f"{prefix}Exten", channel.exten),
        (f"{prefix}Priority", channel.priority),
        (f"{prefix}Uniqueid", channel.uniqueid),
        (f"{prefix}Linkedid", channel.linkedid),
    )


def call_event(event: str, channel: Channel, *more: tuple[str, str]) -> Live:
    """A live event of class call about one channel."""
    return Live(event, "call", (*channel_fields(channel), *more))


def agent_event(event: str, channel: Channel, *more: tuple[str, str]) -> Live:
    """A live event of class agent about one channel."""
    return Live(event, "agent", (*channel_fields(channel), *more))


def dial_event(event: str, caller: Channel, leg: Channel, *more: tuple[str, str]) -> Live:
    """A live event about the dialling of `leg` for `caller`."""
    return Live(event, "call", (*channel_fields(caller), *channel_fields(leg, "Dest"), *more))


def bridge_fields(bridge: str, channels: int) -> Fields:
    """What describes a bridge; `channels`: how many are in it."""
    return (
        ("BridgeUniqueid", bridge),
        ("BridgeType", "basic"),
        ("BridgeTechnology", "simple_bridge"),
        ("BridgeCreator", "<unknown>"),
        ("BridgeName", "<unknown>"),
        ("BridgeNumChannels", str(channels)),
        ("BridgeVideoSourceMode", "none"),
    )


def member_event(event: str, office: Office, member: Member, status: str) -> Live:
    """QueueMemberStatus or QueueMemberPause."""
    phone = office.phone(member.extension)
    name = phone.name if phone else member.extension
    interface = f"PJSIP/{member.extension}"
    fields = (
        ("Queue", member.queue),
        ("MemberName", name),
        ("Interface", interface),
        ("StateInterface", interface),
        ("Membership", "static"),
        ("Penalty", "0"),
        *member_counts(office, member, status),
    )
    ringinuse = (("Ringinuse", "0"), ("Wrapuptime", "0"))
    return Live(event, "agent", (*fields, *ringinuse))


def member_counts(office: Office, member: Member, status: str) -> Fields:
    """The counts and states of a member that live events and list answers share."""
    in_call = any(talk.extension == member.extension and talk.queue == member.queue for talk in office.talks)
    return (
        ("CallsTaken", str(member.calls_taken)),
        ("LastCall", str(member.last_call)),
        ("LastPause", str(member.last_pause)),
        ("LoginTime", str(office.unix(office.started_at))),
        ("InCall", str(int(in_call))),
        ("Status", status),
        ("Paused", str(int(member.paused))),
        ("PausedReason", member.reason),
    )


def encode_live(live: Live) -> bytes:
    """The bytes of a live event: `Privilege` is its second line."""
    return encode((("Event", live.event), ("Privilege", f"{live.classes},all"), *live.fields))


def encode(fields: Iterable[tuple[str, str]]) -> bytes:
    """The bytes of any message: lines with CR LF, then an empty one."""
    return "".join(f"{key}: {value}\r\n" for key, value in fields).encode("utf-8", "surrogateescape") + b"\r\n"
