import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.on_power.card import installed
from tests.on_power.volatile_disk import VolatileDisk


@pytest.fixture(scope="session")
def card() -> Iterator[Path]:
    """A card with the unit installed on it."""
    with installed() as image:
        yield image


@pytest.fixture
def disk(card: Path) -> Iterator[VolatileDisk]:
    """That card as it came from installing, in a reader that forgets what was not flushed."""
    with (
        tempfile.TemporaryDirectory(prefix="belbord-disk-") as folder,
        VolatileDisk(card, Path(folder) / "disk", random.Random(1)) as forgetful,
    ):
        yield forgetful
