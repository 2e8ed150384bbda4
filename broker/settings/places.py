"""On which line of a TOML file a key stands. tomllib, which read the file, is asked again: statement by statement."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str | int, ...]
"""The way to a key: names of tables and keys; for the nth [[table]], n (from 1) after its name."""

LONGEST = 200
"""Lines of one statement; in a longer one no lines are told any more."""


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of each table and key in `text`, which tomllib must be able to read."""
    lines = text.split("\n")
    found: dict[Place, int] = {}
    times: Counter[tuple[str, ...]] = Counter()
    table: Place = ()
    at = 0
    while at < len(lines):
        length, said = _statement(lines, at)
        if said is None:
            break
        if lines[at].lstrip().startswith("["):
            names = _names(said)
            if lines[at].lstrip().startswith("[["):
                times[names] += 1
            table = _counted(names, times)
            found.setdefault(table, at + 1)
        for place in _places(said) if not lines[at].lstrip().startswith("[") else ():
            found.setdefault((*table, *place), at + 1)
        at += length
    return found


def line_of(found: Mapping[Place, int], place: Place) -> int | None:
    """Where `place` stands or, when it is not there, the table that it would stand in; None for the top."""
    for length in range(len(place), 0, -1):
        if (line := found.get(place[:length])) is not None:
            return line
    return None


def name_of(place: Place) -> str:
    """A place as people write it: `unit[1].queues`."""
    said = ""
    for step in place:
        said += f"[{step}]" if isinstance(step, int) else f".{step}" if said else step
    return said


def end_of(text: str) -> tuple[int, int]:
    """Line and column behind the last character, from 1."""
    lines = text.rstrip("\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def _statement(lines: list[str], at: int) -> tuple[int, dict[str, Any] | None]:
    """How many lines the statement at `at` takes, and what it says by itself; None when it is too long."""
    for length in range(1, min(LONGEST, len(lines) - at) + 1):
        try:
            return length, tomllib.loads("\n".join(lines[at : at + length]))
        except (ValueError, RecursionError):
            continue
    return 1, None


def _names(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in a table's header."""
    names: list[str] = []
    inner: Any = said
    while isinstance(inner, dict) and inner:
        ((name, inner),) = inner.items()
        names.append(name)
    return tuple(names)


def _counted(names: tuple[str, ...], times: Mapping[tuple[str, ...], int]) -> Place:
    place: Place = ()
    for length, name in enumerate(names, 1):
        nth = times.get(names[:length], 0)
        place += (name, nth) if nth else (name,)
    return place


def _places(said: Any) -> Iterator[Place]:
    """All that stands inside a value."""
    inner = said.items() if isinstance(said, dict) else enumerate(said, 1) if isinstance(said, list) else ()
    for step, deep in inner:
        yield (step,)
        yield from ((step, *deeper) for deeper in _places(deep))
