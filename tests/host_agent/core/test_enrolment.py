"""Who may enrol and who may renew, as values."""

from dataclasses import replace

from broker.enrolment import unit_proof
from broker.lifetimes import DAY_S
from host_agent.core.enrolment import (
    MOST_A_DAY,
    TRIES,
    Accepted,
    Closed,
    Enrolment,
    Signed,
    Wrong,
    answered_before,
    judged,
    may_renew,
)

NOW = 1_000_000_000.0
ONE = Enrolment("balie-1", b"1" * 32, NOW + 60)
OTHER = Enrolment("balie-2", b"2" * 32, NOW + 60)
LIFE_S = 730 * DAY_S


def _judge(*enrolments: Enrolment, key: bytes, on: str = "mine", now: float = NOW) -> Accepted | Closed | Wrong:
    proof = unit_proof(key, b"server", "request")
    return judged(enrolments, proof=proof, server=b"server", request="request", public_key=on, now=now)


def _signed(begins: float, key: str = "old", **differs: object) -> Signed:
    return replace(Signed(1, "balie-1", begins, begins + LIFE_S, key, "pem"), **differs)  # type: ignore[arg-type]


def test_each_code_lets_its_own_unit_in() -> None:
    assert _judge(ONE, OTHER, key=ONE.key) == Accepted(ONE)
    assert _judge(ONE, OTHER, key=OTHER.key) == Accepted(OTHER)


def test_a_wrong_code_costs_every_open_one_a_try_until_none_is_left() -> None:
    left: tuple[Enrolment, ...] = (ONE, OTHER)
    for tried in range(1, TRIES + 1):
        verdict = _judge(*left, key=b"x" * 32)
        assert isinstance(verdict, Wrong)
        left = verdict.enrolments
        assert {each.wrong_tries for each in left} == {tried}
    assert _judge(*left, key=ONE.key) == Closed()


def test_a_code_that_was_used_is_for_the_same_key_alone() -> None:
    used = replace(ONE, public_key="mine", grant="{}")
    assert _judge(used, key=ONE.key) == Accepted(used)
    assert _judge(used, key=ONE.key, on="another") == Closed()
    assert _judge(used, key=b"x" * 32) == Closed()


def test_nobody_gets_in_when_the_time_is_over_or_nobody_is_expected() -> None:
    assert _judge(ONE, key=ONE.key, now=ONE.expires_at) == Closed()
    assert _judge(key=ONE.key) == Closed()


def test_a_unit_may_renew_in_the_last_third_and_not_before() -> None:
    assert not may_renew([_signed(NOW - 486 * DAY_S)], "new", NOW)
    assert may_renew([_signed(NOW - 487 * DAY_S)], "new", NOW)
    assert not may_renew([_signed(NOW - 731 * DAY_S)], "new", NOW)
    assert not may_renew([], "new", NOW)


def test_a_revoked_unit_may_not_renew_and_is_not_answered_again() -> None:
    revoked = _signed(NOW - 600 * DAY_S, revoked_at=NOW - 1)
    assert not may_renew([revoked], "new", NOW)
    assert answered_before([revoked], "old", NOW) is None


def test_a_unit_that_missed_its_certificate_gets_the_same_one_again() -> None:
    old, new = _signed(NOW - 500 * DAY_S), _signed(NOW, "new")
    assert answered_before([old, new], "new", NOW) == new
    assert not may_renew([old, new], "new", NOW)


def test_a_unit_that_asks_again_and_again_is_held_up() -> None:
    given = [_signed(NOW - 500 * DAY_S), *(_signed(NOW - DAY_S, f"key {n}") for n in range(MOST_A_DAY))]
    assert not may_renew(given, "one more", NOW)
    assert may_renew(given[:-1], "one more", NOW)
