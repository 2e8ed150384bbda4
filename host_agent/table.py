"""Reading a TOML table key by key as the list of keys says, gathering every fault."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from broker.settings.faults import Fault, found, told, unknown
from broker.settings.keys import REQUIRED, Section, choices
from broker.settings.places import Place
from host_agent.config_keys import BY_NAME, KEYS
from host_agent.errors import ConfigFault

MAX_SECRET = 4096
_OTHERS_MAY = 0o077
_ANYBODY_MAY = 0o007


def _is_open(path: Path) -> bool:
    """Whether somebody else may read or write the file at `path`. Raises OSError.

    What systemd hands a service (LoadCredential=) is guarded by its folder; since version 254 an access list lets the
    service's user read it, and that list shows as rights of the group.
    """
    handed = os.environ.get("CREDENTIALS_DIRECTORY")
    mask = _ANYBODY_MAY if handed and path.is_relative_to(handed) else _OTHERS_MAY
    return bool(path.stat().st_mode & mask)


class Faults:
    """Everything wrong with one file; `text` is what stands in it."""

    def __init__(self, source: str, text: str | None = None) -> None:
        self._source = source
        self._text = text
        self._faults: list[Fault] = []
        self._more: list[Faults] = []

    def add(self, place: Place, says: str) -> None:
        """One fault at `place`."""
        self._faults.append(Fault(place, says))

    def of_file(self, source: str, text: str | None = None) -> "Faults":
        """Those of another file that belongs to this one; they are told after its own."""
        more = Faults(source, text)
        self._more.append(more)
        return more

    def lines(self) -> list[str]:
        """A line for each fault."""
        return told(self._source, self._faults, self._text) + [line for each in self._more for line in each.lines()]

    def raise_any(self) -> None:
        """Raise ConfigFault when there is a fault."""
        if lines := self.lines():
            raise ConfigFault(lines)


class Table:
    """One TOML table, which `section` lists. Each reading names a key; `close` refuses the keys that nobody lists."""

    def __init__(self, values: Mapping[str, Any], place: Place, faults: Faults, folder: Path, section: Section) -> None:
        self._values = values
        self.place = place
        self.faults = faults
        self._folder = folder
        self._section = section
        self._keys = {key.name: key for key in section.keys}

    def has(self, key: str) -> bool:
        """Whether `key` is set, and not to false."""
        return self._values.get(key) not in (None, False)

    def peek(self, key: str) -> Any:
        """What stands at `key`, unread: as it is, or None."""
        return self._values.get(key)

    def fault(self, key: str, value: Any, meant: str) -> None:
        """Add a fault at `key` of this table, where `value` stands (None: nothing) and something else is meant."""
        self.faults.add(
            (*self.place, key), f"found nothing; meant is {meant}" if value is None else found(value, meant)
        )

    def unknown(self, key: str, word: str, known: Sequence[str], meant: str) -> None:
        """A word at `key` that is not one of `known`; the nearest is proposed."""
        self.faults.add((*self.place, key), found(word, meant, known))

    def value(self, key: str, default: Any = None) -> Any:
        """What is made of the value at `key`; a wrong or missing one is a fault, and its default's."""
        listed = self._keys[key]
        otherwise = default
        if otherwise is None and listed.default not in (None, REQUIRED):
            plain = list(listed.default) if isinstance(listed.default, tuple) else listed.default
            otherwise = listed.kind.accept(plain)
        if key not in self._values:
            if listed.default is REQUIRED:
                self.fault(key, None, f"{listed.kind.meant}; this key must be there")
            return otherwise
        value = self._values[key]
        try:
            return listed.kind.accept(value)
        except ValueError as fault:
            meant = str(fault) or listed.kind.meant
            self.faults.add((*self.place, key), found(value, meant, choices(listed.kind)))
            return otherwise

    def text(self, key: str) -> str:
        """A text; empty when it is not there."""
        return str(self.value(key, self._keys[key].default if self._keys[key].default is not REQUIRED else "") or "")

    def flag(self, key: str) -> bool:
        """True or false."""
        return bool(self.value(key))

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; `default`: where it depends on other keys."""
        return int(self.value(key, default))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.value(key))

    def address(self, key: str) -> tuple[str, int]:
        """`host:port`."""
        host, port = self.value(key)
        return str(host), int(port)

    def path(self, key: str) -> Path:
        """A path; a relative one starts from the config file's folder."""
        return self._folder / Path(self.text(key)).expanduser()

    def file(self, key: str) -> Path | None:
        """A file that must be there, or None when the key is not."""
        if key not in self._values or not isinstance(self._values[key], str):
            self.value(key)
            return None
        path = self.path(key)
        if not path.is_file():
            self.fault(key, str(path), "a file that is there")
        return path

    def secret(self, key: str) -> str | None:
        """The first line of the file that the key names: a password that no one else on the machine may read."""
        path = self.file(key)
        if path is None or not path.is_file():
            return None
        try:
            if _is_open(path):
                self.fault(key, str(path), f"a file that its owner alone may read: chmod 600 {path}")
            with path.open(encoding="utf-8") as lines:
                word = lines.readline(MAX_SECRET).rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            self.fault(key, str(path), "a text file that this user may read")
            return None
        if not word:
            self.fault(key, str(path), "a password on its first line")
        return word or None

    def table(self, key: str) -> "Table":
        """The table under `key`, empty when it is not there."""
        inner = self._values.get(key, {})
        if not isinstance(inner, dict):
            self.fault(key, inner, f"a table: [{self._inner(key)}]")
            inner = {}
        return Table(inner, (*self.place, key), self.faults, self._folder, BY_NAME[self._inner(key)])

    def tables(self, key: str) -> list["Table"]:
        """The tables under `key`, each written as [[key]]."""
        inner = self._values.get(key, [])
        if not isinstance(inner, list) or not all(isinstance(each, dict) for each in inner):
            self.fault(key, inner, f"tables: [[{self._inner(key)}]]")
            inner = []
        section = BY_NAME[self._inner(key)]
        return [
            Table(each, (*self.place, key, nth), self.faults, self._folder, section)
            for nth, each in enumerate(inner, 1)
        ]

    def close(self) -> None:
        """Refuse every key that is not listed."""
        outer = self._section.name
        inner = [name for name in BY_NAME if name and name.rpartition(".")[0] == outer]
        known = [*self._keys, *(name.rpartition(".")[2] for name in inner)]
        for key in self._values:
            if key not in known:
                self.faults.add((*self.place, key), unknown(key, known, [*KEYS]))

    def _inner(self, key: str) -> str:
        return f"{self._section.name}.{key}" if self._section.name else key
