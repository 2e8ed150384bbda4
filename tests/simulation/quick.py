"""`dataclasses.replace` with its work done once for each class and choice of fields: the same result, sooner.

A unit is one frozen value of some forty fields, and made-up time spends half of itself in copying it.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

_makers: dict[tuple[Any, ...], Callable[..., Any]] = {}


def replace(obj: Any, /, **changes: Any) -> Any:
    """As `dataclasses.replace`."""
    key = (obj.__class__, *changes)
    maker = _makers.get(key)
    if maker is None:
        maker = _makers[key] = _maker(obj.__class__, tuple(changes)) or _plainly(tuple(changes))
    return maker(obj, *changes.values())


def _maker(kind: type, names: tuple[str, ...]) -> Callable[..., Any] | None:
    fields = dataclasses.fields(kind)
    if any(not field.init or field._field_type is not dataclasses._FIELD for field in fields):  # type: ignore[attr-defined]
        return None
    if set(names) - {field.name for field in fields}:
        return None
    taken = {name: f"v{place}" for place, name in enumerate(names)}
    given = ", ".join(
        (f"{field.name}=" if field.kw_only else "") + taken.get(field.name, f"o.{field.name}") for field in fields
    )
    scope: dict[str, Any] = {"kind": kind}
    exec(f"def maker(o, {', '.join(taken.values())}):\n    return kind({given})", scope)
    made: Callable[..., Any] = scope["maker"]
    return made


def _plainly(names: tuple[str, ...]) -> Callable[..., Any]:
    return lambda obj, *values: _replace(obj, **dict(zip(names, values, strict=True)))


_replace = dataclasses.replace


def install() -> None:
    """Let this process use it everywhere. To be called before anything else imports `replace`."""
    dataclasses.replace = replace
