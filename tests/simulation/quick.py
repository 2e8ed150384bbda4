"""`dataclasses.replace` with its work done once for each class and choice of fields: the same result, sooner.

A unit is one frozen value of some forty fields, and made-up time spent half of itself in copying it. A frozen class
sets each slot through a call; without slots all fields are copied at once. So here dataclasses get none: nothing else
that a value does depends on them.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

_makers: dict[tuple[Any, ...], Callable[..., Any]] = {}
_new = object.__new__


def replace(obj: Any, /, **changes: Any) -> Any:
    """As `dataclasses.replace`."""
    key = (obj.__class__, *changes)
    maker = _makers.get(key)
    if maker is None:
        kind, names = obj.__class__, tuple(changes)
        if not _is_plain(kind) or set(names) - {field.name for field in dataclasses.fields(kind)}:
            maker = _by_the_book(names)
        elif hasattr(kind, "__slots__") or hasattr(kind, "__post_init__"):
            maker = _by_its_constructor(kind, names)
        else:
            maker = _by_its_fields(kind, names)
        _makers[key] = maker
    return maker(obj, *changes.values())


def _is_plain(kind: type) -> bool:
    fields = dataclasses.fields(kind)
    return all(field.init and field._field_type is dataclasses._FIELD for field in fields)  # type: ignore[attr-defined]


def _by_its_fields(kind: type, names: tuple[str, ...]) -> Callable[..., Any]:
    lines = [f"    fields[{name!r}] = v{place}" for place, name in enumerate(names)]
    return _compiled(kind, names, ["made = new(kind)", "fields = made.__dict__", "fields.update(o.__dict__)"], lines)


def _by_its_constructor(kind: type, names: tuple[str, ...]) -> Callable[..., Any]:
    taken = {name: f"v{place}" for place, name in enumerate(names)}
    given = ", ".join(
        (f"{field.name}=" if field.kw_only else "") + taken.get(field.name, f"o.{field.name}")
        for field in dataclasses.fields(kind)
    )
    return _compiled(kind, names, [f"made = kind({given})"], [])


def _compiled(kind: type, names: tuple[str, ...], first: list[str], then: list[str]) -> Callable[..., Any]:
    values = ", ".join(f"v{place}" for place in range(len(names)))
    body = "\n".join([*(f"    {line}" for line in first), *then, "    return made"])
    scope: dict[str, Any] = {"kind": kind, "new": _new}
    exec(f"def maker(o, {values}):\n{body}", scope)
    made: Callable[..., Any] = scope["maker"]
    return made


def _by_the_book(names: tuple[str, ...]) -> Callable[..., Any]:
    return lambda obj, *values: _replace(obj, **dict(zip(names, values, strict=True)))


_replace = dataclasses.replace
_dataclass = dataclasses.dataclass


def _without_slots(kind: Any = None, /, **wishes: Any) -> Any:
    wishes.pop("slots", None)
    return _dataclass(kind, **wishes)


def install() -> None:
    """Let this process use it everywhere. To be called before anything else imports `replace` or `dataclass`."""
    dataclasses.replace = replace
    dataclasses.dataclass = _without_slots
