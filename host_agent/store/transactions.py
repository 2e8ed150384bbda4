"""One transaction, whose faults hold nothing of what was written."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from host_agent.errors import StoreFault


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Committed at the end of the block. Raises StoreFault without the values of the statement."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as fault:
        raise StoreFault(f"store: {fault.orig}") from None
