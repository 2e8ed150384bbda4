"""`belbord-host backup` and `belbord-host restore`: an office in one file, taken while the host agent runs."""

import grp
import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, BinaryIO

from host_agent.backup.archive import Contents, Entry, copy_checked, digest_of, opened_archive, write_archive
from host_agent.backup.container import MAGIC, SealedReader, SealedWriter
from host_agent.backup.places import put_back
from host_agent.backup.sources import sources
from host_agent.config import Config
from host_agent.errors import HostFault
from host_agent.store.copying import copy_store

SHORTEST_KEY, LONGEST_KEY = 20, 4096
_OTHERS_MAY = 0o077
MAKE_A_KEY = "`(umask 077; head -c 32 /dev/urandom | base64 > KEY)` makes one"


def backup(config_file: Path, config: Config, file: Path, key_file: Path | None, now: float, out: IO[str]) -> int:
    """Write a backup to `file`, whole or not at all; one of that name is replaced. Raises HostFault."""
    key = None if key_file is None else key_of(key_file)
    with tempfile.TemporaryDirectory(prefix=".belbord-", dir=_folder_of(file)) as name, ExitStack() as held:
        copy, whole = Path(name) / "store", Path(name) / "backup"
        copy.touch(0o600)
        census = copy_store(config.store, copy)
        entries = []
        content: list[BinaryIO] = []
        skipped = {file.resolve()} | ({key_file.resolve()} if key_file is not None else set())
        for path in [each for each in sources(config_file.resolve(), config) if each not in skipped]:
            if path.is_dir():
                entries.append(_entry(path))
                continue
            source = held.enter_context(_opened(path))
            entries.append(_entry(path, *digest_of(source)))
            source.seek(0)
            content.append(source)
        source = held.enter_context(_opened(copy))
        entries.append(_entry(config.store.resolve(), *digest_of(source)))
        source.seek(0)
        contents = Contents(
            version=version("belbord"), made_at=now, schema=census.schema, config=str(config_file.resolve()),
            store=str(config.store.resolve()), entries=tuple(entries),
        )  # fmt: skip
        try:
            _write(whole, contents, [*content, source], key)
            whole.replace(file)
        except OSError as fault:
            raise HostFault(f"{file}: cannot be written ({fault.strerror})") from None
    out.write(
        f"{file}: {census.notes} notes, {census.accounts} accounts, {len(contents.files) - 1} other files; "
        f"{'encrypted' if key is not None else 'not encrypted'}\n"
    )
    if key is None:
        out.write(
            "Whoever can read it has every caller and this office's keys: name a --key-file, or keep it locked up.\n"
        )
    return 0


def restore(file: Path, into: Path | None, key_file: Path | None, out: IO[str]) -> int:
    """Put an office back where it was, or below `into`. Nothing that is there is overwritten. Raises HostFault."""
    key = None if key_file is None else key_of(key_file)
    # First all of it is read, so that a damaged one changes nothing.
    with _reading(file, key) as (contents, files):
        for entry, source in files:
            copy_checked(entry, source, None, str(file))
    with _reading(file, key) as (contents, files):
        census = put_back(contents, files, into, str(file))
    made = datetime.fromtimestamp(contents.made_at).astimezone().isoformat(timespec="seconds")
    out.write(f"{file}, made {made} by Belbord {contents.version}:\n")
    out.write(f"{census.notes} notes, {census.accounts} accounts and {len(contents.files) - 1} other files are back.\n")
    return 0


def key_of(path: Path) -> bytes:
    """The key in a file that is its owner's alone. Raises HostFault."""
    try:
        if path.stat().st_mode & _OTHERS_MAY:
            raise HostFault(f"{path}: others may read it; `chmod 600 {path}`")
        with path.open("rb") as file:
            key = file.read(LONGEST_KEY).strip()
    except OSError as fault:
        raise HostFault(f"{path}: {fault.strerror}; {MAKE_A_KEY}") from None
    if len(key) < SHORTEST_KEY:
        raise HostFault(f"{path}: a key has {SHORTEST_KEY} characters or more; {MAKE_A_KEY}")
    return key


def _write(path: Path, contents: Contents, content: list[BinaryIO], key: bytes | None) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out:
        if key is None:
            write_archive(out, contents, content)
        else:
            sealed = SealedWriter(out, key)
            write_archive(sealed, contents, content)
            sealed.close()
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _reading(file: Path, key: bytes | None) -> Iterator[tuple[Contents, Iterator[tuple[Entry, BinaryIO]]]]:
    with _opened(file) as source:
        is_sealed = source.read(len(MAGIC)) == MAGIC
        source.seek(0)
        if is_sealed and key is None:
            raise HostFault(f"{file}: is encrypted; name its key with --key-file")
        if not is_sealed and key is not None:
            raise HostFault(f"{file}: is not encrypted, or damaged in its first bytes; is it the right file?")
        plain = source if key is None else SealedReader(source, key, str(file))
        with opened_archive(plain, str(file)) as opened:
            yield opened


def _entry(path: Path, size: int = 0, sha256: str = "") -> Entry:
    status = path.stat()
    return Entry(
        path=str(path), is_folder=path.is_dir(), mode=status.st_mode & 0o7777, size=size, sha256=sha256,
        owner=_user(status.st_uid), group=_group(status.st_gid),
    )  # fmt: skip


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return ""


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return ""


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as fault:
        raise HostFault(f"{path}: {fault.strerror}") from None


def _folder_of(file: Path) -> Path:
    if not file.parent.is_dir() or not os.access(file.parent, os.W_OK):
        raise HostFault(f"{file}: {file.parent} is no folder that this user may write in")
    return file.parent
