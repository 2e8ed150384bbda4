"""When a certificate is renewed."""

from broker.lifetimes import DAY_S, renewal_due


def test_a_certificate_is_renewed_when_a_third_of_its_life_is_left() -> None:
    assert not renewal_due(0, 90 * DAY_S, 60 * DAY_S - 1)
    assert renewal_due(0, 90 * DAY_S, 60 * DAY_S)
    assert renewal_due(0, 90 * DAY_S, 91 * DAY_S)
