"""What is wrong with a settings file: each fault with its line, its key, what was found and what is meant."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from broker.settings.places import Place, end_of, line_of, lines_of, name_of

_AT_END = re.compile(r"\(at end of document\)$")
_AT = re.compile(r"^(?P<says>.*) \(at line (?P<line>\d+), column (?P<column>\d+)\)$", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """One fault at `place`; an empty place is the file itself."""

    place: Place
    says: str


def found(value: Any, meant: str, words: Sequence[str] = ()) -> str:
    """What stands there and what is meant; the nearest of `words` is proposed."""
    return f"found {repr(value)[:80]}; meant is {meant}{_nearest(value, words)}"


def unknown(name: str, known: Sequence[str], elsewhere: Sequence[str]) -> str:
    """A key that does not exist. `known`: those of its table; `elsewhere`: all paths of the file."""
    near = _nearest(name, known)
    if not near:
        # A key in the wrong table, or at the top where a table was meant.
        same = [path for path in elsewhere if path.rpartition(".")[2] == name]
        near = f". Did you mean {same[0]!r}?" if same else _nearest(name, elsewhere)
    return f"found {name[:80]!r}; meant is one of {', '.join(known)}{near}"


def told(source: str, faults: Iterable[Fault], text: str | None = None) -> list[str]:
    """A line for each fault, in the order of the file; without its `text` no lines are numbered."""
    lines = {} if text is None else lines_of(text)
    placed = [(line_of(lines, fault.place), fault) for fault in faults]
    placed.sort(key=lambda each: each[0] or 0)
    said = []
    for line, fault in placed:
        where = source if line is None else f"{source}:{line}"
        said.append(": ".join(filter(None, (where, name_of(fault.place), fault.says))))
    return said


def no_toml(source: str, text: str, fault: Exception) -> str:
    """The line for a text that tomllib refuses, with the line and column where it stopped."""
    says = str(fault)
    if isinstance(fault, tomllib.TOMLDecodeError):
        if (at := _AT.match(says)) is not None:
            return f"{source}:{at['line']}:{at['column']}: not TOML: {at['says']}"
        if _AT_END.search(says):
            line, column = end_of(text)
            return f"{source}:{line}:{column}: not TOML: {_AT_END.sub('', says).rstrip()}, at its end"
    return f"{source}: not TOML: {says}"


def _nearest(value: Any, words: Sequence[str]) -> str:
    if not isinstance(value, str) or not words:
        return ""
    import difflib  # only for a file with a fault, and it is slow to load

    near = difflib.get_close_matches(value, words, n=1)
    return f". Did you mean {near[0]!r}?" if near else ""
