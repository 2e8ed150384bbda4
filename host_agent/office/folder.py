"""The folder in which an office's trust stands: written whole or not at all, each file for whoever must read it.

Commands and the running host agent share it: what reads and then writes does so in `locked()`.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from broker.mosquitto_office import AUTHORITY, REVOKED, SERVER
from host_agent.core.enrolment import Enrolment, Signed
from host_agent.errors import HostFault
from host_agent.office.authority import Authority, der_of
from host_agent.office.unit_files import UnitFile

OWNER_ALONE = 0o600
GROUP_READS = 0o640
Kept = TypeVar("Kept")


class OfficeFolder:
    """Where `belbord-host init` made an office."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broker = path / "broker"
        self.units = path / "units"
        self.authority_key = path / "authority.key"
        self.host_certificate = path / "host.pem"
        self.issued_file = path / "issued.json"
        self.enrolments_folder = path / "enrolments"

    @property
    def authority_certificate(self) -> Path:
        """The office's authority, for everybody to read."""
        return self.broker / AUTHORITY

    @property
    def server_certificate(self) -> Path:
        """Key and certificate of the broker and the enrolment port."""
        return self.broker / SERVER

    @property
    def revocations(self) -> Path:
        """The list that the broker refuses by."""
        return self.broker / REVOKED

    def is_made(self) -> bool:
        """Whether there is an office here."""
        return self.authority_key.exists()

    def authority(self) -> Authority:
        """Who signs here. Raises HostFault."""
        return Authority(self._read(self.authority_key), self._read(self.authority_certificate))

    def salt(self) -> bytes:
        """What codes are stretched with: 16 bytes that are this office's alone, and no secret."""
        return hashlib.sha256(der_of(self._read(self.authority_certificate))).digest()[:16]

    def make_folders(self) -> None:
        """The folders in which all else is put. The broker's own are the group's to read."""
        for each, mode in ((self.units, 0o700), (self.enrolments_folder, 0o700), (self.broker, 0o750)):
            each.mkdir(mode=mode, parents=True, exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone with the folder: nobody else reads in order to write."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as fault:
            raise HostFault(f"{self.path}: {fault.strerror}; `belbord-host init` makes an office there") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def issued(self) -> list[Signed]:
        """Every certificate that was given out and has not run out, oldest first."""
        return self._load(self.issued_file, list[Signed], [])

    def keep_issued(self, given: Sequence[Signed], now: float) -> None:
        """Remember these, less those that ran out."""
        self.write(self.issued_file, msgspec.json.encode([each for each in given if each.ends > now]))

    def enrolments(self) -> list[Enrolment]:
        """Every code that was made and not yet cleared away, in the order of the units' names."""
        found = (self._load(path, Enrolment, None) for path in sorted(self.enrolments_folder.glob("*.json")))
        return [each for each in found if each is not None]

    def keep_enrolment(self, enrolment: Enrolment) -> None:
        """Remember this code."""
        self.write(self.enrolments_folder / f"{enrolment.unit}.json", msgspec.json.encode(enrolment))

    def forget_enrolment(self, unit: str) -> None:
        """Clear this code away."""
        (self.enrolments_folder / f"{unit}.json").unlink(missing_ok=True)

    def keep_unit(self, unit: UnitFile) -> None:
        """Write the unit's file."""
        self.write(self.units / f"{unit.name}.toml", unit.text().encode())

    def forget_unit(self, name: str) -> None:
        """Remove the unit's file, if it has one."""
        (self.units / f"{name}.toml").unlink(missing_ok=True)

    def stamp(self) -> tuple[tuple[str, int], ...]:
        """What differs when a unit, a code or a certificate changed."""
        files = [*self.units.glob("*.toml"), *self.enrolments_folder.glob("*.json"), self.issued_file]
        found = []
        for each in sorted(files):
            with suppress(FileNotFoundError):
                found.append((str(each), each.stat().st_mtime_ns))
        return tuple(found)

    def write(self, path: Path, content: bytes, mode: int = OWNER_ALONE) -> None:
        """Put `content` at `path`, whole and synced, owned as its folder is. Raises HostFault."""
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fchmod(handle, mode)
                    if os.geteuid() == 0:
                        folder = path.parent.stat()
                        os.fchown(handle, folder.st_uid, folder.st_gid)
                    os.fsync(handle)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as fault:
            raise HostFault(f"{path}: cannot be written: {fault.strerror}") from None

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as fault:
            raise HostFault(f"{path}: {fault.strerror}; `belbord-host init` makes an office there") from None

    def _load(self, path: Path, kind: type[Kept], missing: Kept) -> Kept:
        try:
            return msgspec.json.decode(path.read_bytes(), type=kind)
        except FileNotFoundError:
            return missing
        except (OSError, msgspec.MsgspecError) as fault:
            raise HostFault(f"{path}: cannot be read ({fault})") from None
