"""Telling other programs what happened to notes, pure: the body, its signature, and what comes of a try.

Form, header names and signature: Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, the
specification). A body says which note and what happened; of its caller only what the office allows.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

import msgspec

from host_agent.core.notes import CallbackNote, Entry, What
from host_agent.core.notices import after_failure

AllowedOfCaller = Literal["none", "number", "name and number"]
Fate = Literal["delivered", "waiting", "failed"]
EVENTS: tuple[What, ...] = tuple(what for what in get_args(What) if what != "conflict")
SECRET_PREFIX = "whsec_"  # noqa: S105  # how the specification has secrets begin
SHORTEST_SECRET, LONGEST_SECRET = 24, 64


@dataclass(frozen=True)
class Webhook:
    """Somebody who is told. `secret`: the bytes that sign."""

    url: str
    secret: bytes = field(repr=False)
    events: frozenset[What] = frozenset(EVENTS)
    caller: AllowedOfCaller = "none"

    @property
    def digest(self) -> str:
        """What the store knows of it: an address may hold a secret."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:16]

    @property
    def place(self) -> str:
        """Where it is, fit to be shown: without the path, which may be a secret."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One event on its way to one webhook. `id` is the same at each try. `said` holds nothing of the caller.

    Times: Unix seconds. `serial` is None until it is kept.
    """

    serial: int | None = None
    id: str
    hook: str
    note_id: str
    event: What
    at: float
    said: Mapping[str, object]
    made_at: float
    tries: int = 0
    next_try_at: float
    fate: Fate = "waiting"
    fault: str | None = None
    settled_at: float | None = None


@dataclass(frozen=True)
class Tried:
    """What came of a try. `fault` None: taken. `is_final`: the other side wants no more of it (HTTP 410)."""

    fault: str | None = None
    is_final: bool = False


def call_for(hook: Webhook, note: CallbackNote, entry: Entry, call_id: str) -> Call | None:
    """What is to be delivered of a line in a note's history; None when this webhook does not ask for it."""
    if entry.what not in hook.events:
        return None
    said = {
        "id": note.id,
        "version": note.version,
        "state": note.state,
        "kind": note.kind,
        "unit": note.unit,
        "queue": note.queue,
        "urgent": note.urgent,
        "promised_by": _moment(note.promised_by),
        "assigned_to": note.assigned_to,
    }
    # What a unit kept for days is news when it comes.
    now = max(entry.at, note.arrived_at)
    return Call(
        id=call_id, hook=hook.digest, note_id=note.id, event=entry.what, at=entry.at, said=said,
        made_at=now, next_try_at=now,
    )  # fmt: skip


def body(call: Call, note: CallbackNote, allowed: AllowedOfCaller) -> bytes:
    """What is sent, in JSON: type, timestamp and data."""
    caller: dict[str, object] = {}
    if allowed != "none":
        caller["caller_number"] = note.caller_number
    if allowed == "name and number":
        caller["caller_name"] = note.caller_name
    message = {"type": f"note.{call.event}", "timestamp": _moment(call.at), "data": {**call.said, **caller}}
    return msgspec.json.encode(message)


def headers(hook: Webhook, call_id: str, now: float, content: bytes) -> dict[str, str]:
    """The headers that let the other side know who sent it, and that it is not an old one sent again."""
    moment = str(int(now))
    signed = hmac.digest(hook.secret, f"{call_id}.{moment}.".encode() + content, "sha256")
    return {
        "content-type": "application/json",
        "user-agent": "Belbord",
        "webhook-id": call_id,
        "webhook-timestamp": moment,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def settled(call: Call, tried: Tried, now: float) -> Call:
    """The call after a try: delivered, to be tried again later and later, or given up."""
    tries = call.tries + 1
    if tried.fault is None:
        return replace(call, fate="delivered", tries=tries, fault=None, settled_at=now)
    again = None if tried.is_final else after_failure(tries, call.made_at, now)
    if again is None:
        return replace(call, fate="failed", tries=tries, fault=tried.fault, settled_at=now)
    return replace(call, tries=tries, fault=tried.fault, next_try_at=again)


def secret_of(text: str) -> bytes:
    """The bytes that sign, of `whsec_` and base64; raises ValueError for another text."""
    if not text.startswith(SECRET_PREFIX):
        raise ValueError
    secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    if not SHORTEST_SECRET <= len(secret) <= LONGEST_SECRET:
        raise ValueError
    return secret


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
