"""First one unit, then all."""

from broker.messages import Hello
from host_agent.core.updates import Following, following


def unit(version: str, *, can_update: bool = True, went_back_from: str = "") -> Hello:
    return Hello(nonce="a" * 16, version=version, can_update=can_update, went_back_from=went_back_from)


def test_what_one_unit_runs_is_offered_to_those_that_run_something_older() -> None:
    said = {"a": unit("1.10"), "b": unit("1.9"), "c": unit("1.10"), "d": unit("0.9.1")}
    assert following(said) == Following("1.10", ("b", "d"))


def test_units_that_are_the_same_leave_nothing_to_do() -> None:
    assert following({"a": unit("1.0"), "b": unit("1.0")}) is None
    assert following({}) is None


def test_a_unit_that_nobody_can_update_neither_leads_nor_follows() -> None:
    assert following({"a": unit("2.0", can_update=False), "b": unit("1.0")}) is None
    assert following({"a": unit("2.0"), "b": unit("1.0", can_update=False)}) is None


def test_a_version_that_did_not_come_up_somewhere_is_offered_to_nobody() -> None:
    assert following({"a": unit("2.0"), "b": unit("1.0", went_back_from="2.0+deb12")}) is None
