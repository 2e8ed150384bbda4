"""Callers nobody spoke to, pure: who hung up while waiting, or called in the break between two parts of a day.

Each is offered as a note once, together with their other calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from broker.names import phone_number
from host_agent.core import events as e
from host_agent.core.office_hours import OfficeHours, after_work, break_ends
from host_agent.core.phone_plan import e164
from host_agent.core.same_number import number_key

Fate = Literal["offered", "joined", "noted", "spoken", "dismissed"]
"""offered: waits for a person; joined: an open note for the number has it; noted: it became a note;
spoken: the caller got through after all; dismissed: a person said that nobody needs to call back."""

SHORTEST_TALK_S = 3.0
DUE_AFTER_S = 3600.0
"""Seconds of office time, from the end of the break: by then who called in it is to be called back."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A caller nobody spoke to. Times are Unix seconds, of the first and last call; `times` counts the calls.

    `queue` is "" for who was in none.
    `id` is also the id of the note it becomes, so that it never becomes two. `key` is `number` as it is compared.
    `waited_s`: in the last call, None when the PBX does not tell.
    """

    id: str
    key: str
    number: str
    name: str | None
    queue: str
    first_at: float
    last_at: float
    waited_s: float | None
    times: int = 1
    fate: Fate = "offered"
    note_id: str | None = None


def missed(
    call: e.CallerAbandoned | e.CallerUnanswered,
    at: float,
    *,
    new_id: str,
    offered: Mapping[str, Missed],
    open_note: str | None,
    country: str = "NL",
) -> Missed | None:
    """What a call comes to that nobody answered, at `at` in Unix seconds; None for who cannot be called back.

    `offered`: what is on offer, by key. `open_note`: the open note for the caller's number, if there is one.
    """
    number = None if call.party.withheld else phone_number(call.party.number)
    key = e164(number, country)
    if number is None or key is None:
        return None
    queue, waited_s = (call.queue, call.waited_s) if isinstance(call, e.CallerAbandoned) else ("", None)
    before = offered.get(key)
    if before is not None:
        again = replace(
            before,
            name=before.name or call.party.name,
            queue=queue or before.queue,
            last_at=max(at, before.last_at),
            waited_s=waited_s,
            times=before.times + 1,
        )
        return again if open_note is None else joined(again, open_note)
    new = Missed(new_id, key, number, call.party.name, queue, at, at, waited_s)
    return new if open_note is None else joined(new, open_note)


def is_in_break(call: e.CallerUnanswered, at: float, hours: OfficeHours, country: str = "NL") -> bool:
    """Whether somebody from outside called in a break of the day, at `at` in Unix seconds."""
    number = call.party.number
    return break_ends(hours, at) is not None and number is not None and number_key(number, country) is not None


def due_by(call: Missed, hours: OfficeHours) -> float | None:
    """By when somebody who called in a break is to be called back, Unix seconds; None for who called in hours."""
    opens = break_ends(hours, call.last_at)
    return None if opens is None else after_work(hours, opens, DUE_AFTER_S)


def joined(call: Missed, note_id: str) -> Missed:
    """The call as part of a note that is there for the same number."""
    return replace(call, fate="joined", note_id=note_id)


@dataclass(frozen=True, slots=True)
class Talk:
    """A line talks with an outsider who called. `began_at`: monotonic seconds."""

    number: str
    began_at: float


def follow_talks(talks: Mapping[str, Talk], event: e.PbxEvent) -> tuple[Mapping[str, Talk], str | None]:
    """The talks with callers by line after `event`, and the number of the caller whose talk it ended.

    Click-to-dial looks for a moment like a call that came in, so what is shorter than `SHORTEST_TALK_S` was none.
    """
    match event:
        case e.LineChanged():
            line, at = event.line, event.at
        case e.PbxAway() | e.PbxConnected():
            return {}, None
        case _:
            return talks, None
    number = line.party.number if line.incoming and line.party is not None else None
    if line.state not in ("in_use", "on_hold"):
        number = None
    before = talks.get(line.extension)
    if number == (None if before is None else before.number):
        return talks, None
    others = {name: talk for name, talk in talks.items() if name != line.extension}
    after = others if number is None else {**others, line.extension: Talk(number, at)}
    ended = before is not None and at - before.began_at >= SHORTEST_TALK_S
    return after, before.number if before is not None and ended else None
