"""Takes over a changed host.toml while the host agent runs: on SIGHUP, and whole or not at all."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from broker.settings.change import reported
from host_agent.config import Config
from host_agent.config_reload import differs, taken_over
from host_agent.errors import HostFault

log = logging.getLogger(__name__)


class Reload:
    """`running` gives what is in force, `read` what the file says now; each of `tell` is told of the outcome.

    What is told is called from the event loop, and must neither block nor raise.
    """

    def __init__(
        self, running: Callable[[], Config], read: Callable[[], Config], tell: Sequence[Callable[[Config], None]]
    ) -> None:
        self._running = running
        self._read = read
        self._tell = tell
        self._wished = asyncio.Event()

    def wish(self) -> None:
        """Read the file again soon."""
        self._wished.set()

    async def run(self) -> None:
        """Wait for wishes until cancelled."""
        while True:
            await self._wished.wait()
            self._wished.clear()
            await self.reload()

    async def reload(self) -> None:
        """Take over what may be; a file with a fault changes nothing, and says so."""
        try:
            fresh = await asyncio.to_thread(self._read)
        except HostFault as fault:
            for line in str(fault).splitlines():
                log.error("reload: %s", line)  # noqa: TRY400  # the trace would say no more
            log.error("reload: nothing was taken over; mend the file and reload again")  # noqa: TRY400
            return
        running = self._running()
        for line in reported(differs(running, fresh)):
            log.info("%s", line)
        outcome = taken_over(running, fresh)
        for tell in self._tell:
            tell(outcome)
