"""Putting files back: all or none, never over what is there, and the store only where no program has it open."""

import grp
import os
import pwd
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from host_agent.backup.archive import Contents, Entry, below, copy_checked, digest_of
from host_agent.errors import HostFault
from host_agent.store.copying import Census, give_to_owner, looked_over
from host_agent.store.lock import only_process

COMING = ".restoring"
_BESIDE = ("", "-wal", "-shm", "-journal")
_AT_MOST = 0o666


def put_back(contents: Contents, files: Iterable[tuple[Entry, BinaryIO]], into: Path | None, name: str) -> Census:
    """Write every folder and file of a backup, look the store over, and only then give the files their names.

    Raises HostFault, and then nothing has changed but folders that were made.
    """
    store = below(into, contents.store)
    _must_be_free(contents, into, store)
    with ExitStack() as held:
        try:
            for entry in contents.entries:
                if entry.is_folder:
                    _make_folder(below(into, entry.path), entry)
            _make_parents(store)
            held.enter_context(only_process(store))
            coming: list[tuple[Path, Path]] = []
            for entry, source in files:
                place = below(into, entry.path)
                if place.exists() and place != store:
                    # The same content stands there, as was seen.
                    copy_checked(entry, source, None, name)
                    continue
                held.callback(_write(place, entry, source, name).unlink, missing_ok=True)
                coming.append((place.with_name(place.name + COMING), place))
            census = looked_over(store.with_name(store.name + COMING), str(store))
            # The store last: without it the host agent begins nothing in its place.
            for new, place in sorted(coming, key=lambda pair: pair[1] == store):
                new.replace(place)
            give_to_owner(store)
            for folder in {place.parent for _, place in coming}:
                _sync_folder(folder)
        except OSError as fault:
            raise HostFault(f"{fault.filename}: cannot be written ({fault.strerror}); are you root?") from None
    return census


def _must_be_free(contents: Contents, into: Path | None, store: Path) -> None:
    """Raises HostFault naming all that is in the way."""
    beside = [store.with_name(store.name + end) for end in _BESIDE]
    taken = [path for path in beside if path.exists() and (path != store or path.stat().st_size)]
    for entry in contents.files:
        place = below(into, entry.path)
        if place != store and os.path.lexists(place) and not _is_same(place, entry):
            taken.append(place)
    if taken:
        there = ", ".join(map(str, taken))
        raise HostFault(f"already there: {there}; stop belbord-host and move them away, then restore again")
    if os.geteuid() == 0:
        for entry in contents.entries:
            _ids(entry)


def _is_same(place: Path, entry: Entry) -> bool:
    if not place.is_file():
        return False
    with place.open("rb") as there:
        return digest_of(there) == (entry.size, entry.sha256)


def _write(place: Path, entry: Entry, source: BinaryIO, name: str) -> Path:
    _make_parents(place)
    new = place.with_name(place.name + COMING)
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "wb"
    ) as out:
        copy_checked(entry, source, out, name)
        out.flush()
        _own(out.fileno(), entry, entry.mode & _AT_MOST)
        os.fsync(out.fileno())
    return new


def _make_folder(place: Path, entry: Entry) -> None:
    if place.is_dir():
        return
    _make_parents(place)
    place.mkdir(mode=0o700)
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _own(handle, entry, entry.mode)
    finally:
        os.close(handle)


def _make_parents(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)


def _own(handle: int, entry: Entry, mode: int) -> None:
    if os.geteuid() == 0:
        os.fchown(handle, *_ids(entry))
    # After the owner: changing that takes bits away.
    os.fchmod(handle, mode)


def _ids(entry: Entry) -> tuple[int, int]:
    try:
        user = pwd.getpwnam(entry.owner).pw_uid if entry.owner else 0
        group = grp.getgrnam(entry.group).gr_gid if entry.group else 0
    except KeyError:
        raise HostFault(
            f"{entry.path} belongs to {entry.owner}:{entry.group}, and this machine has no such user or group; "
            "install belbord-host and Mosquitto first"
        ) from None
    return user, group


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
