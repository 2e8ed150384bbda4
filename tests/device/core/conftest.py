import pytest

from tests.device.core.made_up_time import Desk


@pytest.fixture
def desk() -> Desk:
    """A unit that was started at 100 s, with a good disk and the link up."""
    return Desk().start()


@pytest.fixture
def make_desk() -> type[Desk]:
    return Desk
