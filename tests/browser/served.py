"""A host agent's pages served to a browser from this very process, so that a test can put anything on them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from broker.mosquitto import free_port
from host_agent.config import Config
from host_agent.web.server import Pages, listening
from tests.host_agent.host_parts import office_config
from tests.host_agent.web.visits import Visit, visiting

Answer = TypeVar("Answer")


class Served:
    """Pages at `address`. What the test does to the host is done in the host's own event loop."""

    def __init__(self, here: Visit, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self.here, self.address, self._loop = here, address, loop

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do this to the host; returns what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


@contextmanager
def served(folder: Path, change: Callable[[Config], Config] = lambda config: config) -> Iterator[Served]:
    """The pages of a small office whose files are in `folder`; `change` its configuration."""
    config = change(office_config(folder, web=free_port()))
    up: list[Served] = []
    is_up, stop = threading.Event(), asyncio.Event()

    async def serve() -> None:
        with listening(config.web) as socket:
            async with visiting(config) as here:
                pages = Pages(here.app, socket, here.desk.close)
                serving = asyncio.create_task(pages.run())
                await pages.started()
                up.append(Served(here, f"http://127.0.0.1:{config.web.port}", asyncio.get_running_loop()))
                is_up.set()
                await stop.wait()
                pages.stop()
                await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="pages")
    thread.start()
    assert is_up.wait(20)
    try:
        yield up[0]
    finally:
        up[0]._loop.call_soon_threadsafe(stop.set)
        thread.join(20)
