"""A file system of its own, small enough to be filled, that can be made read-only. Mounting needs root."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SmallDisk:
    """A tmpfs at `place`, for as long as the block of `mounted` lasts."""

    place: Path

    def fill(self) -> None:
        """Until it takes no byte more (ENOSPC)."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for piece in (bytes(4096), b"\0"):
                try:
                    while ballast.write(piece):
                        pass
                except OSError as full:
                    assert full.strerror == "No space left on device"  # noqa: PT017  # ends the loop, every time

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink()

    def read_only(self) -> None:
        """Nobody may have a file open on it for writing."""
        _run("mount", "-o", "remount,ro", str(self.place))

    def writable(self) -> None:
        """As it was."""
        _run("mount", "-o", "remount,rw", str(self.place))

    @property
    def _ballast(self) -> Path:
        return self.place / "ballast"


@contextmanager
def mounted(place: Path, size: str) -> Iterator[SmallDisk]:
    """A disk of `size` (as mount(8) has it) at the folder `place`, which is made."""
    place.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "belbord-test", str(place))
    try:
        yield SmallDisk(place)
    finally:
        # Whoever still has a file open there keeps it until it ends.
        _run("umount", "--lazy", str(place))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, (
        f"{' '.join(command)}: {done.stderr.strip()}. A full and a read-only disk need a mount: run the tests as root "
        "(in a container: with CAP_SYS_ADMIN)"
    )
