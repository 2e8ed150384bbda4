"""What host.toml says of the directory."""

from dataclasses import dataclass
from pathlib import Path

from host_agent.core.naming import Prefer
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
    folder = table.path("folder") if table.text("folder") else None
    if folder is not None and not folder.is_dir():
        table.fault("folder", str(folder), "a folder that is there")
    rules = DirectoryRules(table.text("country"), folder, table.value("prefer"), table.text("outside_line"))
    table.close()
    return rules
