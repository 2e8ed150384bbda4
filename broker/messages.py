"""Every payload on the bus (JSON, UTF-8), version 1 of the language.

A message is safe by construction: bounds are checked when it is decoded, and every text is cleaned when it is
made, at either end. Durations are seconds. `None` means "unknown", never zero or empty.
A field that a reader does not know is ignored; a field may be added, never change its meaning.
"""

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from broker import names

VERSION = 1

# `extra` marks free text, which Wire cleans; identifiers have patterns instead.
Text = Annotated[str, Meta(max_length=names.TEXT_LIMIT, extra={"text": names.TEXT_LIMIT})]
Name = Annotated[str, Meta(max_length=names.NAME_LIMIT, extra={"text": names.NAME_LIMIT})]
Number = Annotated[str, Meta(pattern=names.NUMBER_PATTERN)]
Queue = Annotated[str, Meta(pattern=names.QUEUE_PATTERN)]
Line = Annotated[str, Meta(pattern=names.EXTENSION_PATTERN)]
Seconds = Annotated[float, Meta(ge=0, le=10 * 366 * 86_400)]
Count = Annotated[int, Meta(ge=0, le=99_999)]
Nonce = Annotated[str, Meta(pattern="^[0-9a-f]{16}" + names.END)]
Pem = Annotated[str, Meta(max_length=6000, pattern=r"^-----BEGIN [A-Z ]+-----\n[A-Za-z0-9+/=\n -]+\n" + names.END)]
NoteId = Annotated[str, Meta(pattern="^[0-9a-f]{32}" + names.END)]
Release = Annotated[str, Meta(pattern=r"^[0-9][0-9A-Za-z.+~-]{0,63}" + names.END)]
Revision = Annotated[int, Meta(ge=1, le=1_000_000)]

LineState = Literal["idle", "ringing", "in_use", "on_hold", "paused", "unavailable", "unknown"]
PbxLink = Literal["up", "away", "starting"]
Capability = Literal["queues", "names", "transfers", "rings", "agents"]
SignState = Literal["lit", "dark", "unsure"]
SignReason = Literal["line", "waiting", "longest_wait", "by_hand", "calm", "old", "minimum"]
NoteKind = Literal["callback", "colleague"]
Part = Literal["ok", "missing", "fault"]
Celsius = Annotated[float, Meta(ge=-60, le=200)]
Megabytes = Annotated[int, Meta(ge=0, le=10**9)]
Dbm = Annotated[int, Meta(ge=-200, le=50)]


class Wire(Struct, frozen=True, kw_only=True):
    """The base of everything on the wire: cleans each text when it is made (see `names.clean`)."""

    def __post_init__(self) -> None:
        for field, limit in _text_fields(type(self)):
            value = getattr(self, field)
            if isinstance(value, tuple):
                force_setattr(self, field, tuple(names.clean(text, limit) for text in value))
            elif value is not None:
                force_setattr(self, field, names.clean(value, limit))


@cache
def _text_fields(kind: type[Struct]) -> tuple[tuple[str, int], ...]:
    """The fields of `kind` that hold free text, with their limits, read from the annotations."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple((field, limit) for field, hint in hints.items() for limit in _text_limits(hint))


def _text_limits(hint: Any) -> Iterator[int]:
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, Meta) and meta.extra and "text" in meta.extra:
            yield meta.extra["text"]
    for part in get_args(hint):
        if not isinstance(part, Meta):
            yield from _text_limits(part)


class Caller(Wire, frozen=True, kw_only=True):
    """Somebody on the outside. A withheld number is never sent: `number` is None and `withheld` true."""

    number: Number | None = None
    name: Name | None = None
    withheld: bool = False


class QueueBoard(Wire, frozen=True, kw_only=True):
    """One queue as a unit shows it. `known` false means that the PBX has not told: then all else is None."""

    name: Queue
    label: Name
    known: bool
    waiting: Count | None = None
    longest_wait_s: Seconds | None = None
    agents_free: Count | None = None
    agents_busy: Count | None = None
    agents_paused: Count | None = None


class Unanswered(Wire, frozen=True, kw_only=True):
    """A call this line passed on, which rings at a colleague who does not pick up."""

    colleague: Name
    extension: Line | None = None
    caller: Caller | None = None
    ringing_s: Seconds = 0.0


class LineBoard(Wire, frozen=True, kw_only=True):
    """The telephonist's own line. `for_s`: how long it has been in this state, None when that is unknown."""

    extension: Line
    state: LineState
    for_s: Seconds | None = None
    caller: Caller | None = None
    queue: Queue | None = None
    dialled: Line | None = None
    incoming: bool | None = None
    unanswered: Unanswered | None = None


class InboxCounts(Wire, frozen=True, kw_only=True):
    """Callback notes that concern this desk: `open` includes `overdue`."""

    open: Count = 0
    overdue: Count = 0


