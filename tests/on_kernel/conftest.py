import secrets
import time
from collections.abc import Iterator

import pytest

from device.profile import DEFAULT_BOARD, load_profile
from tests.on_kernel import machine
from tests.on_kernel.parcel import packed
from tests.on_kernel.set_up import set_up
from tests.on_kernel.virtual_pi import READY, VirtualPi


@pytest.fixture(scope="session")
def unit_at_work() -> Iterator[VirtualPi]:
    """The desk unit as its service on the virtual Pi, and that state saved under READY."""
    machine.build()
    disk = machine.boot()
    with machine.running(disk, parcel=packed(), state=machine.BOOTED) as running:
        pi = VirtualPi(running, load_profile(DEFAULT_BOARD))
        password = secrets.token_hex(16)
        pi.unpack(password, time.time())
        set_up(pi, password)
        pi.save(READY)
        yield pi


@pytest.fixture
def pi(unit_at_work: VirtualPi) -> VirtualPi:
    """The unit as it was when it had come up: no test sees what another did."""
    unit_at_work.restore(READY)
    return unit_at_work
