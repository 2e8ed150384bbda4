"""A scripted AMI server: logs anyone in, shows one empty queue and one idle phone, then says what it is told to say."""

import socket
import threading
from typing import Self

QUEUE, PHONE = "receptie", "100"

_LISTS = {
    "QueueStatus": (
        f"Event: QueueParams\r\nQueue: {QUEUE}\r\nCalls: 0\r\n",
        f"Event: QueueMember\r\nQueue: {QUEUE}\r\nName: Telefonist\r\nLocation: PJSIP/{PHONE}\r\n"
        f"StateInterface: PJSIP/{PHONE}\r\nStatus: 1\r\nPaused: 0\r\n",
    ),
    "CoreShowChannels": (),
    "DeviceStateList": (f"Event: DeviceStateChange\r\nDevice: PJSIP/{PHONE}\r\nState: NOT_INUSE\r\n",),
    "ExtensionStateList": (
        f"Event: ExtensionStatus\r\nExten: {PHONE}\r\nContext: intern\r\nHint: PJSIP/{PHONE}\r\nStatus: 0\r\n",
    ),
}
_ENDS = {
    "QueueStatus": "QueueStatusComplete",
    "CoreShowChannels": "CoreShowChannelsComplete",
    "DeviceStateList": "DeviceStateListComplete",
    "ExtensionStateList": "ExtensionStateListComplete",
}


class ScriptedPbx:
    """Listens on a free loopback port; `ready` is set once a client has asked for its last list."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.ready = threading.Event()
        self._client: socket.socket | None = None
        self._serial = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        if self._client is not None:
            self._client.close()

    def say(self, message: bytes) -> None:
        assert self._client is not None
        self._client.sendall(message)

    def join(self, count: int) -> bytes:
        """A caller joins as the `count`th."""
        self._serial += 1
        return self._queue_event("QueueCallerJoin", self._serial, count, f"Position: {count}\r\n")

    def leave(self, count: int) -> bytes:
        """The caller who joined last leaves; `count` still wait."""
        return self._queue_event("QueueCallerLeave", self._serial, count, f"Position: {count + 1}\r\n")

    def _queue_event(self, name: str, serial: int, count: int, more: str) -> bytes:
        return (
            f"Event: {name}\r\nPrivilege: agent,all\r\nChannel: PJSIP/trunk-{serial:08x}\r\nChannelState: 6\r\n"
            f"ChannelStateDesc: Up\r\nCallerIDNum: 06{serial:08d}\r\nCallerIDName: Jan de Jong\r\n"
            f"ConnectedLineNum: <unknown>\r\nConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\n"
            f"Context: from-trunk\r\nExten: 0201112200\r\nPriority: 3\r\nUniqueid: 1700000000.{serial}\r\n"
            f"Linkedid: 1700000000.{serial}\r\nQueue: {QUEUE}\r\n{more}Count: {count}\r\n\r\n"
        ).encode()

    def _serve(self) -> None:
        client, _ = self._server.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        client.sendall(b"Asterisk Call Manager/11.0.0\r\n")
        pending = b""
        while True:
            try:
                received = client.recv(65536)
            except OSError:
                return
            if not received:
                return
            pending += received
            while b"\r\n\r\n" in pending:
                action, pending = pending.split(b"\r\n\r\n", 1)
                self._reply(client, dict(line.split(": ", 1) for line in action.decode().split("\r\n") if ": " in line))

    def _reply(self, client: socket.socket, action: dict[str, str]) -> None:
        name, tag = action["Action"], f"ActionID: {action.get('ActionID', '')}\r\n"
        answer = f"Response: Success\r\n{tag}"
        if name in _LISTS:
            items = "".join(f"{item}{tag}\r\n" for item in _LISTS[name])
            count = len(_LISTS[name])
            answer += f"EventList: start\r\nMessage: will follow\r\n\r\n{items}Event: {_ENDS[name]}\r\n{tag}"
            answer += f"EventList: Complete\r\nListItems: {count}\r\n\r\n"
        elif name == "Challenge":
            answer += "Challenge: 123456789\r\n\r\n"
        elif name == "Login":
            answer += "Message: Authentication accepted\r\n\r\n"
            answer += "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 10\r\nStatus: Fully Booted\r\n\r\n"
        else:
            answer += "Ping: Pong\r\n\r\n" if name == "Ping" else "\r\n"
        client.sendall(answer.encode())
        if name == "QueueStatus":
            self.ready.set()
