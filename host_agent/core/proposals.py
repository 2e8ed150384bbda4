"""When the PBX sees that somebody was called back, pure: calls that lines make, and the notes they may tick off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from host_agent.core import events as e
from host_agent.core.colleagues import Colleague, named
from host_agent.core.phone_plan import e164


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """A call that a line is making. Monotonic seconds; `answered_at` is None while it rings."""

    dialled: str
    began_at: float
    answered_at: float | None = None


@dataclass(frozen=True, slots=True)
class CallMade:
    """A call that a line made. `began_at`: monotonic seconds; `talked_s` is None when nobody answered."""

    line: str
    dialled: str
    began_at: float
    talked_s: float | None


@dataclass(frozen=True, slots=True)
class OpenNote:
    """What a proposal needs of a note that is not closed. `asked`: who calls back, or whom it is for."""

    id: str
    number: str
    pressed_at: float
    asked: str | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A note that may be ticked off. `called_at`: Unix seconds; `talked_s` is None when nobody answered."""

    note_id: str
    called_at: float
    talked_s: float | None
    line: str


def follow(
    under_way: Mapping[str, OutgoingCall], event: e.PbxEvent
) -> tuple[Mapping[str, OutgoingCall], CallMade | None]:
    """The calls under way by line after `event`, and the one that it ended.

    A call whose end was not seen, because the PBX was away, is forgotten: how it went is not known.
    """
    match event:
        case e.LineChanged():
            line, at = event.line, event.at
        case e.PbxAway() | e.PbxConnected():
            return {}, None
        case e.LineRemoved():
            return _without(under_way, event.extension), None
        case _:
            return under_way, None
    before = under_way.get(line.extension)
    if line.dialled is None:
        if before is None:
            return under_way, None
        return _without(under_way, line.extension), _ended(line.extension, before, at)
    if before is None or before.dialled != line.dialled:
        call = OutgoingCall(line.dialled, at, at if line.answered else None)
        ended = None if before is None else _ended(line.extension, before, at)
        return {**under_way, line.extension: call}, ended
    if before.answered_at is None and line.answered:
        call = OutgoingCall(before.dialled, before.began_at, at)
        return {**under_way, line.extension: call}, None
    return under_way, None


def outside(dialled: str, prefix: str) -> str:
    """What was dialled without the `prefix` that takes an outside line."""
    return dialled[len(prefix) :] if prefix and dialled.startswith(prefix) and len(dialled) > len(prefix) else dialled


def proposals(
    call: CallMade,
    began: float,
    notes: Iterable[OpenNote],
    *,
    lines_of: Mapping[str, frozenset[str]],
    prefix: str = "",
    country: str = "NL",
) -> list[Proposal]:
    """The notes that `call` may tick off: of that number, made before the call, and from a line that counts.

    `began`: when the call began, in Unix seconds. `lines_of`: by name, lower-case, the lines from which that colleague
    or team calls; for somebody with none the line of any colleague counts, and so does always the telephonist's own.
    """
    number = e164(outside(call.dialled, prefix), country)
    if number is None:
        return []
    found = []
    for note in notes:
        expected = lines_of.get((note.asked or "").strip().casefold(), frozenset())
        if (
            note.pressed_at <= began
            and e164(note.number, country) == number
            and (not expected or call.line in expected or call.line == note.line)
        ):
            found.append(Proposal(note.id, began, call.talked_s, call.line))
    return found


def lines_by_name(everyone: Sequence[Colleague]) -> Mapping[str, frozenset[str]]:
    """By the name of each colleague and team, lower-case: the lines from which a call back counts, a deputy's too."""
    lines: dict[str, frozenset[str]] = {}
    for one in everyone:
        deputy = named(everyone, one.deputy)
        own = frozenset(who.extension for who in (one, deputy) if who is not None and who.extension is not None)
        for name in {one.name.casefold(), (one.team or one.name).casefold()}:
            lines[name] = lines.get(name, frozenset()) | own
    return lines


def better(known: Proposal | None, new: Proposal) -> bool:
    """Whether `new` takes the place of `known`: an answered call goes before an unanswered one, then the later."""
    if known is None:
        return True
    return (new.talked_s is not None, new.called_at) >= (known.talked_s is not None, known.called_at)


def _ended(line: str, call: OutgoingCall, at: float) -> CallMade:
    talked_s = None if call.answered_at is None else max(0.0, at - call.answered_at)
    return CallMade(line, call.dialled, call.began_at, talked_s)


def _without(under_way: Mapping[str, OutgoingCall], line: str) -> Mapping[str, OutgoingCall]:
    return {name: call for name, call in under_way.items() if name != line}
