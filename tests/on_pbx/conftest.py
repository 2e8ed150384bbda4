from collections.abc import Iterator

import pytest

from tests.on_pbx.office import Office, running_office


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with running_office() as running:
        yield running
