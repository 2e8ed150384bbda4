"""A copy of a store, whole and consistent, also while the host agent writes to it; and whether a copy is sound.

SQLite's own online backup (sqlite.org/backup.html) in one step: one moment of the store, however many commits follow.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from host_agent.errors import StoreFault, StoreInUse
from host_agent.store.lock import only_process
from host_agent.store.migrate import known_schemas
from host_agent.store.soundness import must_be_sound

_WAITS_S = 30.0


@dataclass(frozen=True)
class Census:
    """What a store holds."""

    schema: str
    notes: int
    accounts: int


def copy_store(store: Path, to: Path) -> Census:
    """Copy the store into the empty file `to`. Raises StoreFault."""
    if not store.exists():
        raise StoreFault(f"store {store}: is not there; has the host agent ever run?")
    try:
        with only_process(store):
            must_be_sound(store)
    except StoreInUse:
        # A running host agent looked when it began.
        pass
    try:
        with (
            closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=rw", uri=True, timeout=_WAITS_S)) as source,
            closing(sqlite3.connect(to)) as copy,
        ):
            source.backup(copy)
            # One file, without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as fault:
        raise StoreFault(f"store {store}: cannot be copied ({fault})") from None
    finally:
        give_to_owner(store)
    return looked_over(to, str(store))


def give_to_owner(store: Path) -> None:
    """What root made beside a store becomes its owner's, or the host agent could not open it any more."""
    if os.geteuid() == 0:
        owner = store.stat()
        for end in ("-wal", "-shm", ".lock"):
            beside = store.with_name(store.name + end)
            if beside.exists():
                os.chown(beside, owner.st_uid, owner.st_gid)


def looked_over(store: Path, name: str) -> Census:
    """Look at every page and row of a store that no program has open. Raises StoreFault, naming it `name`."""
    try:
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise StoreFault(f"store {name}: damaged ({' '.join(str(verdict).split())})")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StoreFault(f"store {name}: damaged (rows that belong to nothing)")
            (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if schema not in known_schemas():
                raise StoreFault(f"store {name}: made by a newer Belbord; install that release first")
            (notes,) = connection.execute("SELECT count(*) FROM notes").fetchone()
            (accounts,) = connection.execute("SELECT count(*) FROM people").fetchone()
    except sqlite3.Error as fault:
        raise StoreFault(f"store {name}: damaged or no store ({fault})") from None
    return Census(str(schema), int(notes), int(accounts))
