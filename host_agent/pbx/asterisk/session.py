"""The talk with an Asterisk on one connection: what to ask, when. Pure: packets and times in, actions out.

Log in, leave out what is noise, take a snapshot once the PBX is up, and again when told to doubt; ping meanwhile.
A QueueStatus before app_queue is loaded is an error: it is repeated, and never taken for an empty office.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from host_agent.pbx.asterisk.actions import encode
from host_agent.pbx.asterisk.protocol import Packet, text
from host_agent.pbx.asterisk.settings import AsteriskSettings

EVENT_MASK: Final = "system,call,agent"
SNAPSHOT: Final = ("CoreShowChannels", "DeviceStateList", "ExtensionStateList", "QueueStatus")
"""In this order: how long a channel lives makes the waits of the queue entries finer."""
ASSUME_BOOTED_AFTER_S: Final = 10.0
_ASK_AGAIN_AFTER_S: Final = 1.0
_ANSWER_WITHIN_S: Final = 10.0


class LoginRefused(Exception):  # noqa: N818  # says what happened
    """The PBX does not let us in. The text says what it said, never the secret."""


class Stage(Enum):
    """How far the talk is."""

    GREETING = "waiting for the banner"
    CHALLENGE = "waiting for the challenge"
    LOGIN = "logging in"
    LIVE = "logged in"


@dataclass(slots=True)
class Session:
    """One connection's talk. `token` begins every ActionID and cannot be guessed, so answers cannot be forged.

    `take()` empties what is to be sent. `denied` holds the actions the PBX refused for want of rights.
    """

    settings: AsteriskSettings
    token: str
    stage: Stage = Stage.GREETING
    booted: bool = False
    denied: set[str] = field(default_factory=set)
    strange_answers: int = 0
    _number: int = 0
    _outgoing: list[bytes] = field(default_factory=list)
    _asked: dict[bytes, str] = field(default_factory=dict)
    _began: float | None = None
    _logged_in: float = 0.0
    _pinged: float = 0.0
    _snapshot_asked: float | None = None
    _listing: bool = False
    _ask_at: float | None = None

    def take(self) -> bytes:
        """The bytes to send now."""
        outgoing = b"".join(self._outgoing)
        self._outgoing.clear()
        return outgoing

    def receive(self, packets: Iterable[Packet], now: float) -> None:
        """Packets came in. Raises LoginRefused."""
        for packet in packets:
            if packet.kind == b"response":
                self._answer(packet, now)
            elif packet.kind == b"banner" and self.stage is Stage.GREETING:
                self._greet()
            elif packet.kind == b"FullyBooted" and packet.is_live():
                self.booted = True
                if self.stage is Stage.LIVE:
                    self._snapshot(now)
            elif packet.kind == b"QueueStatusComplete" and packet.first(b"ActionID") in self._asked:
                self._asked.pop(packet.first(b"ActionID") or b"", None)
                self._listing = False

    def pass_time(self, now: float, *, doubtful: bool = False) -> None:
        """Time went by. `doubtful`: what is known contradicts itself. Raises LoginRefused when nothing is answered."""
        if self._began is None:
            self._began = now
        if self.stage is not Stage.LIVE:
            if now - self._began > self.settings.log_in_within_s:
                raise LoginRefused(f"no answer while {self.stage.value}")
            return
        if now - self._pinged >= self.settings.ping_every_s:
            self._pinged = now
            self._ask("Ping")
        if self._listing and self._snapshot_asked is not None and now - self._snapshot_asked < _ANSWER_WITHIN_S:
            return
        if self._is_due(now, doubtful=doubtful):
            self._snapshot(now)

    def boot_is_overdue(self, now: float) -> bool:
        """Whether FullyBooted did not come for so long that this user is not told (no class system)."""
        return self.stage is Stage.LIVE and not self.booted and now - self._logged_in > ASSUME_BOOTED_AFTER_S

    def _is_due(self, now: float, *, doubtful: bool) -> bool:
        if self._snapshot_asked is None:
            return now - self._logged_in >= self.settings.boot_grace_s
        if self._ask_at is not None:
            return now >= self._ask_at
        since = now - self._snapshot_asked
        return since >= self.settings.resync_every_s or (doubtful and since >= self.settings.resync_at_most_every_s)

    def _greet(self) -> None:
        if self.settings.challenge:
            self.stage = Stage.CHALLENGE
            self._ask("Challenge", {"AuthType": "MD5"})
        else:
            self.stage = Stage.LOGIN
            self._ask("Login", {"Username": self.settings.username, "Secret": self.settings.secret})

    def _answer(self, packet: Packet, now: float) -> None:
        action_id = packet.first(b"ActionID")
        action = None if action_id is None else self._asked.get(action_id)
        if action_id is None or action is None:
            self.strange_answers += 1
            return
        went_well = packet.raw.startswith(b"Response: Success")
        message = text(packet.first(b"Message") or b"")[:100]
        if action != "QueueStatus" or not went_well:
            del self._asked[action_id]
        match action:
            case "Challenge":
                challenge = packet.first(b"Challenge")
                if not went_well or challenge is None:
                    raise LoginRefused(f"no MD5 challenge: {message}; set challenge = false to send the secret itself")
                self._answer_challenge(challenge)
            case "Login":
                if not went_well:
                    raise LoginRefused(f"user {self.settings.username!r}: {message}")
                self._let_in(now)
            case "QueueStatus" if not went_well:
                self._listing = False
                self._ask_at = now + _ASK_AGAIN_AFTER_S
            case _ if message == "Permission denied":
                self.denied.add(action)
            case _:
                pass

    def _answer_challenge(self, challenge: bytes) -> None:
        self.stage = Stage.LOGIN
        # MD5 is what AMI speaks (manager.c, authenticate); what guards the link is TLS or loopback.
        key = hashlib.md5(challenge + self.settings.secret.encode(), usedforsecurity=False).hexdigest()
        self._ask("Login", {"AuthType": "MD5", "Username": self.settings.username, "Key": key})

    def _let_in(self, now: float) -> None:
        self.stage = Stage.LIVE
        self._logged_in = self._pinged = now
        self._ask("Events", {"EventMask": EVENT_MASK})
        if self.booted:
            self._snapshot(now)

    def _snapshot(self, now: float) -> None:
        self._snapshot_asked = now
        self._listing = True
        self._ask_at = None
        for action in SNAPSHOT:
            self._ask(action)

    def _ask(self, action: str, fields: dict[str, str] | None = None) -> None:
        self._number += 1
        action_id = f"{self.token}-{self._number}"
        if len(self._asked) > 100:
            self._asked.clear()
        self._asked[action_id.encode()] = action
        self._outgoing.append(encode(action, action_id, fields))
