"""The planted bugs still fit the code, so that `make mutants` cannot pass by planting nothing."""

import ast

import pytest

from tests.simulation.planted import Bug
from tests.simulation.planted_bugs import BUGS


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_has_its_place_in_the_code_exactly_once(bug: Bug) -> None:
    assert ast.dump(ast.parse(bug.source())) != ast.dump(ast.parse(bug.source().replace(bug.wrong, bug.right, 1)))


def test_there_are_enough_of_them_each_with_a_name_of_its_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 25
