"""One host agent a store: a second process is refused (D13)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host_agent.errors import StoreFault, StoreInUse


@contextmanager
def only_process(store: Path) -> Iterator[None]:
    """Hold the lock beside `store` until the block ends; the kernel frees it however the process ends.

    Raises StoreInUse when another process holds it, StoreFault when the folder cannot be written.
    """
    path = store.with_name(store.name + ".lock")
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise StoreFault(f"store {store}: cannot write in its folder ({fault.strerror})") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreInUse(f"store {store}: another belbord-host uses it; stop that one, or name another") from None
        yield
    finally:
        os.close(lock)
