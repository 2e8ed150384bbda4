"""The list of keys as a TOML file that explains itself: what is commented out shows its default or an example."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from broker.settings.keys import REQUIRED, Key, Section
from broker.settings_text import written

WIDTH = 118


def example(head: str, sections: Sequence[Section]) -> str:
    """The text of the file. `head`: what it says of itself; a paragraph for each line."""
    lines = [*_comment(head)]
    for section in sections:
        lines.append("")
        for nth, values in enumerate(section.examples):
            lines += [""] if nth else []
            lines += _section(section, values, explained=nth == 0)
    return "\n".join(lines) + "\n"


def default_said(key: Key) -> str:
    """What holds when the key is left out, in words or as TOML writes it."""
    if key.otherwise:
        return key.otherwise
    if key.default is REQUIRED:
        return "it must be there"
    return "none" if key.default in (None, "", ()) else toml(key.default)


def toml(value: Any) -> str:
    """A value as TOML writes it; a number without needless noughts."""
    match value:
        case tuple():
            return written(list(value))
        case float():
            return f"{value:g}"
        case _:
            return written(value)


def _section(section: Section, values: Mapping[str, Any], *, explained: bool) -> Iterator[str]:
    header = f"[[{section.name}]]" if section.many else f"[{section.name}]"
    mark = "#" if section.hidden else ""
    yield from _comment(section.says) if explained else ()
    if section.name:
        yield mark + header
    before = ""
    for key in section.keys:
        if not explained and key.name not in values:
            continue
        if explained and key.says != before:
            if before:
                yield ""
            yield from _comment(key.says + (f" Left out: {key.otherwise}." if key.otherwise else ""))
            before = key.says
        yield _line(key, values, mark)


def _line(key: Key, values: Mapping[str, Any], mark: str) -> str:
    value = values.get(key.name, key.default if key.shown is None else key.shown)
    hidden = mark or ("" if key.name in values or key.is_set else "#")
    return f"{hidden}{key.name} = {toml('' if value is None or value is REQUIRED else value)}"


def _comment(says: str) -> list[str]:
    return [
        f"# {line}" for part in says.splitlines() for line in textwrap.wrap(part, WIDTH - 2, break_on_hyphens=False)
    ]
