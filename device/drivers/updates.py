"""The wish for an update, as a file for the service that may install: belbord-desk-update.path waits for it as root.

The unit's own user installs nothing. The file stands in the service's folder in /run and is taken away when the update
has ended; it goes with that folder when the package starts the unit anew.
"""

import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from device.clock import boottime
from device.core.events import UpdateEnded
from device.core.rules import UPDATING_AT_MOST_S
from device.ports import Inbox

log = logging.getLogger(__name__)

KEPT = Path("/var/lib/belbord-update/desk")
INSTALLER = Path("/usr/libexec/belbord-desk/update")
NEWEST = "newest"
LOOKS_EVERY_S = 1.0


class AptUpdates:
    """`folder`: the RuntimeDirectory of the service (systemd.exec(5)), None where there is none."""

    def __init__(
        self, inbox: Inbox, folder: Path | None, installer: Path = INSTALLER, looks_every_s: float = LOOKS_EVERY_S
    ) -> None:
        self._inbox = inbox
        self._wish = None if folder is None else folder / "update"
        self._installer = installer
        self._looks_every_s = looks_every_s

    @property
    def can_update(self) -> bool:
        """Whether this program is the service of an installed package."""
        return self._wish is not None and self._installer.exists()

    def install(self, version: str | None) -> None:
        """Leave the wish, and tell when it has gone while this program still runs."""
        threading.Thread(target=self._ask, args=(version or NEWEST,), name="update", daemon=True).start()

    def _ask(self, version: str) -> None:
        if self._wish is not None:
            try:
                making = self._wish.with_name("update.new")
                making.write_text(version)
                making.replace(self._wish)
                log.info("an update is asked for: %s", version)
                self._wait_until_gone(self._wish)
            except OSError as fault:
                log.warning("an update cannot be asked for: %s: %s", self._wish, fault.strerror)
        self._inbox.put(UpdateEnded(boottime()))

    def _wait_until_gone(self, wish: Path) -> None:
        until = boottime() + UPDATING_AT_MOST_S
        pause = threading.Event()
        while wish.exists() and boottime() < until:
            pause.wait(self._looks_every_s)


def runtime_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The folder in /run that systemd gave this service."""
    named = environment.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    return Path(named) if named else None


def went_back_from(kept: Path = KEPT) -> str:
    """The version that did not come up, when the one before was put back; else empty."""
    try:
        return (kept / "went-back").read_text().strip()
    except OSError:
        return ""
