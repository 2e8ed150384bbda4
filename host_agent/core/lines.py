"""Lines: the phones of the office, named by extension."""

from dataclasses import dataclass

from broker.messages import LineState
from host_agent.core.callers import Party


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the PBX says about a line now. Never `paused`: that is an agent's, see `board.line_state`.

    `party` is the caller: on an incoming call the other end, on an outgoing one None, and while a caller is held to
    consult a colleague still that caller. `dialled` is what the line itself called, and `answered` whether somebody
    picked up there (None when it called nobody); `incoming` None without a call.
    """

    extension: str
    state: LineState
    party: Party | None = None
    queue: str | None = None
    dialled: str | None = None
    incoming: bool | None = None
    answered: bool | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the board. `since`: monotonic seconds at which its state began, None when it was found that way."""

    facts: LineFacts
    since: float | None = None


def changed(line: Line | None, facts: LineFacts, at: float) -> Line:
    """The line after the PBX said `facts` at `at`: `since` moves only when the state does."""
    if line is None or line.facts.state == "unknown":
        return Line(facts, None)
    if line.facts.state == facts.state:
        return Line(facts, line.since)
    return Line(facts, at)
