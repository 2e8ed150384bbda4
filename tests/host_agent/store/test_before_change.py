"""The copy that makes an update of the host reversible."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from host_agent.errors import StoreFault
from host_agent.store.before_change import KEPT_S, copy_before, keep_before_change
from host_agent.store.migrate import newest_schema
from host_agent.store.notes import opened

NOW = 1_700_000_000.0


def schema_of(store: Path) -> str:
    with closing(sqlite3.connect(store)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def store_of_before(path: Path) -> Path:
    """A store that says it is of the first schema."""
    with opened(path):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    return path


def test_a_store_whose_schema_will_change_is_copied_first_for_its_owner_alone(tmp_path: Path) -> None:
    store = store_of_before(tmp_path / "host.sqlite3")
    copy = keep_before_change(store, NOW)
    assert copy == copy_before(store, newest_schema())
    assert schema_of(copy) == "0001"
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_store_that_stays_as_it_is_and_a_new_one_need_no_copy(tmp_path: Path) -> None:
    store = tmp_path / "host.sqlite3"
    assert keep_before_change(store, NOW) is None
    with opened(store):
        pass
    assert keep_before_change(store, NOW) is None
    assert not list(tmp_path.glob("*.before-*"))


def test_without_room_for_a_copy_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of_before(tmp_path / "host.sqlite3")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFault, match="make room"), opened(store):
        pytest.fail("it was opened")
    assert schema_of(store) == "0001"


def test_the_copy_goes_when_the_update_is_a_day_old(tmp_path: Path) -> None:
    store = tmp_path / "host.sqlite3"
    with opened(store):
        pass
    copy = copy_before(store, newest_schema())
    copy.write_bytes(b"a copy")
    os.utime(copy, (NOW, NOW))
    keep_before_change(store, NOW + KEPT_S)
    assert copy.exists()
    keep_before_change(store, NOW + KEPT_S + 1)
    assert not copy.exists()
