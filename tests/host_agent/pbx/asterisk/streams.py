"""Short streams for tests: events and answers as Asterisk writes them."""

from host_agent.core.board import OfficeBoard, apply
from host_agent.core.events import PbxEvent
from host_agent.pbx.asterisk.protocol import Parser
from host_agent.pbx.asterisk.translate import WANTED, Translator


def message(*lines: str) -> bytes:
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def live(event: str, privilege: str = "call,all", **fields: object) -> bytes:
    return message(f"Event: {event}", f"Privilege: {privilege}", *(f"{key}: {value}" for key, value in fields.items()))


def channel(device: str, uid: str, state: int, number: str = "<unknown>", **more: object) -> dict[str, object]:
    return {
        "Channel": device,
        "ChannelState": state,
        "CallerIDNum": number,
        "CallerIDName": more.pop("name", "<unknown>"),
        "ConnectedLineNum": more.pop("other", "<unknown>"),
        "ConnectedLineName": "<unknown>",
        "Exten": more.pop("exten", "s"),
        "Uniqueid": uid,
        "Linkedid": more.pop("linked", uid),
        **more,
    }


def join(uid: str, count: int, *, queue: str = "receptie", number: str = "0612345678", name: str = "Jan") -> bytes:
    return live(
        "QueueCallerJoin", "agent,all", **channel("PJSIP/trunk-1", uid, 6, number, name=name),
        Queue=queue, Position=count, Count=count,
    )  # fmt: skip


def leave(uid: str, count: int, *, queue: str = "receptie", kind: str = "QueueCallerLeave") -> bytes:
    more = {"Position": 1, "Count": count} if kind == "QueueCallerLeave" else {"Position": 1}
    return live(kind, "agent,all", **channel("PJSIP/trunk-1", uid, 6, "0612345678"), Queue=queue, **more)


def hangup(uid: str, name: str = "PJSIP/trunk-1") -> bytes:
    return live("Hangup", **channel(name, uid, 6), Cause=16)


BOOTED = live("FullyBooted", "system,all", Status="Fully Booted")
LET_IN = message("Response: Success", "ActionID: l", "Message: Authentication accepted")


def entry(position: int, uid: str, *, wait: int = 3, name: str = "Jan", queue: str = "receptie") -> bytes:
    return message(
        "Event: QueueEntry", f"Queue: {queue}", f"Position: {position}", "Channel: PJSIP/trunk-1", f"Uniqueid: {uid}",
        "CallerIDNum: 0612345678", f"CallerIDName: {name}", "ConnectedLineNum: unknown", "ConnectedLineName: unknown",
        f"Wait: {wait}", "Priority: 0", "ActionID: q",
    )  # fmt: skip


def queue_status(*items: bytes, calls: int, queue: str = "receptie") -> bytes:
    params = message("Event: QueueParams", f"Queue: {queue}", f"Calls: {calls}", "ActionID: q")
    return b"".join(
        (
            message("Response: Success", "ActionID: q", "EventList: start", "Message: Queue status will follow"),
            params,
            *items,
            message("Event: QueueStatusComplete", "ActionID: q", "EventList: Complete", f"ListItems: {1 + len(items)}"),
        )
    )


class Office:
    """A board that follows a stream."""

    def __init__(self) -> None:
        self.parser = Parser(wanted=WANTED)
        self.translator = Translator()
        self.board = OfficeBoard()
        self.events: list[PbxEvent] = []

    def hears(self, *stream: bytes, at: float = 0.0) -> "Office":
        events = self.translator.feed(self.parser.feed(b"".join(stream)), at)
        for event in events:
            self.board = apply(self.board, event)
        self.events += events
        return self

    def waiting(self, queue: str = "receptie") -> list[str] | None:
        state = self.board.queues.get(queue)
        if state is None or not state.known:
            return None
        assert state.waiting == len(state.callers)
        return [caller.call for caller in state.callers]

    def told(self, kind: type[PbxEvent]) -> list[PbxEvent]:
        return [event for event in self.events if isinstance(event, kind)]
