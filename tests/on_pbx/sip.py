"""A small SIP user agent (RFC 3261 over UDP) that plays outside callers and desk phones. No sound: only signalling.

One socket is one party: it can place one call after another and be rung. Loopback loses nothing, so nothing is resent.
"""

import asyncio
import re
import secrets
from dataclasses import dataclass, field
from typing import cast

ANSWER_WITHIN_S = 15.0


@dataclass
class Call:
    """One dialogue. `headers` are those that later requests of this dialogue repeat."""

    agent: "UserAgent"
    call_id: str
    local: str
    remote: str
    target: str
    incoming: bool
    invite: str = ""
    via: str = ""
    cseq: int = 1
    ringing: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self) -> None:
        """Pick up a call that rings here."""
        self.agent.reply(self.invite, "200 OK", self.local, body=self.agent.session_description())

    def hang_up(self) -> None:
        """End the call in whatever state it is: CANCEL before the answer, else BYE; a ringing one is declined."""
        if self.ended.is_set():
            return
        if self.incoming and not self.answered.is_set():
            self.agent.reply(self.invite, "486 Busy Here", self.local)
        elif not self.answered.is_set():
            self.agent.request("CANCEL", self, cseq=self.cseq, via=self.via, to=self.remote)
        else:
            self.cseq += 1
            self.agent.request("BYE", self, cseq=self.cseq)
            self.ended.set()

    async def until(self, event: asyncio.Event) -> None:
        """Wait for `ringing`, `answered` or `ended`; TimeoutError when it does not come."""
        await asyncio.wait_for(event.wait(), ANSWER_WITHIN_S)


def header(message: str, name: str) -> str:
    """The first value of header `name`, or an empty text."""
    found = re.search(rf"(?im)^{re.escape(name)}\s*:\s*(.*?)\r?$", message)
    return found.group(1) if found else ""


class UserAgent(asyncio.DatagramProtocol):
    """One party on one loopback address. `rung` receives each call that rings here."""

    def __init__(self, address: str, port: int, pbx: tuple[str, int]) -> None:
        self.address, self.port, self.pbx = address, port, pbx
        self.calls: dict[str, Call] = {}
        self.rung: asyncio.Queue[Call] = asyncio.Queue()
        self.transport: asyncio.DatagramTransport | None = None

    async def open(self) -> "UserAgent":
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, local_addr=(self.address, self.port))
        return self

    def close(self) -> None:
        if self.transport:
            self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def place(self, dialled: str, number: str, name: str = "") -> Call:
        """Call `dialled` as `number`; the caller's name as given, quoted."""
        shown = f'"{name}" ' if name else ""
        call = Call(
            self, secrets.token_hex(8), f"{shown}<sip:{number}@{self.address}>;tag={secrets.token_hex(4)}",
            f"<sip:{dialled}@{self.pbx[0]}>", f"sip:{dialled}@{self.pbx[0]}:{self.pbx[1]}", incoming=False,
        )  # fmt: skip
        call.via = self._via()
        self.calls[call.call_id] = call
        self.request("INVITE", call, cseq=1, via=call.via, body=self.session_description())
        return call

    async def next_call(self) -> Call:
        """The next call that rings here; TimeoutError when none does."""
        return await asyncio.wait_for(self.rung.get(), ANSWER_WITHIN_S)

    def session_description(self) -> str:
        return (
            f"v=0\r\no=- 1 1 IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
            f"m=audio {self.port + 1000} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )

    def request(self, method: str, call: Call, cseq: int, via: str = "", to: str = "", body: str = "") -> None:
        lines = [
            f"{method} {call.target} SIP/2.0",
            f"Via: {via or self._via()}",
            "Max-Forwards: 70",
            f"From: {call.local}",
            f"To: {to or call.remote}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self.address}:{self.port}>",
        ]
        self._send(lines, body)

    def reply(self, request: str, status: str, to: str, body: str = "") -> None:
        vias = re.findall(r"(?im)^Via\s*:.*?(?=\r?$)", request)
        lines = [
            f"SIP/2.0 {status}",
            *vias,
            f"From: {header(request, 'From')}",
            f"To: {to}",
            f"Call-ID: {header(request, 'Call-ID')}",
            f"CSeq: {header(request, 'CSeq')}",
            f"Contact: <sip:{self.address}:{self.port}>",
        ]
        self._send(lines, body)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        message = data.decode(errors="replace")
        first = message.split("\r\n", 1)[0]
        if first.startswith("SIP/2.0"):
            self._response(message, int(first.split()[1]))
        else:
            self._request(message, first.split()[0])

    def _response(self, message: str, status: int) -> None:
        call = self.calls.get(header(message, "Call-ID"))
        if call is None or not header(message, "CSeq").endswith("INVITE"):
            return
        if status == 180:
            call.ringing.set()
        elif status == 200:
            call.remote = header(message, "To")
            contact = re.search(r"<(.*?)>", header(message, "Contact"))
            call.target = contact.group(1) if contact else call.target
            self.request("ACK", call, cseq=call.cseq)
            call.answered.set()
        elif status >= 300:
            self.request("ACK", call, cseq=call.cseq, via=call.via, to=header(message, "To"))
            call.ended.set()

    def _request(self, message: str, method: str) -> None:
        call = self.calls.get(header(message, "Call-ID"))
        match method:
            case "INVITE" if call is None:
                local = f"{header(message, 'To')};tag={secrets.token_hex(4)}"
                contact = re.search(r"<(.*?)>", header(message, "Contact"))
                call = Call(
                    self, header(message, "Call-ID"), local, header(message, "From"),
                    contact.group(1) if contact else "", incoming=True, invite=message,
                )  # fmt: skip
                self.calls[call.call_id] = call
                self.reply(message, "180 Ringing", local)
                self.rung.put_nowait(call)
            case "INVITE" if call is not None:  # the PBX moves the sound or updates who is connected
                self.reply(message, "200 OK", call.local, body=self.session_description())
            case "ACK" if call is not None:
                call.answered.set()
            case "CANCEL" if call is not None:
                self.reply(message, "200 OK", call.local)
                self.reply(call.invite, "487 Request Terminated", call.local)
                call.ended.set()
            case "BYE" if call is not None:
                self.reply(message, "200 OK", call.local)
                call.ended.set()
            case _:
                self.reply(message, "200 OK", header(message, "To"))

    def _via(self) -> str:
        return f"SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{secrets.token_hex(6)};rport"

    def _send(self, lines: list[str], body: str) -> None:
        if body:
            lines = [*lines, "Content-Type: application/sdp"]
        assert self.transport is not None
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self.transport.sendto(text.encode(), self.pbx)
