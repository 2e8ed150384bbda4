"""The office at a glance, pure: what stands at the head of each page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.messages import Hello, PbxLink, QueueCounts
from host_agent.config import Config
from host_agent.core.board import OfficeBoard
from host_agent.core.presence import Presence, is_here
from host_agent.core.units import queue_counts
from host_agent.web.beside import Beside


@dataclass(frozen=True)
class UnitGlance:
    """One unit. `hello` is None when it never spoke."""

    label: str
    is_here: bool
    hello: Hello | None


@dataclass(frozen=True)
class Glance:
    """The queues, the units, and what is not as it should be. `expiring`: open notes that are soon to be erased."""

    pbx: PbxLink
    has_pbx: bool
    has_broker: bool
    store_fails: bool
    queues: tuple[QueueCounts, ...]
    units: tuple[UnitGlance, ...]
    expiring: int = 0
    retention_refused: bool = False
    beside: Beside = field(default_factory=Beside)


def glance(
    config: Config,
    office: OfficeBoard,
    presences: Mapping[str, Presence],
    now: float,
    *,
    has_broker: bool,
    store_fails: bool,
    expiring: int = 0,
    retention_refused: bool = False,
    beside: Beside = Beside(),  # noqa: B008  # a value, never changed
) -> Glance:
    """`now`: the host's monotonic seconds. Units in the order of host.toml, then those it does not name."""
    labels: dict[str, str] = {unit.name: unit.label for unit in config.units}
    names = [*labels, *(name for name in sorted(presences) if name not in labels)]
    units = []
    for name in names:
        presence = presences.get(name, Presence())
        units.append(UnitGlance(labels.get(name, name), is_here(presence, now), presence.hello))
    return Glance(
        pbx=office.link,
        has_pbx=config.pbx.kind != "none",
        has_broker=has_broker,
        store_fails=store_fails,
        queues=tuple(queue_counts(office, queue, now) for queue in config.queues),
        units=tuple(units),
        expiring=expiring,
        retention_refused=retention_refused,
        beside=beside,
    )
