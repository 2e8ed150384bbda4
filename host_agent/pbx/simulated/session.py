"""One AMI connection without its socket: what a client asks and what it is told. Pure."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from host_agent.pbx.simulated import snapshot
from host_agent.pbx.simulated.actions import Action, Pause
from host_agent.pbx.simulated.facts import Office
from host_agent.pbx.simulated.packets import Fields, Live, encode, encode_live

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
MAX_REQUEST = 8192
"""Bytes of one action; more is refused by closing."""
REFUSED_LOGIN_AFTER_S = 1.0


@dataclass(frozen=True)
class Session:
    """Who is at the other end. `mask`: the classes of events it asked for, None is all."""

    username: str
    secret: str
    logged_in: bool = False
    challenge: str | None = None
    mask: frozenset[str] | None = None


@dataclass(frozen=True)
class Answer:
    """What goes back. `perform` is for the office; `close` after sending, which waits `delay_s`."""

    session: Session
    sent: bytes
    perform: Action | None = None
    close: bool = False
    delay_s: float = 0.0


@dataclass(frozen=True)
class Moment:
    """The PBX as a request finds it. `booted` false: up, but its modules are not loaded yet."""

    office: Office
    now: float
    booted: bool = True


_LISTS: Mapping[str, tuple[Callable[[Moment], snapshot.Items], str, str]] = {
    "queuestatus": (lambda at: snapshot.queue_status(at.office, at.now), "QueueStatus", "Queue status will follow"),
    "queuesummary": (lambda at: snapshot.queue_summary(at.office, at.now), "QueueSummary", "Queue summary will follow"),
    "coreshowchannels": (lambda at: snapshot.channels(at.office, at.now), "CoreShowChannels", "Channels will follow"),
    "devicestatelist": (
        lambda at: snapshot.device_states(at.office),
        "DeviceStateList",
        "Device State Changes will follow",
    ),
    "extensionstatelist": (
        lambda at: snapshot.extension_states(at.office),
        "ExtensionStateList",
        "Extension Statuses will follow",
    ),
}
# What app_queue and the device state module answer to is not there before they are loaded.
_LOADED_LATE = frozenset({"queuestatus", "queuesummary", "devicestatelist"})


def parse_request(block: bytes) -> dict[str, str]:
    """One action's headers, names in lower case; the last of a repeated one wins."""
    lines = block.decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {key.strip().lower(): value.strip() for key, colon, value in pairs if colon}


def respond(session: Session, request: Mapping[str, str], at: Moment) -> Answer:
    """The answer to one action."""
    action = request.get("action", "").lower()
    match action:
        case "":
            return _error(session, request, "Missing action in request")
        case "challenge":
            challenge = str(int.from_bytes(hashlib.sha256(str(at.now).encode()).digest()[:4], "big"))
            return _success(replace(session, challenge=challenge), request, ("Challenge", challenge))
        case "login":
            return _login(session, request, at)
        case "logoff":
            goodbye = _message("Goodbye", request, ("Message", "Thanks for all the fish."))
            return Answer(session, goodbye, close=True)
    if not session.logged_in:
        return _error(session, request, "Permission denied")
    return _answer(session, action, request, at)


def _answer(session: Session, action: str, request: Mapping[str, str], at: Moment) -> Answer:
    if action in _LISTS and (at.booted or action not in _LOADED_LATE):
        return Answer(session, _list(action, request, at))
    match action:
        case "ping":
            stamp = f"{at.office.epoch + at.now:.6f}"
            return _success(session, request, ("Ping", "Pong"), ("Timestamp", stamp))
        case "coresettings":
            return _success(session, request, *snapshot.core_settings())
        case "corestatus":
            return _success(session, request, *snapshot.core_status(at.office))
        case "events":
            return _events(session, request)
        case "queuepause":
            return _pause(session, request, at)
    words = f"Invalid/unknown command: {request['action']}. Use Action: ListCommands to show available commands."
    return _error(session, request, words)


def wanted(session: Session, live: Live) -> bool:
    """Whether this client gets that event."""
    return session.logged_in and (session.mask is None or live.classes in session.mask)


def fully_booted(at: Moment) -> bytes:
    """Follows the login at once, or later when the PBX is still loading its modules."""
    uptime = ("Uptime", str(int(at.now - at.office.started_at)))
    fields = (uptime, ("LastReload", "3"), ("Status", "Fully Booted"))
    return encode_live(Live("FullyBooted", "system", fields))


def _login(session: Session, request: Mapping[str, str], at: Moment) -> Answer:
    if request.get("authtype", "").upper() == "MD5" and session.challenge:
        key = hashlib.md5((session.challenge + session.secret).encode(), usedforsecurity=False).hexdigest()
        right = hmac.compare_digest(key, request.get("key", "").lower())
    else:
        right = hmac.compare_digest(session.secret.encode(), request.get("secret", "").encode())
    if not right or request.get("username") != session.username:
        refused = _error(session, request, "Authentication failed")
        return replace(refused, close=True, delay_s=REFUSED_LOGIN_AFTER_S)
    entered = replace(session, logged_in=True, mask=_mask(request.get("events")))
    accepted = _message("Success", request, ("Message", "Authentication accepted"))
    return Answer(entered, accepted + (fully_booted(at) if at.booted else b""))


def _mask(text: str | None) -> frozenset[str] | None:
    if text is None or text.lower() in ("on", "all", "true", "yes", "1"):
        return None
    return frozenset(part.strip().lower() for part in text.split(",")) - {"off", "false", "no", "0", ""}


def _events(session: Session, request: Mapping[str, str]) -> Answer:
    mask = _mask(request.get("eventmask"))
    return _success(replace(session, mask=mask), request, ("Events", "Off" if mask == frozenset() else "On"))


def _pause(session: Session, request: Mapping[str, str], at: Moment) -> Answer:
    interface, wish = request.get("interface"), request.get("paused")
    if not interface or not wish:
        return _error(session, request, "Need 'Interface' and 'Paused' parameters.")
    extension = interface.removeprefix("PJSIP/")
    if not any(member.extension == extension for member in at.office.members):
        return _error(session, request, "Interface not found")
    paused = wish.lower() in ("1", "true", "yes", "on")
    done = _success(session, request, ("Message", f"Interface {'' if paused else 'un'}paused successfully"))
    return replace(done, perform=Pause(extension, paused, request.get("reason", "")))


def _list(action: str, request: Mapping[str, str], at: Moment) -> bytes:
    collect, name, words = _LISTS[action]
    # Before its modules are loaded Asterisk answers these with an empty list.
    items = collect(at) if at.booted else []
    action_id = (("ActionID", request["actionid"]),) if "actionid" in request else ()
    parts = [_message("Success", request, ("EventList", "start"), ("Message", words))]
    first = action not in ("queuestatus", "queuesummary")
    for event, fields in items:
        body = (*action_id, *fields) if first else (*fields, *action_id)
        parts.append(encode((("Event", event), *body)))
    end = (("Event", f"{name}Complete"), *action_id, ("EventList", "Complete"), ("ListItems", str(len(items))))
    return b"".join((*parts, encode(end)))


def _message(response: str, request: Mapping[str, str], *fields: tuple[str, str]) -> bytes:
    action_id: Fields = (("ActionID", request["actionid"]),) if "actionid" in request else ()
    return encode((("Response", response), *action_id, *fields))


def _success(session: Session, request: Mapping[str, str], *fields: tuple[str, str]) -> Answer:
    return Answer(session, _message("Success", request, *fields))


def _error(session: Session, request: Mapping[str, str], words: str) -> Answer:
    return Answer(session, _message("Error", request, ("Message", words)))
