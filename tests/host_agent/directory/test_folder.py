"""The watched folder, with real files."""

import asyncio
import logging
import os
import time
from pathlib import Path

import pytest

from host_agent.directory.folder import POLL_S, Folder, Stamp, standing_still

OLD = time.time() - 60


def _write(path: Path, text: str, *, changed: float | None = OLD) -> None:
    path.write_text(text)
    if changed is not None:
        os.utime(path, (changed, changed))


@pytest.fixture
def changes() -> list[int]:
    return []


@pytest.fixture
def folder(tmp_path: Path, changes: list[int]) -> Folder:
    return Folder(tmp_path, "NL", lambda: changes.append(1))


def _look(folder: Folder) -> None:
    asyncio.run(folder.look())


def _names(folder: Folder) -> list[str | None]:
    return [contact.name for people in folder.people.values() for contact in people.contacts]


def test_files_are_read_once_until_they_change(folder: Folder, tmp_path: Path, changes: list[int]) -> None:
    _write(tmp_path / "klanten.csv", "naam;nummer\nJan;0612345678\n")
    (tmp_path / "notes.txt").write_text("not ours")
    (tmp_path / ".hidden.csv").write_text("naam;nummer\nX;0612345670\n")
    _look(folder)
    _look(folder)
    assert (_names(folder), len(changes)) == (["Jan"], 1)
    _write(tmp_path / "klanten.csv", "naam;nummer\nPiet;0612345678\n", changed=OLD + 1)
    _look(folder)
    assert (_names(folder), len(changes)) == (["Piet"], 2)


def test_a_file_that_is_being_written_is_not_believed(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "klanten.csv"
    _write(path, "naam;nummer\nJan;06", changed=None)
    _look(folder)
    assert _names(folder) == []
    _write(path, "naam;nummer\nJan;0612345678\n", changed=None)
    _look(folder)
    assert _names(folder) == []
    _look(folder)
    assert _names(folder) == ["Jan"]


def test_people_go_with_their_file(folder: Folder, tmp_path: Path, changes: list[int]) -> None:
    _write(tmp_path / "klanten.csv", "naam;nummer\nJan;0612345678\n")
    _look(folder)
    (tmp_path / "klanten.csv").unlink()
    _look(folder)
    assert (_names(folder), len(changes)) == ([], 2)


def test_a_folder_that_is_away_takes_nobodys_name(
    folder: Folder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _write(tmp_path / "klanten.csv", "naam;nummer\nJan;0612345678\n")
    _look(folder)
    away = tmp_path.rename(tmp_path.with_name("away"))
    _look(folder)
    _look(folder)
    assert _names(folder) == ["Jan"]
    assert [record.message for record in caplog.records if "cannot be read" in record.message].__len__() == 1
    away.rename(tmp_path)


def test_a_bad_line_gives_one_line_that_names_file_and_line_and_nobody(
    folder: Folder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "host_agent")
    _write(tmp_path / "klanten.csv", "naam;nummer\nGeheim;kanarie\nJan;0612345678\n")
    _look(folder)
    _look(folder)
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert told == ["directory: klanten.csv, line 2: what stands in the place of a number is none"]
    assert "Geheim" not in caplog.text
    assert "0612345678" not in caplog.text


def test_standing_still_is_the_same_twice_or_long_ago() -> None:
    now = 1_000.0
    old, new = Stamp(10, int((now - 2 * POLL_S - 1) * 1e9), 1), Stamp(10, int(now * 1e9), 2)
    ahead = Stamp(10, int((now + 3600) * 1e9), 3)
    seen = {"a": old, "b": new, "c": ahead}
    assert standing_still(seen, {}, {}, now) == ["a"]
    assert standing_still(seen, seen, {}, now) == ["a", "b", "c"]
    assert standing_still(seen, seen, seen, now) == []
