"""docs/sign.md says what the rules do."""

from typing import get_args

import pytest

from broker.messages import SignReason
from device.core.rules import Rules, SignRules
from tools.sign_table import PAGE, cases, page_with

RULES = Rules().sign


def test_the_page_is_what_the_rules_say() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page_with(text, RULES), "run `python -m tools.sign_table` and look at the change"


def test_the_table_has_a_row_for_every_reason_and_every_state() -> None:
    said = [case.says(RULES) for case in cases(RULES)]
    assert {state for state, _ in said} == {"lit", "dark", "unsure"}
    assert {reason for _, reason in said} == set(get_args(SignReason)) - {"minimum"}


@pytest.mark.parametrize("off", ["line_with_waiting", "waiting", "longest_wait_s"])
def test_each_rule_of_the_table_is_the_one_that_lights_its_row(off: str) -> None:
    without = SignRules(**{off: None})
    reason = {"line_with_waiting": "line"}.get(off, off.removesuffix("_s"))
    row = next(case for case in cases(RULES) if case.says(RULES) == ("lit", reason))
    assert row.says(without)[0] == "dark"


def test_the_least_times_of_the_page_are_those_of_the_rules() -> None:
    text = PAGE.read_text("utf-8")
    least = f"at least {RULES.minimum_lit_s:g} s, dark for {RULES.minimum_dark_s:g} s"
    assert least in text
    assert f"in the third state for {RULES.unsure_at_least_s:g} s" in text
    assert f"lasts {RULES.by_hand_s / 60:g} minutes" in text
