"""What a card holds when the power goes: all that was synced, and of the rest whatever the dice say."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, assert_never

from tests.card.recording import Delete, Said, Step, Sync, Truncate, Write

SECTOR = 512


@dataclass
class _Medium:
    """One file. `pending`: what was asked since its last sync."""

    lasting: bytes = b""
    exists: bool = False
    pending: list[Write | Truncate | Delete] = field(default_factory=list)


class Card:
    """Takes steps in order; `after_a_cut` says what could be found if the power went now."""

    def __init__(self) -> None:
        self._files: dict[str, _Medium] = {}
        self.said: list[Any] = []

    def take(self, step: Step) -> None:
        match step:
            case Said(what):
                self.said.append(what)
            case Sync(path):
                medium = self._medium(path)
                medium.lasting, medium.exists = _applied(medium, medium.pending)
                medium.pending = []
                # A journalling file system commits what happened to names together with the next sync of any file.
                for other in self._files.values():
                    if other.pending and isinstance(other.pending[-1], Delete):
                        other.lasting, other.exists, other.pending = b"", False, []
            case Write() | Truncate() | Delete():
                self._medium(step.path).pending.append(step)
            case _:
                assert_never(step)

    def _medium(self, path: str) -> _Medium:
        return self._files.setdefault(path, _Medium())

    def after_a_cut(self, dice: random.Random) -> Iterator[tuple[str, bytes]]:
        """Each file that is there, with its contents: of what was not synced, each sector landed or did not."""
        share = dice.choice((0.0, 0.5, 1.0))
        for path, medium in self._files.items():
            content, exists = _applied(medium, _landed(medium.pending, dice, share))
            if exists:
                yield path, content

    def put_down(self, folder: Path, dice: random.Random) -> None:
        """Make `folder` what the next boot finds."""
        for stale in folder.iterdir():
            stale.unlink()
        for path, content in self.after_a_cut(dice):
            (folder / Path(path).name).write_bytes(content)


def _landed(
    pending: Iterable[Write | Truncate | Delete], dice: random.Random, share: float
) -> Iterator[Write | Truncate | Delete]:
    for step in pending:
        if isinstance(step, Write):
            for place in _pieces(step):
                if dice.random() < share:
                    yield Write(step.path, step.at + place.start, step.content[place])
        elif dice.random() < share:
            yield step


def _pieces(step: Write) -> Iterator[slice]:
    """Where a write crosses from one sector to the next."""
    begin = 0
    while begin < len(step.content):
        end = begin + SECTOR - (step.at + begin) % SECTOR
        yield slice(begin, end)
        begin = end


def _applied(medium: _Medium, steps: Iterable[Write | Truncate | Delete]) -> tuple[bytes, bool]:
    content, exists = bytearray(medium.lasting), medium.exists
    for step in steps:
        if isinstance(step, Write):
            content.extend(bytes(max(0, step.at - len(content))))
            content[step.at : step.at + len(step.content)] = step.content
            exists = True
        elif isinstance(step, Truncate):
            del content[step.size :]
        else:
            content, exists = bytearray(), False
    return bytes(content), exists
