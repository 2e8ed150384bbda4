"""What is written from the lists of keys agrees with them, and so do the programs."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, meta

from broker.settings.commands import Listing
from broker.settings.explained import explained
from broker.settings.keys import REQUIRED
from device.app import main as desk_main
from device.config_listing import LISTING as DESK
from host_agent.app import main as host_main
from host_agent.config_listing import LISTING as HOST
from tools.config_sheets import files

ROOT = Path(__file__).parents[3]
BOTH = pytest.mark.parametrize("listing", [DESK, HOST], ids=["desk", "host"])


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_file_that_is_written_from_the_lists_is_as_they_say(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == files()[path], "run `python -m tools.config_sheets`"


@BOTH
def test_every_key_is_explained_in_sentences_and_stands_in_the_documents(listing: Listing) -> None:
    page = (ROOT / "docs/configuration.md").read_text()
    for section in listing.sections:
        for key in section.keys:
            assert key.says.endswith((".", ")")), section.path(key)
            said = explained(section.path(key), listing.sections)
            assert key.kind.meant in said
            assert f"| `{key.name}` |" in page
            assert key.says.replace("|", "\\|") in page


@BOTH
def test_the_schema_is_one_of_draft_2020_12_and_knows_every_key(listing: Listing) -> None:
    schema = json.loads(listing.schema())
    assert meta.is_valid(schema)
    for section in listing.sections:
        inner = schema
        for name in section.name.split(".") if section.name else ():
            inner = inner["properties"][name]
            inner = inner.get("items", inner)
        assert {key.name for key in section.keys} <= set(inner["properties"])
        assert inner["additionalProperties"] is False


@BOTH
def test_an_editor_takes_the_example(listing: Listing) -> None:
    validator = Draft202012Validator(json.loads(listing.schema()))
    assert not list(validator.iter_errors(tomllib.loads(listing.example())))


@pytest.mark.parametrize(
    "text",
    [
        "", 'unit = "Balie 1"', 'unit = "a"\nlanguage = "fy"', 'unit = "a"\n[sign]\nwaiting = 0', 'unit = "a"\nx = 1',
        'unit = "a"\n[sin]',
    ],
)  # fmt: skip
def test_an_editor_refuses_what_check_refuses(text: str) -> None:
    assert list(Draft202012Validator(json.loads(DESK.schema())).iter_errors(tomllib.loads(text)))


@BOTH
def test_a_default_is_one_that_its_key_may_have(listing: Listing) -> None:
    for section in listing.sections:
        for key in section.keys:
            for value in (key.default, key.shown):
                if value is not None and value is not REQUIRED:
                    key.kind.accept(list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize("main", [desk_main, host_main], ids=["desk", "host"])
def test_the_commands_explain_and_propose(main: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "explain", "mqtt.host"]) == 0
    assert "under [mqtt]" in capsys.readouterr().out
    assert main(["config", "explain"]) == 0
    assert "mqtt.root" in capsys.readouterr().out
    assert main(["config", "explain", "[mqtt]"]) == 0
    assert capsys.readouterr().out.startswith("[mqtt]\n")
    assert main(["config", "explain", "mqtt.hots"]) == 2
    assert "Did you mean 'mqtt.host'?" in capsys.readouterr().err
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].endswith("2020-12/schema")
    assert main(["config", "example"]) == 0
    assert tomllib.loads(capsys.readouterr().out)
