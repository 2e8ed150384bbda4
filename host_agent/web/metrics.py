"""Figures for Prometheus (text exposition format), with prometheus_client. Collected when they are asked for."""

from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from host_agent.figures import Figures, Gauges, UnitFigures
from host_agent.people import People
from host_agent.web.api import bearer_of
from host_agent.web.desk import Desk


def routes(desk: Desk, people: People, gauges: Gauges) -> APIRouter:
    """`GET /metrics`. With accounts it wants a token with the scope metrics:read; else this machine is all there is."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if desk.config.web.has_accounts and not await bearer_of(people, request, "metrics:read"):
            asks = {"WWW-Authenticate": "Bearer"}
            return PlainTextResponse("a token with the scope metrics:read, from the page /tokens\n", 401, asks)
        return Response(exposition(await gauges.read()), media_type=CONTENT_TYPE_LATEST)

    return router


def exposition(figures: Figures) -> bytes:
    """The figures as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Given(figures))
    return generate_latest(registry)


class _Given(Collector):
    """Figures that are there already."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        """Every figure, by name."""
        now = self._figures
        known = [queue for queue in now.queues if queue.known]
        yield _by("queue_callers_waiting", "Callers who wait.", "queue", {q.name: q.waiting for q in known})
        yield _by(
            "queue_longest_wait_seconds", "How long the longest waits.", "queue",
            {q.name: q.longest_wait_s for q in known},
        )  # fmt: skip
        yield _one("pbx_up", "Whether the PBX is connected and told all.", float(now.pbx_is_up))
        yield _one("pbx_heard_seconds", "Since the PBX was last heard.", now.pbx_age_s)
        yield _count("pbx_packets", "Packets the PBX sent.", now.pbx.packets)
        yield _count("pbx_connections", "Times the PBX let us in.", now.pbx.connections)
        yield _count("pbx_rejected", "Packets of the PBX that could not be used.", now.pbx.rejected)
        yield _one("broker_up", "Whether the broker is connected.", float(now.broker_is_up))
        yield _count("broker_connections", "Times the broker let us in.", now.broker_connections)
        yield _count("boards_sent", "Boards and queue counts sent.", now.boards_sent)
        yield _count("receipts_sent", "Receipts sent for notes on the disk.", now.receipts)
        yield _counts("refused", "What was not taken in, by kind.", "kind", now.refusals)
        yield _count("notices_undelivered", "Tries to deliver a notice that failed.", now.notices_undelivered)
        yield _by("webhook_calls", "Events for webhooks in the store, by fate.", "fate", now.webhook_calls)
        yield _one("store_up", "Whether the store answers.", float(now.notes is not None))
        yield _by("notes", "Notes in the store, by state.", "state", now.notes or {})
        yield _count("store_calls", "Calls of the store.", now.store.calls)
        yield _count("store_seconds", "Seconds those calls took, commits included.", now.store.seconds)
        yield _one("store_longest_call_seconds", "The longest of them.", now.store.longest_s)
        yield from _of_units(now.units)


def _of_units(units: Mapping[str, UnitFigures]) -> Iterable[Metric]:
    for name, about in (
        ("age_s", "Since the unit last spoke."),
        ("notes_waiting", "Notes in its outbox."),
        ("temperature_c", "Degrees of its processor."),
        ("disk_free_mb", "Megabytes free on its card."),
        ("wifi_dbm", "Its Wi-Fi signal."),
        ("resets", "Starts after an end that nobody asked for."),
    ):
        unit = {"age_s": "age_seconds", "temperature_c": "temperature_celsius"}.get(name, name)
        yield _by(f"unit_{unit}", about, "unit", {key: getattr(value, name) for key, value in units.items()})


def _one(name: str, about: str, value: float | None) -> Metric:
    """One gauge; without a value when that is unknown, for unknown is not zero."""
    family = GaugeMetricFamily(f"belbord_{name}", about)
    if value is not None:
        family.add_metric([], value)
    return family


def _by(name: str, about: str, label: str, values: Mapping[str, float | None]) -> Metric:
    family = GaugeMetricFamily(f"belbord_{name}", about, labels=[label])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key], value)
    return family


def _count(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(f"belbord_{name}", about, value=value)


def _counts(name: str, about: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"belbord_{name}", about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
