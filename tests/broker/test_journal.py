"""Log lines as entries of the journal."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.journal import UNIT_AT_WORK, JournalHandler, is_read_by_journal


class Journal:
    """What systemd-journald would receive."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(5)

    def entry(self) -> dict[str, str]:
        rest, fields = self.socket.recv(100_000), {}
        while rest:
            name, _, rest = rest.partition(b"\n")
            size = int.from_bytes(rest[:8], "little")
            fields[name.decode()], rest = rest[8 : 8 + size].decode(), rest[9 + size :]
        return fields


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "socket")
    yield made
    made.socket.close()


@pytest.fixture
def log(tmp_path: Path, journal: Journal) -> Iterator[logging.Logger]:
    handler = JournalHandler("belbord-desk", str(tmp_path / "socket"))
    logger = logging.Logger("device.app")
    logger.addHandler(handler)
    yield logger
    handler.close()


@pytest.mark.parametrize(("level", "priority"), [(50, "2"), (40, "3"), (30, "4"), (20, "6"), (10, "7")])
def test_an_entry_has_its_priority_and_says_which_part_speaks(
    journal: Journal, log: logging.Logger, level: int, priority: str
) -> None:
    log.log(level, "twee %s", "woorden")
    assert journal.entry() == {
        "MESSAGE": "twee woorden", "PRIORITY": priority, "SYSLOG_IDENTIFIER": "belbord-desk", "LOGGER": "device.app",
    }  # fmt: skip


def test_what_can_be_filtered_on_has_its_id(journal: Journal, log: logging.Logger) -> None:
    log.info("at work", extra={"message_id": UNIT_AT_WORK})
    assert journal.entry()["MESSAGE_ID"] == UNIT_AT_WORK


def test_a_trace_is_one_entry_and_cannot_pass_for_other_fields(journal: Journal, log: logging.Logger) -> None:
    try:
        int("één\nPRIORITY=0\n")
    except ValueError:
        log.exception("fault:\nPRIORITY=0")
    entry = journal.entry()
    assert entry["PRIORITY"] == "3"
    assert entry["MESSAGE"].startswith("fault:\nPRIORITY=0\nTraceback")


def test_a_journal_that_is_away_costs_no_line(
    journal: Journal, log: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "socket").unlink()
    log.warning("still said")
    assert capsys.readouterr().err == "<4>still said\n"


def test_only_the_stream_that_systemd_named_is_the_journals(tmp_path: Path) -> None:
    stream = tmp_path / "stream"
    stream.touch()
    found = stream.stat()
    assert is_read_by_journal({"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}, stream)
    assert not is_read_by_journal({"JOURNAL_STREAM": "1:1"}, stream)
    assert not is_read_by_journal({}, stream)
