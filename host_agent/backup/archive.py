"""The tar file that a backup is inside: first its contents with their digests, then the files by their paths."""

import hashlib
import io
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

import msgspec

from host_agent.errors import HostFault

CONTENTS = "contents.json"
_DIGEST = "BELBORD.sha256"
_MOST_CONTENTS = 16 << 20
_BLOCK = 1 << 20


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder. `path` is absolute, as it was; `mode` are its permission bits."""

    path: str
    is_folder: bool = False
    mode: int
    owner: str
    group: str
    size: int = 0
    sha256: str = ""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `made_at`: Unix seconds; `schema`: the store's."""

    belbord_backup: int = 1
    version: str
    made_at: float
    schema: str
    config: str
    store: str
    entries: tuple[Entry, ...]

    @property
    def files(self) -> tuple[Entry, ...]:
        """Those that have content."""
        return tuple(entry for entry in self.entries if not entry.is_folder)


class Reads(Protocol):
    """Gives bytes in order."""

    def read(self, size: int) -> bytes: ...


class Writes(Protocol):
    """Takes bytes in order."""

    def write(self, content: bytes) -> int: ...


def write_archive(out: Writes, contents: Contents, sources: Sequence[BinaryIO]) -> None:
    """Write `contents`, and the files in its order from `sources`."""
    # tarfile asks for a whole file object, and writes to a stream in order.
    with tarfile.open(mode="w|", fileobj=out, format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]
        listed = msgspec.json.encode(contents)
        _add(tar, CONTENTS, len(listed), contents.made_at, io.BytesIO(listed), sha256=_sha256(listed))
        for entry, source in zip(contents.files, sources, strict=True):
            _add(tar, entry.path.lstrip("/"), entry.size, contents.made_at, source)


@contextmanager
def opened_archive(source: Reads, name: str) -> Iterator[tuple[Contents, Iterator[tuple[Entry, BinaryIO]]]]:
    """What a backup holds, and its files in order, each to be read once. Raises HostFault for a damaged one."""
    try:
        with tarfile.open(mode="r|", fileobj=source) as tar:  # type: ignore[call-overload]
            contents = _contents(tar, name)
            yield contents, _files(tar, contents, name)
    except (tarfile.TarError, EOFError) as fault:
        raise HostFault(f"{name}: damaged or no backup ({fault}); use another one") from None


def digest_of(source: BinaryIO) -> tuple[int, str]:
    """Size and SHA-256 of what is left to read."""
    size, digest = 0, hashlib.sha256()
    while block := source.read(_BLOCK):
        size += len(block)
        digest.update(block)
    return size, digest.hexdigest()


def copy_checked(entry: Entry, source: BinaryIO, out: BinaryIO | None, name: str) -> None:
    """Read one file to its end, into `out` if there is one. Raises HostFault when it is not what was put in."""
    size, digest = 0, hashlib.sha256()
    while block := source.read(_BLOCK):
        size += len(block)
        digest.update(block)
        if out is not None:
            out.write(block)
    if (size, digest.hexdigest()) != (entry.size, entry.sha256):
        raise HostFault(f"{name}: damaged: {entry.path} is not what was put in; use another backup")


def _add(tar: tarfile.TarFile, name: str, size: int, at: float, source: BinaryIO, *, sha256: str | None = None) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = size, int(at), 0o600
    if sha256 is not None:
        member.pax_headers = {_DIGEST: sha256}
    tar.addfile(member, source)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _contents(tar: tarfile.TarFile, name: str) -> Contents:
    first = tar.next()
    listed = tar.extractfile(first) if first is not None and first.name == CONTENTS else None
    if first is None or listed is None or first.size > _MOST_CONTENTS:
        raise HostFault(f"{name}: no backup of Belbord")
    content = listed.read()
    if first.pax_headers.get(_DIGEST) != _sha256(content):
        raise HostFault(f"{name}: damaged in its list of contents; use another backup")
    try:
        contents = msgspec.json.decode(content, type=Contents)
    except msgspec.MsgspecError:
        raise HostFault(f"{name}: damaged in its list of contents; use another backup") from None
    if contents.belbord_backup != 1:
        raise HostFault(f"{name}: made by a newer Belbord; install that release first")
    for entry in contents.entries:
        path = PurePosixPath(entry.path)
        if not path.is_absolute() or ".." in path.parts or str(path) != entry.path or "\0" in entry.path:
            raise HostFault(f"{name}: no backup of Belbord: it names {entry.path!r}")
    if contents.store not in [entry.path for entry in contents.files]:
        raise HostFault(f"{name}: no backup of Belbord: it has no store")
    return contents


def _files(tar: tarfile.TarFile, contents: Contents, name: str) -> Iterator[tuple[Entry, BinaryIO]]:
    for entry in contents.files:
        member = tar.next()
        source = tar.extractfile(member) if member is not None and member.isreg() else None
        if member is None or source is None or member.name != entry.path.lstrip("/"):
            raise HostFault(f"{name}: damaged or cut off before {entry.path}; use another backup")
        yield entry, source  # type: ignore[misc]  # an IO[bytes] that reads


def below(folder: Path | None, path: str) -> Path:
    """Where a path of the backup goes: as it was, or in the same tree below `folder`."""
    return Path(path) if folder is None else folder / path.lstrip("/")
