"""Writes down what the process's own SQLite asks of its files: each write, sync, truncation and deletion, in order.

SQLite reaches files through a VFS (sqlite.org/vfs.html). Here the usual one is wrapped in the very library that the
`sqlite3` module stands on, so the code under test runs as it is; `tests/card/cuts.py` plays back what was written.
"""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAME = b"recording"
_OK = 0


@dataclass(frozen=True, slots=True)
class Write:
    """`content` at `at`; not yet on the medium."""

    path: str
    at: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """All that was asked of this file before is on the medium."""

    path: str


@dataclass(frozen=True, slots=True)
class Delete:
    path: str


@dataclass(frozen=True, slots=True)
class Said:
    """Between two operations, the code under test told the world something."""

    what: Any


Step = Write | Truncate | Sync | Delete | Said


class _Vfs(ctypes.Structure):
    """struct sqlite3_vfs (sqlite.org/c3ref/vfs.html)."""


_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(_Vfs), ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_DELETE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Vfs), ctypes.c_char_p, ctypes.c_int)
_Vfs._fields_ = [
    ("version", ctypes.c_int), ("file_size", ctypes.c_int), ("longest_path", ctypes.c_int),
    ("next", ctypes.c_void_p), ("name", ctypes.c_char_p), ("of_application", ctypes.c_void_p),
    ("open", _OPEN), ("delete", _DELETE),
    *((name, ctypes.c_void_p) for name in (
        "access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close", "randomness", "sleep", "current_time",
        "last_error", "current_time_64", "set_system_call", "get_system_call", "next_system_call",
    )),
]  # fmt: skip

_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Methods(ctypes.Structure):
    """struct sqlite3_io_methods, version 3 (sqlite.org/c3ref/io_methods.html)."""

    _fields_ = [
        ("version", ctypes.c_int), ("close", ctypes.c_void_p), ("read", ctypes.c_void_p), ("write", _WRITE),
        ("truncate", _TRUNCATE), ("sync", _SYNC),
        *((name, ctypes.c_void_p) for name in (
            "size", "lock", "unlock", "is_locked", "control", "sector_size", "characteristics", "shm_map", "shm_lock",
            "shm_barrier", "shm_unmap", "fetch", "unfetch",
        )),
    ]  # fmt: skip


class _File(ctypes.Structure):
    _fields_ = [("methods", ctypes.POINTER(_Methods))]  # as ctypes wants it


class Recording:
    """What was asked so far, in `steps`."""

    def __init__(self, library: ctypes.CDLL, below: Any) -> None:
        self.steps: list[Step] = []
        self._below = below
        self._kept: list[Any] = []  # what C holds pointers to
        self._wrapped: dict[tuple[int, str], _Methods] = {}
        vfs = _Vfs()
        ctypes.memmove(ctypes.byref(vfs), below, ctypes.sizeof(vfs))
        vfs.name, vfs.next = _NAME, None
        vfs.open, vfs.delete = _OPEN(self._open), _DELETE(self._delete)
        self.vfs = vfs

    def say(self, what: Any) -> None:
        """Note that the world was told `what` now."""
        self.steps.append(Said(what))

    def _open(self, _vfs: Any, name: int | None, file: int, flags: int, out_flags: Any) -> int:
        result = self._below.contents.open(self._below, name, file, flags, out_flags)
        opened = ctypes.cast(file, ctypes.POINTER(_File)).contents
        if result == _OK and name and opened.methods:
            path = ctypes.string_at(name).decode()
            opened.methods = ctypes.pointer(self._methods(path, opened.methods.contents))
        return int(result)

    def _methods(self, path: str, usual: _Methods) -> _Methods:
        """The usual methods, with those that write in between; one for each path and kind of file."""
        key = (ctypes.addressof(usual), path)
        if key not in self._wrapped:
            methods = _Methods()
            ctypes.memmove(ctypes.byref(methods), ctypes.byref(usual), ctypes.sizeof(methods))

            def write(file: int, content: int, count: int, at: int) -> int:
                self.steps.append(Write(path, at, ctypes.string_at(content, count)))
                return int(usual.write(file, content, count, at))

            def truncate(file: int, size: int) -> int:
                self.steps.append(Truncate(path, size))
                return int(usual.truncate(file, size))

            def sync(_file: int, _flags: int) -> int:
                # The medium is modelled: waiting for the real one would tell nothing.
                self.steps.append(Sync(path))
                return _OK

            methods.write, methods.truncate, methods.sync = _WRITE(write), _TRUNCATE(truncate), _SYNC(sync)
            # A file mapped into memory would be written without a word.
            methods.version = min(methods.version, 2)
            self._wrapped[key] = methods
        return self._wrapped[key]

    def _delete(self, _vfs: Any, name: bytes, and_sync: int) -> int:
        self.steps.append(Delete(name.decode()))
        return int(self._below.contents.delete(self._below, name, and_sync))


@contextmanager
def recorded() -> Iterator[Recording]:
    """All that this process's SQLite does until the block ends. Raises OSError when it stands on another library."""
    library = ctypes.CDLL("libsqlite3.so.0")
    find: Callable[..., Any] = library.sqlite3_vfs_find
    find.restype = ctypes.POINTER(_Vfs)  # type: ignore[attr-defined]
    below = find(None)
    recording = Recording(library, below)
    library.sqlite3_vfs_register(ctypes.byref(recording.vfs), 1)
    try:
        yield recording
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(recording.vfs))


def below(folder: Path, steps: list[Step]) -> list[Step]:
    """Those steps that touch a file in `folder`, and what was said."""
    return [step for step in steps if isinstance(step, Said) or Path(step.path).parent == folder]
