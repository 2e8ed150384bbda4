"""Reading a TOML table key by key, gathering every fault: which key, what was found, what was meant."""

import difflib
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from host_agent.errors import ConfigFault

Parsed = TypeVar("Parsed")
MAX_PORT = 65_535
MAX_SECRET = 4096
_OTHERS_MAY = 0o077


class Faults:
    """Everything wrong with one file."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lines: list[str] = []

    def add(self, key: str, found: str, meant: str) -> None:
        """One fault: at `key`, `found` stands where `meant` should."""
        self._lines.append(f"{self._source}: {key}: found {found}; meant is {meant}")

    def unknown(self, key: str, word: str, known: Sequence[str], meant: str) -> None:
        """A word that is not one of `known`; the nearest is proposed."""
        near = difflib.get_close_matches(word, known, n=1)
        self.add(key, repr(word), meant + (f". Did you mean {near[0]!r}?" if near else ""))

    def raise_any(self) -> None:
        """Raise ConfigFault when there is a fault."""
        if self._lines:
            raise ConfigFault(self._lines)


class Table:
    """One TOML table. Each reading names a key; `close` refuses the keys that nobody read."""

    def __init__(self, values: Mapping[str, Any], where: str, faults: Faults, folder: Path) -> None:
        self._values = values
        self.where = where
        self._faults = faults
        self._folder = folder
        self._read: list[str] = []

    def has(self, key: str) -> bool:
        """Whether `key` is set, and not to false."""
        return self._values.get(key) not in (None, False)

    def peek(self, key: str) -> Any:
        """What stands at `key`, unread: as it is, or None."""
        return self._values.get(key)

    def fault(self, key: str, found: str, meant: str) -> None:
        """Add a fault at `key` of this table."""
        self._faults.add(self._at(key), found, meant)

    def text(self, key: str, *, default: str, limit: int = 255) -> str:
        """A text of one line."""
        return self._checked(
            key, default, lambda v: isinstance(v, str) and len(v) <= limit and (not v or v.isprintable()), "a text"
        )

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return self._checked(key, default, lambda v: isinstance(v, bool), "true or false")

    def port(self, key: str, *, default: int) -> int:
        """A TCP port."""
        return self._checked(key, default, lambda v: type(v) is int and 0 < v <= MAX_PORT, f"a port, 1-{MAX_PORT}")

    def whole(self, key: str, *, default: int, least: int, most: int) -> int:
        """A whole number."""
        return self._checked(
            key, default, lambda v: type(v) is int and least <= v <= most, f"a whole number, {least}-{most}"
        )

    def texts(self, key: str, *, limit: int = 64) -> tuple[str, ...]:
        """A list of texts."""
        none: list[str] = []
        found = self._checked(
            key,
            none,
            lambda v: isinstance(v, list) and len(v) <= limit and all(isinstance(item, str) for item in v),
            'a list of texts, such as ["receptie"]',
        )
        return tuple(found)

    def choice(self, key: str, among: Sequence[str], *, default: str) -> str:
        """One of `among`."""
        word = self.text(key, default=default)
        if word not in among:
            self._faults.unknown(self._at(key), word, among, "one of " + ", ".join(among))
            return default
        return word

    def parsed(self, key: str, parse: Callable[[str], Parsed], *, required: bool = True) -> Parsed | None:
        """A text that `parse` takes; it refuses with ValueError, which becomes the fault."""
        if key not in self._values:
            self._read.append(key)
            if required:
                self.fault(key, "nothing", "a text; this key must be there")
            return None
        word = self.text(key, default="")
        try:
            return parse(word)
        except ValueError as fault:
            self.fault(key, repr(word), str(fault))
            return None

    def address(self, key: str, *, default: str) -> tuple[str, int]:
        """`host:port`, where a host of colons stands in brackets."""
        text = self.text(key, default=default)
        host, _, port = text.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= MAX_PORT:
            self.fault(key, repr(text), "an address and port, such as `127.0.0.1:8088`")
            host, _, port = default.rpartition(":")
        return host.strip("[]"), int(port)

    def path(self, key: str, *, default: Path) -> Path:
        """A path; a relative one starts from the config file's folder."""
        text = self.text(key, default=str(default), limit=4096)
        return self._folder / Path(text).expanduser()

    def file(self, key: str) -> Path | None:
        """A file that must be there, or None when the key is not."""
        if key not in self._values:
            self._read.append(key)
            return None
        path = self.path(key, default=Path())
        if not path.is_file():
            self.fault(key, repr(str(path)), "a file that is there")
        return path

    def secret(self, key: str) -> str | None:
        """The first line of the file that the key names: a password that no one else on the machine may read."""
        path = self.file(key)
        if path is None or not path.is_file():
            return None
        try:
            if path.stat().st_mode & _OTHERS_MAY:
                self.fault(key, f"{str(path)!r}, which others may read", f"a file of its owner alone: chmod 600 {path}")
            with path.open(encoding="utf-8") as lines:
                word = lines.readline(MAX_SECRET).rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            self.fault(key, repr(str(path)), "a text file that this user may read")
            return None
        if not word:
            self.fault(key, f"nothing in {str(path)!r}", "a password on its first line")
        return word or None

    def table(self, key: str) -> "Table":
        """The table under `key`, empty when it is not there."""
        none: dict[str, Any] = {}
        found = self._checked(key, none, lambda v: isinstance(v, dict), f"a table: [{key}]")
        return Table(found, self._at(key), self._faults, self._folder)

    def tables(self, key: str) -> list["Table"]:
        """The tables under `key`, each written as [[key]]."""
        none: list[dict[str, Any]] = []
        found = self._checked(
            key, none, lambda v: isinstance(v, list) and all(isinstance(i, dict) for i in v), f"tables: [[{key}]]"
        )
        return [Table(each, f"{self._at(key)}[{n}]", self._faults, self._folder) for n, each in enumerate(found, 1)]

    def close(self) -> None:
        """Refuse every key that was not read."""
        for key in self._values:
            if key not in self._read:
                meant = "one of " + ", ".join(self._read)
                self._faults.unknown(self._at(key) if self.where else key, key, self._read, meant)

    def _checked(self, key: str, default: Parsed, fits: Callable[[Any], bool], meant: str) -> Parsed:
        self._read.append(key)
        if key not in self._values:
            return default
        value: Parsed = self._values[key]
        if not fits(value):
            self.fault(key, repr(value)[:80], meant)
            return default
        return value

    def _at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key


def is_ip_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
