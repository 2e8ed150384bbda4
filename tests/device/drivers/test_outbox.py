import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.messages import Caller
from device.core.events import CommitFailed, Committed, OutboxLoaded, StorageFault, StorageWell
from device.core.notes import KeptNote
from device.drivers.outbox import SqliteOutbox

CANARY = "Zoë Canaria-Żółć"
NOTE = KeptNote(
    "a" * 32, 1, "b" * 16, 12.5, 1_700_000_000.25, "colleague", Caller(number="0612345678", name=CANARY), "receptie",
    "100", "Piet",
)  # fmt: skip


def nth(n: int) -> KeptNote:
    return replace(NOTE, id=f"{n:032x}")


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT id, rev, withdrawn FROM note ORDER BY rowid").fetchall()


def until(fits: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not fits():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.02)


def loaded(path: Path, heard: Any) -> tuple[KeptNote, ...]:
    with SqliteOutbox(path, heard.inbox):
        notes = heard.a(OutboxLoaded).notes
    assert isinstance(notes, tuple)
    return notes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "outbox.sqlite3"


def test_a_kept_note_comes_back_whole_after_a_restart(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(NOTE)
        assert heard.a(Committed).id == NOTE.id
    assert loaded(path, heard) == (NOTE,)


@pytest.mark.parametrize("caller", [None, Caller(withheld=True), Caller(number="112")])
def test_every_kind_of_caller_comes_back(path: Path, heard: Any, caller: Caller | None) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(replace(NOTE, caller=caller))
        heard.a(Committed)
    assert loaded(path, heard)[0].caller == caller


def test_a_withdrawal_replaces_the_note_and_an_older_revision_never_does(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(NOTE)
        outbox.keep(replace(NOTE, rev=2, withdrawn=True))
        outbox.keep(NOTE)
        for _ in range(3):
            heard.a(Committed)
    assert rows(path) == [(NOTE.id, 2, 1)]


def test_forgetting_an_older_revision_leaves_the_newer(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(replace(NOTE, rev=2))
        outbox.forget(NOTE.id, 1)
        outbox.keep(nth(7))
        heard.until(lambda event: isinstance(event, Committed) and event.id == nth(7).id)
        assert (NOTE.id, 2, 0) in rows(path)
        outbox.forget(NOTE.id, 2)
        outbox.forget(nth(7).id, 1)
    assert rows(path) == []


def test_only_the_unit_may_read_the_file(path: Path, heard: Any) -> None:
    loaded(path, heard)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_what_is_forgotten_is_in_no_byte_of_any_file(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        for n in range(30):
            outbox.keep(nth(n))
        for _ in range(30):
            heard.a(Committed)
        for n in range(30):
            outbox.forget(nth(n).id, 1)
        outbox.keep(replace(nth(99), caller=None))
        heard.until(lambda event: isinstance(event, Committed) and event.id == nth(99).id)
        outbox.forget(nth(99).id, 1)
    found = [file.name for file in path.parent.iterdir() if CANARY.encode() in file.read_bytes()]
    assert found == []


def test_a_running_unit_too_leaves_no_byte_of_what_is_forgotten(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox, tidy_after_s=0.05) as outbox:
        outbox.keep(NOTE)
        heard.a(Committed)
        outbox.forget(NOTE.id, 1)
        until(lambda: not [file for file in path.parent.iterdir() if CANARY.encode() in file.read_bytes()])


def test_a_damaged_file_is_set_aside_reported_and_a_new_one_made(path: Path, heard: Any) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"no database at all, however long one looks" * 300)
    with SqliteOutbox(path, heard.inbox) as outbox:
        assert heard.a(StorageFault).lasting is False
        assert heard.a(OutboxLoaded).notes == ()
        outbox.keep(NOTE)
        heard.a(Committed)
    assert rows(path) == [(NOTE.id, 1, 0)]
    assert len(list(path.parent.glob("outbox.sqlite3.damaged-*"))) == 1


def test_of_a_damaged_file_only_what_cannot_be_read_is_lost(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        for n in range(200):
            outbox.keep(nth(n))
        for _ in range(200):
            heard.a(Committed)
    content = bytearray(path.read_bytes())
    page = 4096
    victim = (len(content) // page // 2) * page
    content[victim : victim + page] = os.urandom(page)
    path.write_bytes(content)
    saved = loaded(path, heard)
    assert len(list(path.parent.glob("*.damaged-*[0-9]"))) == 1
    assert 150 < len(saved) < 200
    assert {note.id for note in saved} <= {nth(n).id for n in range(200)}
    assert loaded(path, heard) == saved


def test_a_file_of_a_newer_program_is_set_aside_and_not_overwritten(path: Path, heard: Any) -> None:
    loaded(path, heard)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    loaded(path, heard)
    (aside,) = path.parent.glob("*.damaged-*[0-9]")
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (9,)


def test_a_row_that_is_no_note_is_left_alone_and_the_rest_goes_on(path: Path, heard: Any) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(NOTE)
        outbox.keep(nth(1))
        heard.a(Committed)
        heard.a(Committed)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE note SET kind = 'nonsense' WHERE id = ?", (NOTE.id,))
    assert loaded(path, heard) == (nth(1),)


def test_storage_that_cannot_be_opened_refuses_each_note_within_a_second(tmp_path: Path, heard: Any) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("where a folder should be")
    with SqliteOutbox(blocked / "outbox.sqlite3", heard.inbox) as outbox:
        assert heard.a(StorageFault).lasting
        outbox.keep(NOTE)
        assert heard.a(CommitFailed, within_s=1.0).id == NOTE.id
        blocked.unlink()
        outbox.keep(nth(2))
        assert heard.a(StorageWell)
        assert heard.a(Committed).id == nth(2).id


def test_what_an_earlier_run_kept_is_sent_once_its_file_can_be_opened_though_nobody_presses(
    path: Path, heard: Any
) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(NOTE)
        heard.a(Committed)
    folder = path.parent.rename(path.parent.with_name("away"))
    path.parent.write_text("where a folder should be")
    with SqliteOutbox(path, heard.inbox, reopen_after_s=0.05):
        assert heard.a(StorageFault).lasting
        path.parent.unlink()
        folder.rename(path.parent)
        assert heard.a(StorageWell)
        assert heard.a(OutboxLoaded).notes == (NOTE,)


def test_a_file_somebody_holds_locked_refuses_within_a_second_and_what_was_refused_is_not_there(
    path: Path, heard: Any
) -> None:
    with SqliteOutbox(path, heard.inbox) as outbox:
        outbox.keep(NOTE)
        heard.a(Committed)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            outbox.keep(nth(1))
            assert heard.a(CommitFailed, within_s=1.0).id == nth(1).id
            other.execute("ROLLBACK")
        outbox.keep(nth(2))
        heard.a(Committed)
    assert [row[0] for row in rows(path)] == [NOTE.id, nth(2).id]


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from queue import SimpleQueue
from dataclasses import replace
from device.core.events import CommitFailed, Committed
from device.drivers.outbox import SqliteOutbox
from tests.device.drivers.test_outbox import nth
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
inbox = SimpleQueue()
with SqliteOutbox(Path(sys.argv[1]), inbox) as outbox:
    inbox.get(timeout=10)
    resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, resource.RLIM_INFINITY))
    for n in range(2000):
        outbox.keep(nth(n))
        while not isinstance(event := inbox.get(timeout=10), (Committed, CommitFailed)):
            pass
        print(type(event).__name__, event.id, flush=True)
        if isinstance(event, CommitFailed):
            break
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    outbox.keep(nth(5000))
    while not isinstance(event := inbox.get(timeout=10), (Committed, CommitFailed)):
        pass
    print(type(event).__name__, event.id, flush=True)
"""


def test_a_full_disk_refuses_loses_nothing_and_is_used_again_when_there_is_room(path: Path, heard: Any) -> None:
    """The limit on file size stands in for the full disk: the same failed write(2), without a mount."""
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path)], cwd=Path(__file__).parents[3], capture_output=True, text=True,
        timeout=50, check=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    words = [line.split() for line in done.stdout.splitlines()]
    kept = [note_id for outcome, note_id in words if outcome == "Committed"]
    refused = [note_id for outcome, note_id in words if outcome == "CommitFailed"]
    assert len(refused) == 1
    assert kept[-1] == nth(5000).id
    assert [note.id for note in loaded(path, heard)] == kept


_COMMITTING = """
import sys
from pathlib import Path
from queue import SimpleQueue
from device.core.events import Committed
from device.drivers.outbox import SqliteOutbox
from tests.device.drivers.test_outbox import nth
inbox = SimpleQueue()
start = int(sys.argv[2])
with SqliteOutbox(Path(sys.argv[1]), inbox) as outbox:
    for n in range(start, start + 100_000):
        outbox.keep(nth(n))
        while not isinstance(event := inbox.get(), Committed):
            pass
        sys.stdout.write(event.id + "\\n")
        sys.stdout.flush()
"""


def test_whatever_was_said_to_be_committed_survives_a_kill(path: Path, heard: Any) -> None:
    said: list[str] = []
    for turn in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", _COMMITTING, str(path), str(turn * 1_000_000)], stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[3], env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )  # fmt: skip
        assert child.stdout is not None
        with child.stdout:
            said += [child.stdout.readline().strip() for _ in range(20 + 37 * turn)]
            child.send_signal(signal.SIGKILL)
            # What it had said before it died counts too; a line cut short does not.
            said += [line.strip() for line in child.stdout if line.endswith("\n")]
        assert child.wait() == -signal.SIGKILL
    there = {note.id for note in loaded(path, heard)}
    assert len(said) > 200
    assert set(said) <= there
