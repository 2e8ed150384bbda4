"""Real parts that many tests need. A missing part fails the test, it never skips it."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from broker.mosquitto import RunningBroker, running

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNITS = ("balie-1", "balie-2")

# How long an example takes says something of the machine, not of the code.
settings.register_profile("belbord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("belbord")


@pytest.fixture(scope="session")
def mosquitto() -> Iterator[RunningBroker]:
    """A real Mosquitto with the product's own ACL: users host, balie-1 and balie-2."""
    with running(["host", *UNITS]) as broker:
        yield broker


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's own Chromium, for one module: Playwright keeps a loop running in this thread as long as it lives."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
