"""A damaged outbox gives way to a new one: whenever the power goes meanwhile, no note that can be read is lost."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Never

import pytest

from device.core.events import OutboxLoaded, StorageFault, StorageWell
from device.drivers import outbox_file, outbox_renewal
from device.drivers.outbox import SqliteOutbox
from tests.device.drivers.test_outbox import nth

MANY = 5
_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.device.drivers.test_outbox import nth
from device.drivers import outbox_file as file
connection = file.open_outbox(Path(sys.argv[1]))
for n in range(int(sys.argv[2])):
    with file.transaction(connection):
        file.write(connection, nth(n))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """An outbox of a killed unit: the notes stand in its log, whose header is gone."""
    path = tmp_path / "outbox.sqlite3"
    subprocess.run([sys.executable, "-c", _KILLED, str(path), str(MANY)], check=False, timeout=30)
    log = path.with_name(path.name + "-wal")
    log.write_bytes(bytes([log.read_bytes()[0] ^ 0x15]) + log.read_bytes()[1:])
    return path


def _loaded(path: Path, heard: Any) -> set[str]:
    with SqliteOutbox(path, heard.inbox):
        return {note.id for note in heard.a(OutboxLoaded).notes}


ALL = {nth(n).id for n in range(MANY)}


@pytest.mark.parametrize("reached", range(6))
def test_a_cut_at_any_renaming_loses_no_note(
    damaged: Path, heard: Any, monkeypatch: pytest.MonkeyPatch, reached: int
) -> None:
    whole, left = Path.replace, reached

    def replace(path: Path, target: Path) -> Path:
        nonlocal left
        if left == 0:
            raise OSError(5, "the power is gone")
        left -= 1
        return whole(path, target)

    with monkeypatch.context() as cut:
        cut.setattr(Path, "replace", replace)
        with SqliteOutbox(damaged, heard.inbox, reopen_after_s=60.0):
            heard.until(lambda event: isinstance(event, StorageFault | OutboxLoaded))
    assert _loaded(damaged, heard) == ALL
    aside = [each for each in damaged.parent.glob("*.damaged-*") if not each.name.endswith(("-wal", "-shm"))]
    assert len(aside) == 1, "one file, with its log, under one name"
    assert Path(f"{aside[0]}-wal").exists()
    assert not list(damaged.parent.glob("*.renew*"))


def test_a_disk_that_is_full_when_the_new_file_is_made_loses_no_note(
    damaged: Path, heard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_connection: sqlite3.Connection, _note: object) -> Never:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(outbox_file, "write", full)
        with SqliteOutbox(damaged, heard.inbox, reopen_after_s=0.05):
            assert heard.a(StorageFault).lasting is True
            meanwhile.undo()
            heard.a(StorageWell)
            assert {note.id for note in heard.a(OutboxLoaded).notes} == ALL


def test_files_damaged_in_the_same_second_are_kept_beside_each_other(tmp_path: Path, heard: Any) -> None:
    path = tmp_path / "outbox.sqlite3"
    with pytest.MonkeyPatch.context() as clock:
        clock.setattr(outbox_renewal.time, "strftime", lambda _form: "20260101T000000")
        for content in (b"first", b"second", b"third", b"fourth", b"fifth"):
            path.write_bytes(content * 3000)
            _loaded(path, heard)
    kept = sorted(each.read_bytes()[:5] for each in path.parent.glob("*.damaged-*[0-9]"))
    assert kept == [b"fifth", b"fourt", b"third"], "the newest stay"


def test_the_new_file_is_for_the_unit_alone(damaged: Path, heard: Any) -> None:
    _loaded(damaged, heard)
    assert damaged.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(damaged)) as connection:
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (MANY,)
