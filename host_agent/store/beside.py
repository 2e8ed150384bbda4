"""The store for a command that is given while the host agent runs, or while it does not."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from host_agent.errors import StoreInUse
from host_agent.store.engine import opened_sqlite
from host_agent.store.lock import only_process
from host_agent.store.migrate import migrate
from host_agent.store.soundness import must_be_sound


@contextmanager
def opened_beside(path: Path) -> Iterator[Engine]:
    """An engine on the store. Alone it is locked and migrated; beside a running host agent that has been done.

    SQLite itself keeps the two apart, transaction by transaction. Raises StoreFault.
    """
    with ExitStack() as held:
        try:
            held.enter_context(only_process(path))
            is_alone = True
            must_be_sound(path)
        except StoreInUse:
            is_alone = False
        engine = held.enter_context(opened_sqlite(path))
        if is_alone:
            migrate(engine)
        yield engine
