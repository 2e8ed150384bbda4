"""Writes `asyncapi.yaml`, the published contract, from the topic table and the message types (AsyncAPI 3.0.0).

`python -m broker.asyncapi` rewrites the file beside this module; a test fails when the two differ.
"""

from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml

from broker.codec import MAX_PAYLOAD
from broker.messages import VERSION
from broker.names import END, QUEUE_PATTERN, UNIT_PATTERN
from broker.topics import DEFAULT_ROOT, TABLE, Direction, Row

PATH = Path(__file__).with_suffix(".yaml")
_SCHEMAS = "#/components/schemas/"
_HEAD = "# Written from broker/topics.py and broker/messages.py. Do not edit: run `python -m broker.asyncapi`.\n"
_ABOUT = f"""What desk units and host agents say to each other over MQTT 5.

JSON, UTF-8, at most {MAX_PAYLOAD} bytes. Fields that a reader does not know are ignored; another `v` is refused.
Durations are seconds; null means unknown, never zero. Texts are cleaned of control, format and bidi characters
when they are read. The first level of each topic is configurable."""
_PARAMETERS = {
    "unit": {"description": f"The unit's name and user name at the broker: `{UNIT_PATTERN.replace(END, '$')}`."},
    "queue": {"description": f"A queue as the PBX names it: `{QUEUE_PATTERN.replace(END, '$')}`."},
}


def document(root: str = DEFAULT_ROOT) -> dict[str, Any]:
    """The whole contract as plain values. An application here is the host agent: it receives and sends."""
    kinds = sorted({kind for row in TABLE for kind in _kinds(row)}, key=lambda kind: str(kind.__name__))
    schemas = msgspec.json.schema_components(kinds, ref_template=_SCHEMAS + "{name}")[1]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Belbord on the bus", "version": f"{VERSION}.0.0", "description": _ABOUT},
        "defaultContentType": "application/json",
        "channels": {row.key: _channel(root, row) for row in TABLE},
        "operations": {_operation_name(row): _operation(row) for row in TABLE},
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in kinds},
            "schemas": _portable(schemas),
        },
    }


def text() -> str:
    """The YAML text of the contract."""
    return _HEAD + str(yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110))


def _kinds(row: Row) -> tuple[Any, ...]:
    return get_args(row.payload) or (row.payload,)


def _channel(root: str, row: Row) -> dict[str, Any]:
    names = [name for name in _PARAMETERS if "{" + name + "}" in row.levels]
    return {
        "address": f"{root}/{row.levels}",
        "description": row.purpose,
        "parameters": {name: dict(_PARAMETERS[name]) for name in names},
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in _kinds(row)},
    }


def _operation_name(row: Row) -> str:
    return f"{_action(row)}{row.key.capitalize()}"


def _action(row: Row) -> str:
    return "receive" if row.direction is Direction.UNIT_TO_HOST else "send"


def _operation(row: Row) -> dict[str, Any]:
    mqtt: dict[str, Any] = {"qos": row.qos, "retain": row.retained, "bindingVersion": "0.2.0"}
    if row.expiry_s is not None:
        mqtt["messageExpiryInterval"] = row.expiry_s
    return {
        "action": _action(row),
        "summary": f"{row.direction.value}: {row.purpose}",
        "channel": {"$ref": f"#/channels/{row.key}"},
        "bindings": {"mqtt": mqtt},
    }


def _message(kind: Any) -> dict[str, Any]:
    return {"name": kind.__name__, "payload": {"$ref": f"{_SCHEMAS}{kind.__name__}"}}


def _portable(value: Any) -> Any:
    """The same schema on every Python, with patterns as ECMA 262 reads them, where `$` is the end and nothing else."""
    match value:
        case {"description": str(docstring), **rest}:
            # Python 3.13 takes a docstring's indentation away, earlier ones do not.
            return {**_portable(rest), "description": cleandoc(docstring)}
        case dict():
            return {key: _portable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_portable(inner) for inner in value]
        case str():
            return value.replace(END, "$")
        case _:
            return value


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
