"""The published contract is the types': it cannot drift, and it holds together."""

from typing import Any

import pytest
import yaml

from broker import asyncapi
from broker.topics import TABLE


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    """The contract as it is published, read back."""
    published = yaml.safe_load(asyncapi.PATH.read_text(encoding="utf-8"))
    assert isinstance(published, dict)
    return published


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for inner in value.values() for ref in _references(inner)]
    return [ref for inner in value for ref in _references(inner)] if isinstance(value, list) else []


def test_the_published_contract_is_what_the_types_say() -> None:
    assert asyncapi.PATH.read_text(encoding="utf-8") == asyncapi.text(), "run `python -m broker.asyncapi`"


def test_every_reference_leads_somewhere(contract: dict[str, Any]) -> None:
    references = _references(contract)
    assert len(references) > 20
    for reference in references:
        place: Any = contract
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_topic_has_its_channel_and_one_operation(contract: dict[str, Any]) -> None:
    assert set(contract["channels"]) == {row.key for row in TABLE}
    assert sorted(op["channel"]["$ref"] for op in contract["operations"].values()) == sorted(
        f"#/channels/{row.key}" for row in TABLE
    )


def test_the_operations_carry_quality_of_service_retain_and_expiry(contract: dict[str, Any]) -> None:
    assert contract["operations"]["sendQueue"]["bindings"]["mqtt"] == {
        "qos": 0,
        "retain": True,
        "bindingVersion": "0.2.0",
        "messageExpiryInterval": 60,
    }
    assert contract["operations"]["receiveNote"]["bindings"]["mqtt"]["qos"] == 1


def test_the_patterns_are_written_as_json_schema_reads_them(contract: dict[str, Any]) -> None:
    assert contract["components"]["schemas"]["Receipt"]["properties"]["id"]["pattern"] == "^[0-9a-f]{32}$"
