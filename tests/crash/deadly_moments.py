"""Where a program dies of its own hand with SIGKILL: before and after each commit, sending and receipt.

Armed inside the child, by wrapping what the product calls; the product itself knows nothing of it.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

DESK = (
    "unit before commit", "unit after commit", "unit before sending", "unit on puback", "unit before forgetting",
)  # fmt: skip
HOST = (
    "host before commit", "host after commit", "host before receipt", "host after receipt", "host on hello",
)  # fmt: skip


def arm(moment: str, nth: int) -> None:
    """Die at the `nth` time that `moment` comes."""
    from device.drivers import outbox_file
    from device.drivers.link import MqttLink
    from device.drivers.outbox import SqliteOutbox
    from host_agent import link as host_link
    from host_agent.bus import Bus
    from host_agent.store import notes

    die = _on_the(nth)
    match moment:
        case "unit before commit":
            wrap(outbox_file.transaction, "__exit__", before=lambda *args: args[1] is None and die())
        case "unit after commit":
            wrap(outbox_file.transaction, "__exit__", after=lambda *args: args[1] is None and die())
        case "unit before sending":
            wrap(MqttLink, "send_note", before=lambda *_: die())
        case "unit on puback":
            wrap(MqttLink, "_published", before=lambda *_: die())
        case "unit before forgetting":
            wrap(SqliteOutbox, "forget", before=lambda *_: die())
        case "host before commit":
            wrap(notes.SqlNoteStore, "_take_in", after=lambda *_: die())
        case "host after commit":
            wrap(notes.SqlNoteStore, "take_in", after=lambda *_: die())
        case "host before receipt":
            wrap(Bus, "send", before=lambda *args: args[1].key == "receipt" and die())
        case "host after receipt":
            wrap(Bus, "send", after=lambda *args: args[1].key == "receipt" and die())
        case "host on hello":
            wrap(host_link.Link, "_answer", before=lambda *_: die())
        case _:
            raise ValueError(moment)


def tell_keeps(path: str) -> None:
    """Write each note that the unit asks its disk to keep to `path`: id, revision, wall clock of the press."""
    from device.drivers.outbox import SqliteOutbox

    ledger = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def told(_outbox: Any, note: Any) -> None:
        os.write(ledger, f"{note.id} {note.rev} {note.pressed_clock!r}\n".encode())

    wrap(SqliteOutbox, "keep", before=told)


def _on_the(nth: int) -> Callable[[], bool]:
    left = nth

    def die() -> bool:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    return die


def wrap(
    owner: Any, name: str, *, before: Callable[..., object] | None = None, after: Callable[..., object] | None = None
) -> None:
    """Have `before` and `after` called with the arguments of each call of `owner.name`."""
    whole = getattr(owner, name)

    def wrapped(*args: Any, **named: Any) -> Any:
        if before is not None:
            before(*args)
        result = whole(*args, **named)
        if after is not None:
            after(*args)
        return result

    setattr(owner, name, wrapped)
