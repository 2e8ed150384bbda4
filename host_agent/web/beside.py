"""What stands beside the notes on a page: who can be asked, what the PBX saw, and whose numbers these are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from host_agent.core.colleagues import Colleague
from host_agent.core.missed import Missed
from host_agent.core.proposals import Proposal
from host_agent.directory.book import Directory
from host_agent.web.desk import Desk

MISSED_SHOWN = 20
"""The newest. Each that is dealt with makes room for the next."""


@dataclass(frozen=True)
class Beside:
    """`callers_by_line` names the colleague of a line; `missed` are named by the directory where the PBX did not.

    `missed_besides`: how many more are offered than are shown.
    """

    country: str = "NL"
    colleagues: Sequence[Colleague] = ()
    callers_by_line: Mapping[str, str] = field(default_factory=dict)
    missed: Sequence[Missed] = ()
    missed_besides: int = 0
    proposals: Mapping[str, Proposal] = field(default_factory=dict)


def beside(desk: Desk) -> Beside:
    """What stands there now, from memory."""
    everyone = desk.colleagues.everyone()
    directory, seen_calls = desk.directory, desk.seen_calls
    if directory is None or seen_calls is None:
        return Beside(colleagues=everyone)
    return Beside(
        country=directory.rules.country,
        colleagues=everyone,
        callers_by_line={one.extension: one.name for one in everyone if one.extension is not None},
        missed=tuple(_named(call, directory) for call in seen_calls.offers[:MISSED_SHOWN]),
        missed_besides=max(0, len(seen_calls.offers) - MISSED_SHOWN),
        proposals=seen_calls.proposals,
    )


def _named(call: Missed, directory: Directory) -> Missed:
    found = None if call.name else directory.whose(call.number)
    return call if found is None else replace(call, name=found.name or found.organisation)
