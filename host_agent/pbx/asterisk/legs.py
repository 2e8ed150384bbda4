"""One phone's channels, and what its line is doing as they stand together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from broker.messages import LineState
from host_agent.core.callers import Party
from host_agent.core.lines import LineFacts

DOWN: Final = 0
RING: Final = 4
RINGING: Final = 5
UP: Final = 6
NOBODY: Final = Party()

DEVICE_STATES: Final[dict[bytes, LineState]] = {
    b"NOT_INUSE": "idle", b"INUSE": "in_use", b"BUSY": "in_use", b"RINGING": "ringing", b"RINGINUSE": "in_use",
    b"ONHOLD": "on_hold", b"UNAVAILABLE": "unavailable", b"INVALID": "unavailable", b"UNKNOWN": "unknown",
}  # fmt: skip
MEMBER_STATES: Final[dict[bytes, LineState]] = {
    b"0": "unknown", b"1": "idle", b"2": "in_use", b"3": "in_use", b"4": "unavailable", b"5": "unavailable",
    b"6": "ringing", b"7": "in_use", b"8": "on_hold",
}  # fmt: skip
HINT_STATES: Final[dict[bytes, LineState]] = {
    b"0": "idle", b"1": "in_use", b"2": "in_use", b"4": "unavailable", b"8": "ringing", b"9": "in_use",
    b"16": "on_hold", b"17": "in_use",
}  # fmt: skip


@dataclass(slots=True)
class Leg:
    """One channel. `state`: Asterisk's ChannelState; `calling` is who its own caller id names, `other` who it talks to.

    `closing`: the phone hung up, though Asterisk may keep the channel (an attended transfer does).
    `dialled_by`: the Uniqueid of the channel that rings it, "" when nobody does (a recall, click-to-dial), None when
    that was not told yet. `incoming` None: not told.
    """

    uid: str
    channel: str
    device: str
    linked: str
    state: int = DOWN
    incoming: bool | None = None
    exten: str | None = None
    calling: Party = NOBODY
    other: Party = NOBODY
    calling_raw: tuple[bytes | None, bytes | None] = (None, None)
    other_raw: tuple[bytes | None, bytes | None] = (None, None)
    held: bool = False
    closing: bool = False
    dialled_by: str | None = None
    rings_since: float | None = None
    bridged: bool = False
    """It came together with the other end: one that dialled was answered."""
    passed_on: bool = False
    """It is announced as a transfer that rings."""


@dataclass(frozen=True, slots=True)
class Call:
    """A leg with what the rest of the office knows of it: the caller on the other end, and the queue."""

    leg: Leg
    party: Party
    queue: str | None


def device_of(channel: str) -> str:
    """The device of a channel, such as PJSIP/100 of PJSIP/100-000000b0."""
    return channel.rpartition("-")[0] or channel


def line_facts(extension: str, calls: Iterable[Call], device: LineState) -> LineFacts:
    """What a line is doing: its channels say it finer than the state of its device, which is for when there are none.

    A phone that rings while a call is on hold is `on_hold`; one that dials or talks besides is `in_use`.
    """
    talking: list[Call] = []
    held: list[Call] = []
    ringing: list[Call] = []
    for call in calls:
        leg = call.leg
        if leg.closing or leg.state == DOWN:
            continue
        if leg.state == RINGING:
            ringing.append(call)
        elif leg.held:
            held.append(call)
        else:
            talking.append(call)
    if not (talking or held or ringing):
        return LineFacts(extension, device)
    state: LineState = "in_use" if talking else "on_hold" if held else "ringing"
    outside = next((call for call in (*talking, *held) if call.leg.incoming), None)
    if outside is None and state == "ringing":
        outside = ringing[0]
    dialling = next((call.leg for call in (*talking, *held) if call.leg.incoming is False), None)
    return LineFacts(
        extension,
        state,
        party=None if outside is None else outside.party,
        queue=None if outside is None else outside.queue,
        dialled=None if dialling is None else dialling.exten,
        incoming=True if outside is not None else False if dialling is not None else None,
        answered=None if dialling is None else dialling.bridged,
    )
