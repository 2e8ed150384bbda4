"""The list of faults names only tests and troubles that exist, and says openly what none of them shows."""

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.scenario import Scenario

HERE = Path(__file__).parent
FAULTS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "faults.toml").read_text())
KINDS = {"A": 12, "B": 16, "C": 16, "D": 16, "E": 16, "F": 10, "G": 14, "H": 16, "J": 10, "K": 10}


@cache
def _tests_in(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_fault_of_every_kind_is_in_the_list_in_its_order() -> None:
    assert list(FAULTS) == [f"{kind}{number}" for kind, many in KINDS.items() for number in range(1, many + 1)]


@pytest.mark.parametrize("fault", FAULTS)
def test_what_proves_a_fault_exists_and_what_nothing_proves_is_said(fault: str) -> None:
    row = FAULTS[fault]
    assert set(row) <= {"what", "troubles", "tests", "gap"}
    assert row["what"]
    assert row.keys() & {"troubles", "tests", "gap"}, "neither proof nor reason"
    assert set(row.get("troubles", ())) <= {trouble.name for trouble in Scenario(0, 1).faults._kinds()}
    for named in row.get("tests", ()):
        file, test = named.split("::")
        path = (HERE / file).with_name(f"test_{Path(file).name}.py")
        assert path.exists(), f"{named}: there is no {path.relative_to(HERE)}"
        assert f"test_{test}" in _tests_in(path), f"{named}: {path.name} has no such test"
