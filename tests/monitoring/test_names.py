"""The dashboard and the alert rules ask only for figures that the host gives, by labels that those have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from broker.messages import QueueCounts
from host_agent.figures import Figures, UnitFigures
from host_agent.pbx.port import PbxTally
from host_agent.store.thread import Work
from host_agent.web.metrics import exposition

MONITORING = Path(__file__).parents[2] / "monitoring"
ASKED = re.compile(r"(?<![\w:])(belbord_\w+)(?:\{([^}]*)\})?")
FROM_PROMETHEUS = {"job", "instance"}


def offered() -> dict[str, set[str]]:
    """Every figure of a host that knows everything, with the labels it has."""
    everything = Figures(
        queues=(QueueCounts(name="receptie", label="Receptie", known=True, waiting=2, longest_wait_s=31.0),),
        pbx_is_up=True, pbx_age_s=1.0, pbx=PbxTally(), broker_is_up=True, broker_connections=1, boards_sent=1,
        receipts=1, refusals={"flood": 1}, notices_undelivered=1, notes={"open": 1}, store=Work(1, 0.1, 0.1),
        units={"balie-1": UnitFigures(1.0, 0, 41.0, 9000, -50, 1)},
        webhook_calls={"delivered": 1, "waiting": 0, "failed": 0},
    )  # fmt: skip
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(exposition(everything).decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def dashboard() -> Any:
    return json.loads((MONITORING / "grafana-dashboard.json").read_text())


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load((MONITORING / "prometheus-rules.yml").read_text())["groups"]
            for rule in group["rules"]]  # fmt: skip


def questions() -> list[str]:
    """Every expression in either file."""
    on_board = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    chosen = [each["definition"] for each in dashboard()["templating"]["list"] if "definition" in each]
    return [*on_board, *chosen, *(rule["expr"] for rule in rules())]


@pytest.mark.parametrize("question", questions())
def test_every_figure_that_is_asked_for_is_given_with_its_labels(question: str) -> None:
    known = offered()
    for name, chosen in ASKED.findall(question):
        assert name in known, f"{name} is not on /metrics"
        labels = set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', chosen))
        assert labels <= known[name] | FROM_PROMETHEUS, f"{name} has no label {labels - known[name]}"


def test_the_dashboard_shows_every_figure() -> None:
    shown = {name for question in questions() for name, _ in ASKED.findall(question)}
    missing = {name for name in offered() if not name.endswith("_created")} - shown
    assert not missing


@pytest.mark.parametrize("panel", dashboard()["panels"], ids=lambda panel: panel["title"])
def test_each_legend_names_a_label_that_its_figure_has(panel: dict[str, Any]) -> None:
    known = offered()
    for target in panel["targets"]:
        for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
            assert label in known[ASKED.findall(target["expr"])[0][0]]


def test_no_panel_lies_on_another() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24, "Grafana's grid is 24 wide"


def test_each_alarm_says_how_bad_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"].keys() == {"summary", "remedy"}
        for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
            name = ASKED.findall(rule["expr"])
            assert label in FROM_PROMETHEUS | (offered()[name[0][0]] if name else set())
