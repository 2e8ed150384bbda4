"""Whether the log (WAL) beside a SQLite file says all it was told, and what it says with its damage passed over.

SQLite reads a log up to the first frame whose checksum is wrong and drops the rest without a word: after a power cut
that is right, for what was being written then was never acknowledged. After damage it forgets what was. The two can be
told apart: each commit is synced before the next begins (`synchronous=FULL`), so behind a frame of a commit
that was not finished there is none of a later one. Format: sqlite.org/fileformat2.html, section 4.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

HEADER, FRAME_HEADER = 32, 24
MAGIC = 0x377F0682
"""Its last bit: whether checksums are over big-endian words."""
_FORMAT = 3_007_000
_FILE_MAGIC = b"SQLite format 3\0"
_PAGE_SIZES = (512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536)
_MOST_PAGES = 20_000
"""Of an outbox; a damaged log may name any."""


@dataclass(frozen=True, slots=True)
class _Frame:
    at: int
    commits: bool
    is_whole: bool


def damage_of(path: Path) -> str | None:
    """What SQLite would pass over without a word in the file at `path` and its log, which no program has open.

    None: nothing. Raises OSError.
    """
    size = path.stat().st_size if path.exists() else 0
    log = log_of(path)
    if 0 < size < _page_size_of(path):
        return "the file ends within its first page"
    if not log.exists():
        return None
    if size == 0 and log.stat().st_size > HEADER:
        # SQLite would remove the log of an empty file.
        return "the file is empty, its log is not"
    return damage(log.read_bytes())


def _page_size_of(path: Path) -> int:
    """By the file's header: bytes 16 and 17, where 1 stands for 65536."""
    with path.open("rb") as file:
        head = file.read(18)
    # Of what is no SQLite file at all, SQLite itself says so.
    size = struct.unpack_from(">H", head, 16)[0] if len(head) == 18 and head.startswith(_FILE_MAGIC) else 0
    return 65_536 if size == 1 else max(512, size)


def damage(log: bytes) -> str | None:
    """What is wrong with the bytes of a log beyond what a power cut leaves; None: nothing."""
    if len(log) < HEADER or not any(log[:HEADER]):
        return None  # never begun
    if not _header_is_whole(log):
        return "the log's header is not one"
    broken_in_a_commit = False
    seen_broken = False
    for frame in _frames(log):
        if frame.is_whole and broken_in_a_commit:
            return "the log is damaged between commits that were finished"
        seen_broken = seen_broken or not frame.is_whole
        broken_in_a_commit = broken_in_a_commit or (seen_broken and frame.commits)
    return None


def overlaid(main: bytes, log: bytes) -> bytes:
    """The SQLite file `main` with every page that the log holds in its place, believed or not: a file without a log."""
    size = _page_size(log)
    pages = bytearray(main)
    if size is not None:
        salts = log[HEADER + 8 : HEADER + 16]
        for at in range(HEADER, len(log) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
            number = struct.unpack_from(">I", log, at)[0]
            if log[at + 8 : at + 16] == salts and 0 < number <= _MOST_PAGES:
                pages.extend(bytes(max(0, number * size - len(pages))))
                pages[(number - 1) * size : number * size] = log[at + FRAME_HEADER : at + FRAME_HEADER + size]
    return without_log(bytes(pages))


def without_log(main: bytes) -> bytes:
    """The same file, no longer saying that a log stands beside it (bytes 18 and 19 of its header)."""
    return main[:18] + b"\1\1" + main[20:] if len(main) >= 100 else main


def log_of(path: Path) -> Path:
    """Where the log of the SQLite file at `path` stands."""
    return path.with_name(path.name + "-wal")


def _header_is_whole(log: bytes) -> bool:
    magic, version, size = struct.unpack_from(">III", log)
    if magic & ~1 != MAGIC or version != _FORMAT or not _is_page_size(size):
        return False
    return _sum(log[:24], (0, 0), _order(log)) == struct.unpack_from(">II", log, 24)


def _frames(log: bytes) -> "list[_Frame]":
    """The frames of this round of the log. Each is judged by the sums that stand before it, whole or not."""
    size = struct.unpack_from(">I", log, 8)[0]
    salts, order = log[16:24], _order(log)
    before: tuple[int, int] = struct.unpack_from(">II", log, 24)
    found = []
    for at in range(HEADER, len(log) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
        if log[at + 8 : at + 16] != salts:
            # Of an earlier round, or never written: whether a commit ended here it cannot tell. In a commit that the
            # power cut, later frames may have landed where this one did not; those of two commits cannot.
            found.append(_Frame(at, commits=False, is_whole=False))
        else:
            sums = _sum(log[at + FRAME_HEADER : at + FRAME_HEADER + size], _sum(log[at : at + 8], before, order), order)
            said = struct.unpack_from(">II", log, at + 16)
            found.append(_Frame(at, struct.unpack_from(">I", log, at + 4)[0] != 0, sums == said))
        before = struct.unpack_from(">II", log, at + 16)
    return found


def _page_size(log: bytes) -> int | None:
    """By the header, or, when that is gone, by where the second frame repeats the salts of the first."""
    if len(log) < HEADER + FRAME_HEADER:
        return None
    said: int = struct.unpack_from(">I", log, 8)[0]
    salts = log[HEADER + 8 : HEADER + 16]
    for size in (said, *_PAGE_SIZES):
        second = HEADER + FRAME_HEADER + size
        fits = _is_page_size(size) and second <= len(log)
        if fits and (len(log) == second or log[second + 8 : second + 16] == salts):
            return size
    return said if _is_page_size(said) else None


def _is_page_size(size: int) -> bool:
    return size in _PAGE_SIZES


def _order(log: bytes) -> str:
    return ">" if log[3] & 1 else "<"


def _sum(part: bytes, start: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's running checksum over pairs of 32-bit words."""
    one, two = start
    words = struct.unpack(f"{order}{len(part) // 4}I", part)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
