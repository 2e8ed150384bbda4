"""The table [provisioning] of host.toml."""

from dataclasses import dataclass
from pathlib import Path

from broker.enrolment import DEFAULT_PORT
from host_agent.table import Table


@dataclass(frozen=True)
class Provisioning:
    """How units are let in. `folder`: what `belbord-host init` made. `address`: what units reach the host by.

    `listen`: where the enrolment port opens while a unit is expected. `broker_pid_file`: whom to tell that its files
    changed, where this program may.
    """

    folder: Path
    address: str
    listen: tuple[str, int]
    broker_pid_file: Path

    @property
    def enrolment_place(self) -> str:
        """Where a unit enrols, as a person types it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return host if self.listen[1] == DEFAULT_PORT else f"{host}:{self.listen[1]}"


def provisioning_of(table: Table) -> Provisioning | None:
    """What [provisioning] says; None when this office has none."""
    made = bool(table.peek("folder"))
    found = Provisioning(
        table.path("folder"),
        table.text("address"),
        table.address("listen"),
        table.path("broker_pid_file"),
    )
    if made and not found.address:
        table.fault("address", None, "the name or IP address by which units reach this host")
    table.close()
    return found if made else None
