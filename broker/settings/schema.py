"""The list of keys as JSON Schema (draft 2020-12), for editors that check while one types."""

from collections.abc import Sequence
from typing import Any

from broker.settings.keys import REQUIRED, Key, Section

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(title: str, sections: Sequence[Section]) -> dict[str, Any]:
    """The schema of the whole file."""
    top = _table("", [])
    for section in sections:
        inner = _table(section.says, [key for key in section.keys if key.default is REQUIRED and key.unless is None])
        inner["properties"] = {key.name: _property(key) for key in section.keys}
        if not section.name:
            top |= inner | {"description": title}
            continue
        *outer, name = section.name.split(".")
        holder = top
        for each in outer:
            holder = holder["properties"][each]
        properties = holder.setdefault("properties", {})
        properties[name] = {"type": "array", "items": inner} if section.many else inner
    return {"$schema": DIALECT, "title": title, **top}


def _table(says: str, required: Sequence[Key]) -> dict[str, Any]:
    table: dict[str, Any] = {"type": "object", "description": says, "additionalProperties": False, "properties": {}}
    return table | ({"required": [key.name for key in required]} if required else {})


def _property(key: Key) -> dict[str, Any]:
    described: dict[str, Any] = {**key.kind.schema, "description": key.says}
    if key.default is not None and key.default is not REQUIRED:
        described["default"] = list(key.default) if isinstance(key.default, tuple) else key.default
    return described
