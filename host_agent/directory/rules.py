"""What host.toml says of the directory."""

from dataclasses import dataclass
from pathlib import Path

from host_agent.core.naming import Prefer
from host_agent.core.phone_plan import is_country
from host_agent.table import Table


@dataclass(frozen=True)
class DirectoryRules:
    """Who people are. `folder`: where their lists are, None for none; `outside_line`: what is dialled before a number.

    `country`: ISO 3166-1, what a number without a country's code belongs to. `prefer`: whose name of two is shown.
    """

    country: str = "NL"
    folder: Path | None = None
    prefer: Prefer = "pbx"
    outside_line: str = ""


def directory_rules(table: Table) -> DirectoryRules:
    """The table [directory]; its faults are added to the others."""
    country = table.text("country", default="NL")
    if not is_country(country):
        table.fault("country", repr(country), "two capitals of a country, such as NL, BE or DE")
        country = "NL"
    folder = table.path("folder", default=Path()) if table.text("folder", default="", limit=4096) else None
    if folder is not None and not folder.is_dir():
        table.fault("folder", repr(str(folder)), "a folder that is there")
    prefix = table.text("outside_line", default="", limit=4)
    if prefix and not (prefix.isascii() and prefix.isdigit()):
        table.fault("outside_line", repr(prefix), "the digits dialled before a number, such as `0`, or nothing")
    prefer = table.choice("prefer", ("pbx", "directory"), default="pbx")
    table.close()
    return DirectoryRules(country, folder, prefer, prefix)  # type: ignore[arg-type]  # choice() keeps to its list
