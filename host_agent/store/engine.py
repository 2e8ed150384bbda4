"""Opening the database behind SQLAlchemy: SQLite in a file, durable at each commit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError

from host_agent.errors import StoreFault

PRAGMAS = (
    "journal_mode = WAL",
    # In WAL mode only FULL has a commit on the disk when it returns; with NORMAL a power cut takes it back.
    "synchronous = FULL",
    "foreign_keys = ON",
    # A deleted caller is gone from the bytes of the file, not only from the tables.
    "secure_delete = ON",
    "busy_timeout = 5000",
)


@contextmanager
def opened_sqlite(path: Path) -> Iterator[Engine]:
    """An engine on the SQLite file `path`, made readable by its owner alone. Raises StoreFault."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as fault:
        raise StoreFault(f"store {path}: cannot be written ({fault.strerror})") from None
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            raise damaged(path, verdict)
        yield engine
    except DBAPIError as fault:
        # SQLite tells of damage with this class itself, of all else with its heirs.
        if type(fault) is DatabaseError:
            raise damaged(path, str(fault.orig)) from None
        raise StoreFault(f"store {path}: {fault.orig}") from None
    finally:
        engine.dispose()


def damaged(path: Path, verdict: object) -> StoreFault:
    """What to say of a file that SQLite cannot make sense of; `verdict`: its words."""
    return StoreFault(f"store {path}: damaged ({' '.join(str(verdict).split())}); put a backup in its place")


def _prepare(connection: Any, _record: Any) -> None:
    # The driver begins transactions on its own terms, and not before DDL; `_begin` does it on ours.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
