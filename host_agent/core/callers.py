"""People on the outside: who waits, who gave up, and who rings unanswered at a colleague."""

from dataclasses import dataclass

from broker.messages import Caller
from broker.names import phone_number


@dataclass(frozen=True, slots=True)
class Party:
    """The other end of a call, as the PBX tells it. `number` and `name` are None when it does not.

    `withheld`: the PBX says the caller hid the number; then `number` and `name` are None.
    """

    number: str | None = None
    name: str | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """A caller in a queue. `call` identifies the call (Asterisk: Uniqueid).

    `joined_at` is monotonic seconds of the host, None when the PBX does not tell how long the caller waits.
    """

    call: str
    party: Party
    joined_at: float | None = None


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A caller who gave up waiting. `waited_s`: seconds in the queue, None when unknown."""

    at: float
    queue: str
    call: str
    party: Party
    waited_s: float | None = None


@dataclass(frozen=True, slots=True)
class RingingTransfer:
    """A call that line `by` passed on, ringing at a colleague since `since` (monotonic seconds).

    `leg` identifies the ringing leg; `extension` is the colleague's line.
    """

    leg: str
    by: str
    colleague: str
    extension: str | None
    party: Party | None
    since: float


def to_wire(party: Party | None) -> Caller | None:
    """The caller as units see it: a number that cannot be dialled is left out, a withheld one always."""
    if party is None:
        return None
    if party.withheld:
        return Caller(withheld=True)
    number = phone_number(party.number)
    if number is None and not party.name:
        return Caller()
    return Caller(number=number, name=party.name)
