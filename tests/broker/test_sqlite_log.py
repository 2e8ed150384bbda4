"""A log that lost what was synced is told from one that a power cut left."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from broker.sqlite_log import FRAME_HEADER, HEADER, damage, damage_of, log_of, overlaid

FRAME = FRAME_HEADER + 4096


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A file whose five rows stand in its log alone, as a killed program leaves it."""
    path = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)")
        for number in range(5):
            connection.execute("INSERT INTO note VALUES (?, ?)", (number, "x" * 300))
        copy = tmp_path / "killed.sqlite3"
        copy.write_bytes(path.read_bytes())
        log_of(copy).write_bytes(log_of(path).read_bytes())
    return copy


def test_a_log_that_was_cut_anywhere_is_what_a_power_cut_leaves(path: Path) -> None:
    log = log_of(path).read_bytes()
    assert damage(log) is None
    assert all(damage(log[:end]) is None for end in range(0, len(log), 101))


def test_a_last_commit_that_was_half_written_is_what_a_power_cut_leaves(path: Path) -> None:
    log = log_of(path).read_bytes()
    assert damage(log[:-2000] + bytes(2000)) is None


@pytest.mark.parametrize("place", [HEADER + 5, HEADER + 10, HEADER + 20, HEADER + FRAME + 24, HEADER + FRAME + 4000])
def test_a_flipped_byte_before_a_later_commit_is_damage(path: Path, place: int) -> None:
    log = bytearray(log_of(path).read_bytes())
    log[place] ^= 1
    assert damage(bytes(log)) is not None


def test_a_header_that_is_none_is_damage_and_one_never_written_is_not(path: Path) -> None:
    log = log_of(path).read_bytes()
    assert damage(b"\x5a" * HEADER + log[HEADER:]) is not None
    assert damage(bytes(HEADER)) is None
    assert damage(b"") is None


def test_a_frame_of_an_earlier_round_is_no_damage(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        connection.execute("UPDATE note SET words = 'y' WHERE id = 1")
        assert damage(log_of(path).read_bytes()) is None


def test_what_stands_in_a_damaged_log_can_still_be_read(path: Path) -> None:
    log = bytearray(log_of(path).read_bytes())
    log[HEADER + FRAME + 24 + 4000] ^= 1
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(overlaid(path.read_bytes(), bytes(log)))
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (5,)


def test_a_file_that_ends_within_its_first_page_is_damage_and_no_new_one(path: Path) -> None:
    log_of(path).unlink()
    assert damage_of(path) is None
    path.write_bytes(path.read_bytes()[:2048])
    assert damage_of(path) is not None
    path.write_bytes(b"SQ")
    assert damage_of(path) is not None
