"""One end of a serial cable, pure: whether the other end hears us, when to greet it, and what of it to believe.

Each end greets every 2 s with a new random mark, and repeats in every frame the newest mark it has heard. A mark that
comes back proves both directions, and dates what it came with on the hearer's own clock: what lay for long in a
driver's buffer, or was meant for an earlier opening of the port, repeats a mark that is too old or was never ours, and
is not taken for news. So handshake, heart-beat and resync are one frame and one rule.
"""

from dataclasses import dataclass, replace

from broker.frames import NO_MARK, Carried, Frame, Greeting, Refused, Speaker
from broker.names import UnitName

GREET_S = 2.0
GREET_ALONE_S = 1.0
"""While nobody answers."""
GREET_APART_S = 0.2
"""An end that does not know yet that it is heard is answered at once, but never more often than this."""
SILENT_S = 6.0
"""A mark that was sent longer ago proves nothing."""
MARKS_KEPT = 40
"""More than go out in `SILENT_S` at the shortest distance."""

ECHOES = "its own words come back: take the login or echo off this port"


@dataclass(frozen=True, slots=True)
class Cable:
    """Times are monotonic seconds. `marks`: ours, with when they were sent. `heard`: the newest of the other end.

    `proven_at`: when the newest mark that came back was sent.
    """

    speaker: Speaker
    unit: UnitName
    marks: tuple[tuple[bytes, float], ...] = ()
    heard: bytes = NO_MARK
    proven_at: float = float("-inf")
    greet_at: float = float("-inf")


def is_up(cable: Cable, now: float) -> bool:
    """Whether the other end heard us, and we it, within `SILENT_S`."""
    return now < cable.proven_at + SILENT_S


def next_wake(cable: Cable, now: float) -> float:
    """When there is something to do if nothing comes: greet, or notice the silence."""
    return min(cable.greet_at, cable.proven_at + SILENT_S) if is_up(cable, now) else cable.greet_at


def greet(cable: Cable, mark: bytes, now: float) -> tuple[Cable, Greeting]:
    """The greeting that is due, with a new random `mark`."""
    marks = (*cable.marks, (mark, now))[-MARKS_KEPT:]
    again = GREET_S if is_up(cable, now) else GREET_ALONE_S
    said = Greeting(cable.speaker, cable.heard, cable.unit, mark)
    return replace(cable, marks=marks, greet_at=now + again), said


def carry(cable: Cable, topic: str, payload: bytes) -> Carried:
    """The frame for one message, made when it is about to be sent."""
    return Carried(cable.speaker, cable.heard, topic, payload)


def hear(cable: Cable, frame: Frame, now: float) -> tuple[Cable, Carried | Refused | None]:
    """The cable after `frame`; the message when it brought one that may be believed, or why not."""
    if frame.speaker == cable.speaker:
        return cable, Refused(ECHOES)
    if isinstance(frame, Greeting) and frame.unit != cable.unit:
        return cable, Refused(f"unit {frame.unit} is on this cable, not {cable.unit}: name it in the configuration")
    sent_at = next((at for mark, at in cable.marks if mark == frame.echo), None)
    fresh = sent_at is not None and now < sent_at + SILENT_S
    was_up = is_up(cable, now)
    if fresh and sent_at is not None:
        cable = replace(cable, proven_at=max(cable.proven_at, sent_at))
    if isinstance(frame, Greeting):
        cable = replace(cable, heard=frame.mark)
        # It does not know yet that we hear it, or we learn only now that it hears us: tell it.
        return (cable if fresh and was_up else _hurry(cable)), None
    if not fresh:
        return cable, Refused("a message from before, or meant for another")
    return cable, frame


def _hurry(cable: Cable) -> Cable:
    last = cable.marks[-1][1] if cable.marks else float("-inf")
    return replace(cable, greet_at=min(cable.greet_at, last + GREET_APART_S))
