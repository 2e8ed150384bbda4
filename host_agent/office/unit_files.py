"""The units that were added to an office: a file `units/NAME.toml` for each, which people may change."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broker.names import QueueName, queue_name, unit_name
from broker.settings_text import written
from host_agent.config_keys import BY_NAME
from host_agent.core.units import QueueSetting
from host_agent.table import Faults, Table


@dataclass(frozen=True)
class UnitFile:
    """What `unit add` was told of a unit."""

    name: str
    label: str
    line: str | None
    queues: tuple[str, ...]

    def text(self) -> str:
        """The file's text."""
        lines = ["# Written by `belbord-host unit add`. Change it freely; the running host reads it again."]
        lines.append(f"label = {written(self.label)}")
        if self.line is not None:
            lines.append(f"extension = {written(self.line)}")
        return "\n".join([*lines, f"queues = {written(list(self.queues))}"]) + "\n"


def unit_tables(folder: Path, faults: Faults) -> list[Table]:
    """The tables of `units/*.toml`, as the [[unit]] of host.toml that each stands for."""
    tables = []
    for path in sorted((folder / "units").glob("*.toml")):
        text = ""
        try:
            text = path.read_text(encoding="utf-8")
            values = {"name": unit_name(path.stem), **tomllib.loads(text)}
        except FileNotFoundError:
            continue
        except OSError as fault:
            faults.of_file(str(path)).add((), f"cannot be read: {fault.strerror}")
        except (ValueError, RecursionError) as fault:
            faults.of_file(str(path)).add((), str(fault))
        else:
            tables.append(Table(values, (), faults.of_file(str(path), text), folder, BY_NAME["unit"]))
    return tables


def queues_of(tables: Sequence[Table], known: Sequence[QueueSetting]) -> tuple[QueueSetting, ...]:
    """The queues that only these tables name; people then call them what the PBX calls them."""
    labels: dict[str, QueueSetting] = {}
    for table in tables:
        for name in _texts(table.peek("queues")):
            try:
                labels[name] = QueueSetting(QueueName(queue_name(name)), name)
            except ValueError:
                continue  # told as a fault where the unit is read
    return tuple(each for name, each in labels.items() if name not in {queue.name for queue in known})


def _texts(found: Any) -> list[str]:
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
