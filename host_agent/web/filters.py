"""Which notes a page shows, read from its address: `?toon=` `&voor=` `&zoek=` `&blad=`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from broker.names import NAME_LIMIT, clean
from host_agent.core.colleagues import Colleague
from host_agent.core.phone_plan import calling_code
from host_agent.core.search import Shelf, Wanted, fold

SHOWN = 60
"""Notes on one page: with these it stays under 100 kB."""
VIEWS = ("open", "overdue", "mine", "done")


@dataclass(frozen=True)
class Filter:
    """What was asked for. `page` counts from 0."""

    view: str = "open"
    whom: str = ""
    text: str = ""
    page: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether this is the inbox as it is without asking for anything."""
        return self == Filter()

    def address(self, **other: str | int) -> str:
        """The address of this filter with something else in it."""
        asked = {"toon": self.view, "voor": self.whom, "zoek": self.text, "blad": self.page} | other
        said = {name: value for name, value in asked.items() if value not in ("", 0, "open")}
        return "/?" + urlencode(said) if said else "/"


def asked_filter(query: Mapping[str, str]) -> Filter:
    """The filter in an address; what makes no sense is passed over."""
    view, page = query.get("toon", ""), query.get("blad", "")
    return Filter(
        view=view if view in VIEWS else "open",
        whom=clean(query.get("voor", ""), NAME_LIMIT),
        text=clean(query.get("zoek", ""), NAME_LIMIT),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < len("10000") else 0,
    )


def wanted(asked: Filter, me: str, everyone: Sequence[Colleague], country: str = "NL") -> Wanted:
    """What to look for, in an office in `country`.

    A team's name stands for its members as well; what is mine is also my team's.
    """
    shelf: Shelf = "closed" if asked.view == "done" else "overdue" if asked.view == "overdue" else "open"
    whom = me if asked.view == "mine" else asked.whom
    if not whom:
        return Wanted(shelf, None, asked.text, calling_code(country))
    members = [one.name for one in everyone if one.team and fold(one.team) == fold(whom)]
    teams = [one.team for one in everyone if asked.view == "mine" and fold(one.name) == fold(me) and one.team]
    names = tuple(dict.fromkeys(fold(name) for name in (whom, *members, *teams)))
    return Wanted(shelf, names, asked.text, calling_code(country))
