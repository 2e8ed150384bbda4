"""The host in figures, gathered when somebody asks: nothing is counted on the way that was not counted anyway."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from broker.messages import QueueCounts
from host_agent.config import Config
from host_agent.core.units import queue_counts
from host_agent.errors import StoreFault
from host_agent.link import Link
from host_agent.live import LiveOffice
from host_agent.pbx.port import PbxAdapter, PbxTally
from host_agent.store.thread import StoreThread, Work


@dataclass(frozen=True)
class UnitFigures:
    """One unit. `age_s`: since it last spoke itself, None when it never did; the others None where it cannot tell."""

    age_s: float | None
    notes_waiting: int | None
    temperature_c: float | None = None
    disk_free_mb: int | None = None
    wifi_dbm: int | None = None
    resets: int | None = None


@dataclass(frozen=True)
class Figures:
    """All figures of this moment. No caller stands in any. `notes` None: the store does not answer."""

    queues: tuple[QueueCounts, ...]
    pbx_is_up: bool
    pbx_age_s: float | None
    pbx: PbxTally
    broker_is_up: bool
    broker_connections: int
    boards_sent: int
    receipts: int
    refusals: Mapping[str, int]
    notices_undelivered: int
    notes: Mapping[str, int] | None
    store: Work
    units: Mapping[str, UnitFigures] = field(default_factory=dict)
    webhook_calls: Mapping[str, int] = field(default_factory=dict)


class Gauges:
    """Reads the living parts."""

    def __init__(
        self,
        config: Config,
        live: LiveOffice,
        link: Link,
        pbx: PbxAdapter,
        undelivered: Callable[[], int],
        thread: StoreThread,
        count_notes: Callable[[], Mapping[str, int]],
    ) -> None:
        self.queues = config.queues
        self._live = live
        self._link = link
        self._pbx = pbx
        self._undelivered = undelivered
        self._thread = thread
        self._count_notes = count_notes
        self.count_webhooks: Callable[[], Awaitable[Mapping[str, int]]] | None = None

    async def read(self) -> Figures:
        """The figures now."""
        try:
            notes = await self._thread.run(self._count_notes)
            calls = {} if self.count_webhooks is None else await self.count_webhooks()
        except StoreFault:
            notes, calls = None, {}
        live, link = self._live, self._link
        now, office = live.clock(), live.office
        return Figures(
            queues=tuple(queue_counts(office, queue, now) for queue in self.queues),
            pbx_is_up=office.link == "up",
            pbx_age_s=None if office.heard_at is None else max(0.0, now - office.heard_at),
            pbx=self._pbx.tally(),
            broker_is_up=link.bus.is_up,
            broker_connections=link.bus.connections,
            boards_sent=link.boards.sent,
            receipts=link.receipts,
            refusals={str(kind): count for kind, count in link.refusals.items()},
            notices_undelivered=self._undelivered(),
            notes=notes,
            store=self._thread.work,
            units={name: self._unit(name, now) for name in live.presences},
            webhook_calls=calls,
        )

    def _unit(self, name: str, now: float) -> UnitFigures:
        presence = self._live.presences[name]
        if presence.said is None or presence.said_at is None:
            return UnitFigures(None, None)
        health = presence.said.health
        return UnitFigures(
            max(0.0, now - presence.said_at),
            presence.said.notes_waiting,
            health.temperature_c,
            health.disk_free_mb,
            health.wifi_dbm,
            health.resets,
        )
