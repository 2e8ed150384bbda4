from collections.abc import Iterator
from pathlib import Path

import pytest

from broker import __version__
from tests.on_packages.machine import Machine, machine, package


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def suite(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bare(suite: str, tmp_path: Path) -> Iterator[Machine]:
    """A machine with nothing of Belbord on it."""
    with machine(suite, tmp_path) as made:
        yield made


@pytest.fixture
def installed(bare: Machine, suite: str) -> Machine:
    """A machine with both packages, not configured."""
    for part in ("desk", "host"):
        bare.inside("dpkg", "-i", bare.put(package(part, suite, version=__version__)))
    return bare
