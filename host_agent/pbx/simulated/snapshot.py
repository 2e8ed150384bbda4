"""What the simulated PBX answers when it is asked for lists. Names stand raw here, escaped in live events."""

from datetime import UTC, datetime

from host_agent.pbx.simulated.facts import Channel, Office, Tally, Waiting, is_free
from host_agent.pbx.simulated.packets import Fields, member_counts
from host_agent.pbx.simulated.statuses import extension_fields, member_status, statuses

VERSION = "22.10.1"
Items = list[tuple[str, Fields]]


def queue_status(office: Office, now: float) -> Items:
    """QueueParams, its QueueMembers and QueueEntries, for each queue."""
    items: Items = []
    for setup in office.queues:
        waiting = office.in_queue(setup.name)
        tally = office.tallies.get(setup.name, Tally())
        params = (
            ("Queue", setup.name),
            ("Max", "0"),
            ("Strategy", "ringall" if setup.ringall else "rrmemory"),
            ("Calls", str(len(waiting))),
            ("Holdtime", "0"),
            ("TalkTime", "0"),
            ("Completed", str(tally.completed)),
            ("Abandoned", str(tally.abandoned)),
            ("ServiceLevel", str(setup.service_level_s)),
            ("ServicelevelPerf", "0.0"),
            ("ServicelevelPerf2", "0.0"),
            ("Weight", "0"),
        )
        items.append(("QueueParams", params))
        items += [("QueueMember", fields) for fields in _members(office, setup.name)]
        items += [("QueueEntry", _entry(office, caller, now, place)) for place, caller in enumerate(waiting, 1)]
    return items


def queue_summary(office: Office, now: float) -> Items:
    """One line a queue."""
    items: Items = []
    for setup in office.queues:
        waiting = office.in_queue(setup.name)
        members = [member for member in office.members if member.queue == setup.name]
        longest = max((now - caller.joined_at for caller in waiting), default=0.0)
        fields = (
            ("Queue", setup.name),
            ("LoggedIn", str(len(members))),
            ("Available", str(sum(is_free(office, member) for member in members))),
            ("Callers", str(len(waiting))),
            ("HoldTime", "0"),
            ("TalkTime", "0"),
            ("LongestHoldTime", str(int(longest))),
        )
        items.append(("QueueSummary", fields))
    return items


def channels(office: Office, now: float) -> Items:
    """Every leg of every call."""
    return [("CoreShowChannel", _channel(channel, now)) for channel in office.channels.values()]


def device_states(office: Office) -> Items:
    """Every device the PBX knows."""
    devices = statuses(office).devices
    return [("DeviceStateChange", (("Device", device), ("State", state))) for device, state in devices.items()]


def extension_states(office: Office) -> Items:
    """Every extension with a hint."""
    return [("ExtensionStatus", extension_fields(exten, *what)) for exten, what in statuses(office).extensions.items()]


def core_settings() -> Fields:
    """As a Debian build of Asterisk 22 answers."""
    return (
        ("AMIversion", "11.0.0"),
        ("AsteriskVersion", VERSION),
        ("SystemName", ""),
        ("CoreMaxCalls", "0"),
        ("CoreMaxLoadAvg", "0.000000"),
        ("CoreRunUser", ""),
        ("CoreRunGroup", ""),
        ("CoreMaxFilehandles", "0"),
        ("CoreRealTimeEnabled", "No"),
        ("CoreCDRenabled", "Yes"),
        ("CoreHTTPenabled", "No"),
        ("SoundsSearchCustomDir", "No"),
    )


def core_status(office: Office) -> Fields:
    """Tells a restart by its start-up time."""
    started = datetime.fromtimestamp(office.unix(office.started_at), UTC)
    date, time = started.strftime("%Y-%m-%d"), started.strftime("%H:%M:%S")
    return (
        ("CoreStartupDate", date),
        ("CoreStartupTime", time),
        ("CoreReloadDate", date),
        ("CoreReloadTime", time),
        ("CoreCurrentCalls", str(sum(channel.context == "from-trunk" for channel in office.channels.values()))),
        ("CoreProcessedCalls", str(office.made_calls)),
    )


def _members(office: Office, queue: str) -> list[Fields]:
    fields: list[Fields] = []
    for member in office.members:
        phone = office.phone(member.extension)
        if member.queue != queue or phone is None:
            continue
        names = (
            ("Queue", queue),
            ("Name", phone.name),
            ("Location", phone.interface),
            ("StateInterface", phone.interface),
            ("Membership", "static"),
            ("Penalty", "0"),
        )
        fields.append((*names, *member_counts(office, member, member_status(office, member)), ("Wrapuptime", "0")))
    return fields


def _entry(office: Office, waiting: Waiting, now: float, place: int) -> Fields:
    channel = office.channels[waiting.call]

    def told(text: str) -> str:
        return "unknown" if text == "<unknown>" else text

    return (
        ("Queue", waiting.queue),
        ("Position", str(place)),
        ("Channel", channel.name),
        ("Uniqueid", channel.uniqueid),
        ("CallerIDNum", told(channel.number)),
        ("CallerIDName", told(channel.person)),
        ("ConnectedLineNum", told(channel.connected[0])),
        ("ConnectedLineName", told(channel.connected[1])),
        ("Wait", str(int(now - waiting.joined_at))),
        ("Priority", "0"),
    )


def _channel(channel: Channel, now: float) -> Fields:
    caller = channel.context == "from-trunk"
    minutes, seconds = divmod(int(now - channel.born_at), 60)
    return (
        ("Channel", channel.name),
        ("ChannelState", channel.state),
        ("ChannelStateDesc", {"0": "Down", "4": "Ring", "5": "Ringing", "6": "Up"}[channel.state]),
        ("CallerIDNum", channel.number),
        ("CallerIDName", channel.person),
        ("ConnectedLineNum", channel.connected[0]),
        ("ConnectedLineName", channel.connected[1]),
        ("Language", "en"),
        ("AccountCode", ""),
        ("Context", channel.context),
        ("Exten", channel.exten),
        ("Priority", channel.priority),
        ("Uniqueid", channel.uniqueid),
        ("Linkedid", channel.linkedid),
        ("Application", "Queue" if caller else "AppQueue"),
        ("ApplicationData", f"{channel.queue},tT,,,300" if caller else "(Outgoing Line)"),
        ("Duration", f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"),
        ("BridgeId", channel.bridge),
    )
