"""Takes over a changed desk.toml while the unit works: on SIGHUP, and whole or not at all.

A thread of its own reads the file: a slow card must stop neither the button nor the sign.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from broker.settings.change import reported
from device.clock import boottime
from device.config import Config
from device.config_reload import differs, taken_over
from device.core.events import RulesChanged
from device.core.rules import Rules
from device.errors import UnitFault
from device.ports import Glass, Inbox

log = logging.getLogger(__name__)


class Reload:
    """`read` gives what the file says now; `fitting` suits its rules to the unit's sign."""

    def __init__(
        self,
        running: Config,
        read: Callable[[], Config],
        fitting: Callable[[Rules], Rules],
        inbox: Inbox,
        glasses: Sequence[Glass],
    ) -> None:
        self._running = running
        self._read = read
        self._fitting = fitting
        self._inbox = inbox
        self._glasses = glasses
        self._wishes: SimpleQueue[None] = SimpleQueue()

    def start(self) -> None:
        """Begin to wait for wishes."""
        threading.Thread(target=self._run, name="reload", daemon=True).start()

    def wish(self) -> None:
        """Read the file again soon. Fit for a signal handler: a SimpleQueue may be put to from anywhere."""
        self._wishes.put(None)

    def _run(self) -> None:
        while True:
            self._wishes.get()
            self.reload()

    def reload(self) -> None:
        """Take over what may be; a file with a fault changes nothing, and says so."""
        try:
            fresh = self._read()
        except UnitFault as fault:
            for line in str(fault).splitlines():
                log.error("reload: %s", line)  # noqa: TRY400  # the trace would say no more
            log.error("reload: nothing was taken over; mend the file and reload again")  # noqa: TRY400
            return
        for line in reported(differs(self._running, fresh)):
            log.info("%s", line)
        before, self._running = self._running, taken_over(self._running, fresh)
        for glass in self._glasses:
            if self._running.language != before.language:
                glass.speak(self._running.language)
            glass.dim(self._running.brightness)
        self._inbox.put(RulesChanged(boottime(), self._fitting(self._running.rules)))
