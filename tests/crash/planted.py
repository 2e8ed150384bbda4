"""Bugs that the oracle must find, and the slowness under which they show. Armed inside the child, as deaths are."""

import threading
from collections.abc import Sequence
from typing import Any

from tests.crash.deadly_moments import wrap

COMMIT_TAKES_S = 0.7
SLOW = "slow commits"
"""No bug: a card or a disk that takes its time. Between the word and the commit there is then room to die."""
TICK_FIRST = "tick before commit"
RECEIPT_FIRST = "receipt before commit"


def alter(what: str) -> None:
    """Change the program in this process."""
    from broker import topics
    from broker.codec import encode
    from broker.messages import Receipt
    from broker.names import UnitName
    from device.clock import boottime
    from device.core.events import Committed
    from device.drivers import outbox_file
    from device.drivers.outbox import SqliteOutbox
    from host_agent.link import Link
    from host_agent.store.notes import SqlNoteStore

    match what:
        case "slow commits":
            wrap(outbox_file.transaction, "__exit__", before=lambda *args: args[1] is None and _rest())
            wrap(SqlNoteStore, "_take_in", after=lambda *_: _rest())
        case "tick before commit":
            wrap(
                SqliteOutbox, "keep", before=lambda box, note: box._inbox.put(Committed(boottime(), note.id, note.rev))
            )
        case "receipt before commit":

            def told(link: Any, batch: Sequence[Any]) -> None:
                for each in batch:
                    topic = topics.unit_topic(link._root, topics.RECEIPT, UnitName(each.unit))
                    link._out.send(topics.RECEIPT, topic, encode(Receipt(id=each.note.id, rev=each.note.rev)))

            wrap(Link, "_kept", before=told)
        case _:
            raise ValueError(what)


def _rest() -> None:
    threading.Event().wait(COMMIT_TAKES_S)
