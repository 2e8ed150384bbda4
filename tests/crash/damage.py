"""What bad storage does to a SQLite file and its log. Each takes the path of the file, which no program has open."""

import random
from collections.abc import Callable
from pathlib import Path

PAGE = 4096
LOG_HEADER, FRAME = 32, 24 + PAGE


def truncated(path: Path) -> None:
    """The last page of the file is gone, and half of the one before it."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - PAGE - PAGE // 2])


def bytes_flipped(path: Path) -> None:
    """Bits of its second page, where rows stand, are others."""
    _flip(path, range(PAGE, 2 * PAGE, 97))


def header_zeroed(path: Path) -> None:
    """The first hundred bytes are zeros."""
    _zero(path, 100)


def first_page_zeroed(path: Path) -> None:
    """Nothing tells what stands in the file."""
    _zero(path, PAGE)


def emptied_beside_its_log(path: Path) -> None:
    """The file has no bytes; its log has."""
    path.write_bytes(b"")


def log_header_garbage(path: Path) -> None:
    """SQLite takes such a log for none."""
    log = _log(path)
    content = log.read_bytes()
    log.write_bytes(random.Random(1).randbytes(LOG_HEADER) + content[LOG_HEADER:])


def log_byte_flipped(path: Path) -> None:
    """One byte of an early frame, and SQLite drops all that stands behind it."""
    log = _log(path)
    frames = (log.stat().st_size - LOG_HEADER) // FRAME
    _flip(log, [LOG_HEADER + FRAME * (frames // 4) + 24 + PAGE - 200])


OF_A_CLOSED_FILE: tuple[Callable[[Path], None], ...] = (truncated, bytes_flipped, header_zeroed, first_page_zeroed)
OF_A_KILLED_ONE: tuple[Callable[[Path], None], ...] = (emptied_beside_its_log, log_header_garbage, log_byte_flipped)


def _log(path: Path) -> Path:
    log = path.with_name(path.name + "-wal")
    assert log.stat().st_size > LOG_HEADER, f"{log} holds nothing that could be damaged"
    return log


def _flip(path: Path, places: "range | list[int]") -> None:
    content = bytearray(path.read_bytes())
    for place in places:
        content[place] ^= 0x15
    path.write_bytes(content)


def _zero(path: Path, many: int) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes(many) + content[many:])
