"""A damaged outbox is set aside, and what can still be read of it stands in a new one, whenever the power goes.

The new file is whole and synced under a name of its own before the old one is touched. That name tells, until the last
step is done, that the old file has to give way; a step that was not reached is taken at the next opening.
"""

import os
import time
from contextlib import closing
from pathlib import Path

from device.drivers import outbox_file as file

KEPT = 3
"""Damaged files that stay for who wants to look."""
_PARTS = ("-wal", "-shm", "")
"""The log goes with its file; beside a new file it would be taken for that one's."""


def begin(path: Path) -> int:
    """Make the new file; how many notes of the damaged one at `path` stand in it. Raises OSError and sqlite3.Error."""
    notes = file.salvage(path.absolute())
    being_made = path.with_name(f"{path.name}.renewing")
    _remove(being_made)
    with closing(file.open_outbox(being_made)) as connection:
        with file.transaction(connection):
            for note in notes:
                file.write(connection, note)
        # One file, without a log that could be parted from it.
        connection.execute("PRAGMA journal_mode = DELETE")
    being_made.replace(path.with_name(f"{path.name}.renewed-{_stamp(path)}"))
    _sync(path.parent)
    return len(notes)


def finish(path: Path) -> Path | None:
    """Set the old file aside if a new one was made for its place; where it is now. Raises OSError."""
    made = next(iter(path.parent.glob(f"{path.name}.renewed-*")), None)
    if made is None:
        return None
    aside = _aside(path, made.name.rpartition(".renewed-")[2])
    for suffix in _PARTS:
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.replace(f"{aside}{suffix}")
    made.replace(path)
    _sync(path.parent)
    for old in sorted(path.parent.glob(f"{path.name}.damaged-*[0-9]"))[:-KEPT]:
        _remove(old)
    return aside


def _stamp(path: Path) -> str:
    """A date, and a number after those of that date: a Pi's clock may say the same at each start."""
    now = time.strftime("%Y%m%dT%H%M%S")
    there = [each.name.rpartition("-")[2] for each in path.parent.glob(f"{path.name}.damaged-{now}-*[0-9]")]
    return f"{now}-{max(map(int, there), default=0) + 1:03}"


def _aside(path: Path, stamp: str) -> Path:
    return path.with_name(f"{path.name}.damaged-{stamp}")


def _remove(path: Path) -> None:
    for suffix in _PARTS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Names too are on the disk only once their folder is synced (fsync(2))."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
