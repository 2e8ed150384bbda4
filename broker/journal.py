"""Log lines as entries of systemd's journal, with their priority and a stable id for what people filter on.

Native protocol: systemd.io/JOURNAL_NATIVE_PROTOCOL; the fields: systemd.journal-fields(7). An entry has the same text
as the line had, so it names no caller either. Where systemd does not read our standard error, lines go there as before.
"""

import logging
import os
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

SOCKET = "/run/systemd/journal/socket"
LONGEST_TEXT = 32_000
"""A datagram has to fit in the socket's buffer; a trace longer than this loses its beginning."""

UNIT_AT_WORK = "5e1f0a7cb3d94f2288d6c1a07e39b454"
UNIT_STOPPED = "a94d0c6e2f7b4813b5c8e1d3f6072a9c"
HOST_AT_WORK = "c80b7e5d1a3f46929ef4d2b6c70a8135"
HOST_STOPPING = "1d6f9a3be07c4528af83c5d2e4b69071"

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""syslog(3): crit, err, warning, info; debug below."""


class JournalHandler(logging.Handler):
    """Hands each record to the journal as one entry; `identifier` is its SYSLOG_IDENTIFIER."""

    def __init__(self, identifier: str, address: str = SOCKET) -> None:
        super().__init__()
        self._identifier = identifier
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def emit(self, record: logging.LogRecord) -> None:
        """Never raises: a line that the journal does not take goes to standard error, which it reads too."""
        text = self.format(record)
        try:
            self._socket.sendto(_entry(self._fields(record, text)), self._address)
        except OSError:
            sys.stderr.write(f"<{_priority(record.levelno)}>{text}\n")

    def _fields(self, record: logging.LogRecord, text: str) -> dict[str, str]:
        fields = {
            "MESSAGE": text[-LONGEST_TEXT:],
            "PRIORITY": str(_priority(record.levelno)),
            "SYSLOG_IDENTIFIER": self._identifier,
            "LOGGER": record.name,
        }
        message_id = getattr(record, "message_id", None)
        return fields if message_id is None else {**fields, "MESSAGE_ID": message_id}

    def close(self) -> None:
        """No entries after this."""
        self._socket.close()
        super().close()


def log_to_journal_or_stderr(level: int, plain: str, identifier: str) -> None:
    """Set logging up for a program. `plain`: the format of lines where no journal reads them."""
    if is_read_by_journal(os.environ):
        handler: logging.Handler = JournalHandler(identifier)
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(plain))
    logging.basicConfig(level=level, handlers=[handler])


def is_read_by_journal(environment: Mapping[str, str], standard_error: Path = Path("/proc/self/fd/2")) -> bool:
    """Whether our standard error is the very stream that JOURNAL_STREAM names (systemd.exec(5))."""
    try:
        found = standard_error.stat()
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _priority(level: int) -> int:
    return next((priority for least, priority in _PRIORITIES if level >= least), 7)


def _entry(fields: Mapping[str, str]) -> bytes:
    """Each field with its length before it, so that a text of several lines stays one field."""
    return b"".join(
        name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
        for name, value in ((name, text.encode(errors="replace")) for name, text in fields.items())
    )
