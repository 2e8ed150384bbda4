"""Real parts that many tests need. A missing part fails the test, it never skips it."""

from collections.abc import Iterator

import pytest

from broker.mosquitto import RunningBroker, running

UNITS = ("balie-1", "balie-2")


@pytest.fixture(scope="session")
def mosquitto() -> Iterator[RunningBroker]:
    """A real Mosquitto with the product's own ACL: users host, balie-1 and balie-2."""
    with running(["host", *UNITS]) as broker:
        yield broker
