"""A copy of the store from before its schema changes: an update that does not come up can then be taken back.

An older Belbord cannot read a newer schema, so whoever puts the older program back puts this copy back with it
(docs/updates.md). It holds callers like the store itself, so it goes when nobody can need it any more.
"""

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from host_agent.errors import StoreFault
from host_agent.store.engine import damaged
from host_agent.store.migrate import known_schemas, newest_schema

log = logging.getLogger(__name__)

KEPT_S = 86_400.0
"""A day, in which an update that does not come up was taken back: what is erased from the store stands here still."""


def copy_before(store: Path, schema: str) -> Path:
    """Where the copy stands that was made before `store` got this schema."""
    return store.with_name(f"{store.name}.before-{schema}")


def keep_before_change(store: Path, now: float) -> Path | None:
    """Copy a store that will be migrated. -> the copy; None when nothing will change. Raises StoreFault.

    `store`: locked by this process, and sound. `now`: Unix seconds; copies older than `KEPT_S` are removed.
    """
    newest = newest_schema()
    try:
        schema = _schema_of(store)
        if schema is None or schema == newest or schema not in known_schemas():
            forget_copies(store, now - KEPT_S)
            return None
        copy = copy_before(store, newest)
        making = copy.with_name(copy.name + ".making")
        making.unlink(missing_ok=True)
        os.close(os.open(making, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with closing(sqlite3.connect(store)) as connection:
            # One statement, one moment, one file without a log beside it (sqlite.org/lang_vacuum.html).
            connection.execute("VACUUM INTO ?", (str(making),))
        with making.open("rb") as made:
            os.fsync(made.fileno())
        making.replace(copy)
    except (OSError, sqlite3.Error) as fault:
        # SQLite tells of damage with this class itself, of all else with its heirs.
        if type(fault) is sqlite3.DatabaseError:
            raise damaged(store, fault) from None
        raise StoreFault(
            f"store {store}: its schema must change, and no copy can be made before ({fault}); make room"
        ) from None
    log.info("store %s: schema %s becomes %s; %s is the copy from before", store, schema, newest, copy.name)
    return copy


def _schema_of(store: Path) -> str | None:
    """The schema that stands in the file; None for a store that is not begun."""
    if not store.exists() or store.stat().st_size == 0:
        return None
    # Only to look: a damaged file stays as it is for whoever tries to save it.
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        told = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if told else None
    return None if row is None else str(row[0])


def forget_copies(store: Path, before: float) -> None:
    """Remove the copies of `store` that were made before this moment, Unix seconds. Raises StoreFault."""
    try:
        for copy in store.parent.glob(f"{store.name}.before-*"):
            if copy.stat().st_mtime < before:
                copy.unlink()
                log.info("store %s: %s is not needed any more", store, copy.name)
    except OSError as fault:
        raise StoreFault(f"store {store}: a copy from before an update cannot be removed ({fault})") from None
