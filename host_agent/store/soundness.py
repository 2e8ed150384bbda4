"""Whether a store may be opened at all. One that lost what it held is never begun anew without a word.

The units forgot each note that the host receipted, so an empty store in place of a damaged one would lose them for
good, and nobody would know. A person decides, with a backup at hand.
"""

import logging
from pathlib import Path

from broker.sqlite_log import damage_of, log_of
from host_agent.errors import StoreFault

log = logging.getLogger(__name__)


def key_beside(store: Path) -> Path:
    """The file with the key of colleagues' links: made once a store was opened, it tells that there was one."""
    return store.with_name(store.name + ".link-key")


def must_be_sound(store: Path) -> None:
    """Look at the files of `store` while no program has it open. Raises StoreFault, naming culprit and remedy."""
    try:
        is_there = store.exists() and store.stat().st_size > 0
        harm = damage_of(store)
    except OSError as fault:
        raise StoreFault(f"store {store}: cannot be read ({fault.strerror})") from None
    if harm is not None:
        raise StoreFault(
            f"store {store}: {harm}; put a backup in its place, or move {log_of(store)} away to go on without what "
            "was written last"
        )
    if not is_there and key_beside(store).exists():
        raise StoreFault(
            f"store {store}: is gone or empty, and there was one; put a backup in its place, or remove "
            f"{key_beside(store)} to begin a new one"
        )
    if not is_there:
        log.info("store %s: a new one is begun", store)
