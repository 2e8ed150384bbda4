"""Filling in a TOML file that explains itself: the values change, every word of explanation stays."""

import json
import re
from collections.abc import Mapping

Value = str | int | bool | list[str]
_KEY = re.compile(r"^(?P<mark>#\s?)?(?P<key>[a-z_]+)\s*=\s*")
_TABLE = re.compile(r"^\[(?P<name>[a-z_.]+)\]\s*$")
_MANY = re.compile(r"^\[\[")


def filled_in(text: str, values: Mapping[str, Value], *, without_examples: bool = False) -> str:
    """`text` with `values` ("table.key", or "key" at the top), each on the line that shows or sets that key.

    Without examples, the tables of which there may be many ([[...]]) are only shown, as comments. Raises KeyError for
    a key that the text does not show.
    """
    left = dict(values)
    table, many, lines = "", False, []
    for line in text.splitlines():
        if found := _TABLE.match(line):
            table, many = found["name"] + ".", False
        elif _MANY.match(line):
            table, many = "[].", True
        elif (found := _KEY.match(line)) and (path := table + found["key"]) in left:
            lines.append(f"{found['key']} = {written(left.pop(path))}")
            continue
        lines.append(f"# {line}" if many and without_examples and line and not line.startswith("#") else line)
    if left:
        raise KeyError(f"{', '.join(left)}: the text shows no such key")
    return "\n".join(lines) + "\n"


def written(value: Value) -> str:
    """A value as TOML writes it. JSON's texts, numbers and lists are TOML's too, once DEL is escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
