"""The watched folder: which files are there, which of them stand still, and what is in them."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from host_agent.core.contacts import People
from host_agent.directory.reading import KINDS, MOST_BYTES, people_in

log = logging.getLogger(__name__)

POLL_S = 2.0
MOST_FILES = 100
_TOLD = 20
"""Refusals of one file in the log; the page has more."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file looks like from outside. `changed_ns`: nanoseconds since 1970, by the file system."""

    size: int
    changed_ns: int
    inode: int


def standing_still(
    seen: Mapping[str, Stamp], before: Mapping[str, Stamp], read: Mapping[str, Stamp], now: float
) -> list[str]:
    """The files to read: not read as they are now, and the same as one look ago or untouched for longer than that.

    A file that somebody is still writing looks different each time, and is left alone. `now`: Unix seconds.
    """
    return [
        name
        for name, stamp in sorted(seen.items())
        if read.get(name) != stamp and (before.get(name) == stamp or 0 <= stamp.changed_ns / 1e9 <= now - 2 * POLL_S)
    ]


class Folder:
    """The .csv and .vcf files in `path`, by name. `on_change` is called after each change of `people`."""

    def __init__(self, path: Path, country: str, on_change: Callable[[], None]) -> None:
        self._path = path
        self._country = country
        self._on_change = on_change
        self._before: dict[str, Stamp] = {}
        self._read: dict[str, Stamp] = {}
        self._trouble: dict[str, str] = {}
        self.people: dict[str, People] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled. A file is read in another thread: the event loop never waits."""
        while True:
            await self.look()
            await asyncio.sleep(POLL_S)

    async def look(self) -> None:
        """Look once, and take in what stands still."""
        seen = await asyncio.to_thread(self._stamps)
        for name in [name for name in self._read if name not in seen]:
            del self._read[name]
            self.people = {other: people for other, people in self.people.items() if other != name}
            log.info("directory: %s is gone, and its people with it", name)
            self._on_change()
        for name in standing_still(seen, self._before, self._read, time.time()):
            await self._take_in(name, seen[name])
        self._before = seen

    def _stamps(self) -> dict[str, Stamp]:
        try:
            with os.scandir(self._path) as entries:
                found = sorted(
                    (entry for entry in entries if entry.name.lower().endswith(KINDS) and entry.name[0] not in ".~"),
                    key=lambda entry: entry.name,
                )
                files = [entry for entry in found if entry.is_file()]
                stamps = {}
                for entry in files[:MOST_FILES]:
                    stat = entry.stat()
                    stamps[entry.name] = Stamp(stat.st_size, stat.st_mtime_ns, stat.st_ino)
        except OSError as fault:
            # People who were known stay known: a share that is away for a moment takes nobody's name.
            self._tell_once("", f"{self._path}: cannot be read ({fault.strerror}); people stay as they were")
            return dict(self._read)
        self._trouble.pop("", None)
        if len(files) > MOST_FILES:
            self._tell_once("count", f"{self._path}: more than {MOST_FILES} files; the rest are not read")
        return stamps

    async def _take_in(self, name: str, stamp: Stamp) -> None:
        if stamp.size > MOST_BYTES:
            self._read[name] = stamp
            self._tell_once(name, f"{name}: larger than {MOST_BYTES >> 20} MiB; not read")
            return
        began = time.monotonic()
        try:
            people = await asyncio.to_thread(self._people, name)
            after = (await asyncio.to_thread(self._stamps)).get(name)
        except OSError as fault:
            self._tell_once(name, f"{name}: cannot be read ({fault.strerror})")
            return
        if after != stamp:
            return
        self._trouble.pop(name, None)
        self._read[name] = stamp
        self.people = {**self.people, name: people}
        log.info(
            "directory: %s read in %.1f s: %d contacts, %d colleagues, %d lines refused",
            name, time.monotonic() - began, len(people.contacts), len(people.colleagues), people.refused,
        )  # fmt: skip
        for refusal in people.refusals[:_TOLD]:
            log.warning("directory: %s", refusal)
        if people.refused > _TOLD:
            log.warning("directory: %s: and %d lines more", name, people.refused - _TOLD)
        self._on_change()

    def _people(self, name: str) -> People:
        with (self._path / name).open("rb") as source:
            content = source.read(MOST_BYTES + 1)
        return people_in(name, content, self._country)

    def _tell_once(self, about: str, trouble: str) -> None:
        if self._trouble.get(about) != trouble:
            self._trouble[about] = trouble
            log.warning("directory: %s", trouble)
