"""The cables: which serial port leads to which unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from broker.names import UnitName
from host_agent.table import Table


@dataclass(frozen=True)
class SerialCable:
    """A unit at the end of a serial port, which has a name that stays."""

    port: str
    unit: UnitName


def serial_cables(tables: Sequence[Table], units: Sequence[str]) -> tuple[SerialCable, ...]:
    """The cables of [[serial]]; each port and each unit once."""
    cables: list[SerialCable] = []
    for table in tables:
        port: str | None = table.value("port")
        unit: UnitName | None = table.value("unit")
        table.close()
        if unit is not None and unit not in units:
            table.unknown("unit", unit, units, "the name of a [[unit]]")
        if port is None or unit is None:
            continue
        if any(port == other.port for other in cables):
            table.fault("port", port, "each port once")
        if any(unit == other.unit for other in cables):
            table.fault("unit", unit, "each unit once")
        cables.append(SerialCable(port, unit))
    return tuple(cables)
