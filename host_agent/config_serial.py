"""The cables: which serial port leads to which unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from broker.names import UnitName, unit_name
from host_agent.table import Faults, Table

_BY_LUCK = re.compile(r"/dev/tty(USB|ACM)\d+")
"""Names that the kernel gives by the order of plugging in."""


@dataclass(frozen=True)
class SerialCable:
    """A unit at the end of a serial port, which has a name that stays."""

    port: str
    unit: UnitName


def serial_cables(tables: Sequence[Table], units: Sequence[str], faults: Faults) -> tuple[SerialCable, ...]:
    """The cables of [[serial]]; each port and each unit once."""
    cables: list[SerialCable] = []
    for table in tables:
        port = table.parsed("port", _port)
        unit = table.parsed("unit", unit_name)
        table.close()
        if unit is not None and unit not in units:
            faults.unknown(f"{table.where}.unit", unit, units, "the name of a [[unit]]")
        if port is None or unit is None:
            continue
        if any(port == other.port for other in cables):
            table.fault("port", repr(port), "each port once")
        if any(unit == other.unit for other in cables):
            table.fault("unit", repr(unit), "each unit once")
        cables.append(SerialCable(port, unit))
    return tuple(cables)


def _port(text: str) -> str:
    if not text.startswith("/"):
        raise ValueError("the path of a serial port, such as /dev/serial/by-id/usb-…")
    if _BY_LUCK.fullmatch(text):
        raise ValueError("a name that stays when cables are changed: see `ls /dev/serial/by-id /dev/serial/by-path`")
    return text
