"""What a reload takes over of a changed file, and what waits for a restart: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broker.settings.keys import Section, by_path

Given = Mapping[str, Any]
"""What a file says, by path; of a [[table]] all of its tables, by its name."""


@dataclass(frozen=True)
class Change:
    """The paths that differ, in the order of the list of keys."""

    taken_over: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()


def given(document: Mapping[str, Any], sections: Sequence[Section]) -> dict[str, Any]:
    """A file that has no faults, by path, with the defaults where it says nothing."""
    said: dict[str, Any] = {}
    for section in sections:
        inner: Any = document
        for name in section.name.split(".") if section.name else ():
            inner = inner.get(name, {})
        if section.many:
            said[section.name] = inner or []
        else:
            said |= {section.path(key): inner.get(key.name, key.default) for key in section.keys}
    return said


def change(sections: Sequence[Section], before: Given, after: Given) -> Change:
    """What differs between two files without faults."""
    keys = by_path(sections)
    reloads = {path: key.reloads for path, key in keys.items()}
    reloads |= {each.name: all(key.reloads for key in each.keys) for each in sections if each.many}
    differ = [path for path in reloads if before.get(path) != after.get(path)]
    return Change(tuple(path for path in differ if reloads[path]), tuple(path for path in differ if not reloads[path]))


def reported(done: Change) -> list[str]:
    """The lines for the log, without values: a name or a number may be among them."""
    lines = [f"reload: {path} is as the file says" for path in done.taken_over]
    lines += [f"reload: {path} changed; it needs a restart" for path in done.needs_restart]
    return lines or ["reload: nothing differs"]