class Board(Wire, frozen=True, kw_only=True):
    """host -> unit. All that one unit shows, whole, each time.

    `echo` is the newest nonce the host has from this unit: the unit dates the board by the moment it sent that
    nonce. `pbx_age_s` is how long before sending the host last heard the PBX; a unit adds it to the age.
    """

    v: Literal[1] = 1
    echo: Nonce | None
    pbx: PbxLink
    pbx_age_s: Seconds | None = None
    capabilities: Annotated[tuple[Capability, ...], Meta(max_length=16)] = ()
    queues: Annotated[tuple[QueueBoard, ...], Meta(max_length=32)] = ()
    line: LineBoard | None = None
    inbox: InboxCounts = InboxCounts()
    messages: Annotated[tuple[Text, ...], Meta(max_length=8)] = ()


class Health(Wire, frozen=True, kw_only=True):
    """What works on a unit, and what it measured of itself within the last minutes; None where it cannot tell.

    `resets`: starts after an end that nobody asked for (power, crash, watchdog), since the unit was set up.
    `undervolted`: the power supply is too weak at this moment. `wifi_dbm`: -50 is strong, -80 weak.
    """

    glass: Part = "ok"
    storage: Part = "ok"
    button: Part = "ok"
    temperature_c: Celsius | None = None
    disk_free_mb: Megabytes | None = None
    wifi_dbm: Dbm | None = None
    undervolted: bool | None = None
    resets: Count | None = None


class Hello(Wire, frozen=True, kw_only=True):
    """unit -> host, every 5 s and at once on connecting; also the last will, then with `online` false.

    `can_update`: an `Update` would be heard. `went_back_from`: the version that did not come up, when the unit took
    the one before back.
    """

    v: Literal[1] = 1
    online: bool = True
    nonce: Nonce | None = None
    boot: Nonce | None = None
    version: Name = ""
    sign: SignState = "unsure"
    sign_reason: SignReason = "old"
    notes_waiting: Count = 0
    uptime_s: Seconds = 0.0
    health: Health = Health()
    can_update: bool = False
    went_back_from: Name = ""


class Note(Wire, frozen=True, kw_only=True):
    """unit -> host, again and again until the host's receipt for this `id` and `rev`.

    `pressed_s_ago` is exact while the unit still runs the boot in which the button was pressed. After a restart it is
    None and `pressed_clock`, the unit's own wall clock at the press (Unix seconds, may be wrong), is all there is.
    """

    v: Literal[1] = 1
    id: NoteId
    rev: Revision = 1
    kind: NoteKind = "callback"
    pressed_s_ago: Seconds | None = None
    pressed_clock: float | None = None
    caller: Caller | None = None
    queue: Queue | None = None
    line: Line | None = None
    colleague: Name | None = None
    withdrawn: bool = False


class Receipt(Wire, frozen=True, kw_only=True):
    """host -> unit: revision `rev` of note `id` is committed to the host's store."""

    v: Literal[1] = 1
    id: NoteId
    rev: Revision


class Identify(Wire, frozen=True, kw_only=True, tag_field="do", tag="identify"):
    """host -> unit: flash, so that a person finds the unit."""

    v: Literal[1] = 1
    seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0


class ShowMessage(Wire, frozen=True, kw_only=True, tag_field="do", tag="message"):
    """host -> unit: a line of text for the telephonist."""

    v: Literal[1] = 1
    text: Text
    seconds: Annotated[float, Meta(ge=0, le=3600)] = 30.0


class OverrideSign(Wire, frozen=True, kw_only=True, tag_field="do", tag="sign"):
    """host -> unit: set the sign by hand from afar for some minutes, or give it back to its policy."""

    v: Literal[1] = 1
    wish: Literal["lit", "dark", "policy"]
    minutes: Annotated[float, Meta(ge=0, le=600)] = 15.0


class Update(Wire, frozen=True, kw_only=True, tag_field="do", tag="update"):
    """host -> unit: install this version of its program from the unit's own sources; None: the newest they have."""

    v: Literal[1] = 1
    version: Release | None = None


Command = Identify | ShowMessage | OverrideSign | Update


class QueueCounts(QueueBoard, frozen=True, kw_only=True):
    """host -> anyone: one queue in numbers, no personal data. Retained with an expiry; units do not read it."""

    v: Literal[1] = 1


class Renewal(Wire, frozen=True, kw_only=True):
    """unit -> host: sign this certificate request (PEM, RFC 2986); the old certificate has a third of its life left."""

    v: Literal[1] = 1
    request: Pem


class Certificate(Wire, frozen=True, kw_only=True):
    """host -> unit: the new certificate (PEM, RFC 5280), for the key of the request."""

    v: Literal[1] = 1
    certificate: Pem


Message = Hello | Note | Board | Receipt | Command | QueueCounts | Renewal | Certificate
