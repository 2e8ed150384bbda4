"""The words in which a program lists the keys of its TOML file. Light: a unit loads it before its first frame."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

REQUIRED: Final = object()
"""In place of a default: the key must be there."""


@dataclass(frozen=True)
class Kind:
    """What a value may be. `accept` returns what is made of it, or raises ValueError that says what is meant.

    `schema`: the same as JSON Schema (draft 2020-12) has it.
    """

    meant: str
    schema: Mapping[str, Any]
    accept: Callable[[Any], Any]


@dataclass(frozen=True)
class Key:
    """One key. `says`: what it is for, in whole sentences; keys in a row that say the same are explained together.

    `shown`: what the example shows where there is no default; `is_set`: the example sets it, not only shows it.
    `otherwise`: what holds when it is left out, where the default does not tell. `unless`: the key that makes a
    REQUIRED one needless. `reloads`: a change is taken over by a reload; else by a restart.
    """

    name: str
    kind: Kind
    says: str
    default: Any = None
    shown: Any = None
    is_set: bool = False
    otherwise: str = ""
    unless: str | None = None
    reloads: bool = False


@dataclass(frozen=True)
class Section:
    """A table of the file, "" for the top. `many`: written as [[name]], as often as wanted.

    `examples`: for `many`, what the example file sets in each. `hidden`: the example shows it as a comment.
    """

    name: str
    says: str
    keys: tuple[Key, ...]
    many: bool = False
    examples: tuple[Mapping[str, Any], ...] = ({},)
    hidden: bool = False

    def path(self, key: Key) -> str:
        """How the key is called where its table is not in sight."""
        return f"{self.name}.{key.name}" if self.name else key.name


def by_path(sections: Iterable[Section]) -> dict[str, Key]:
    """Every key by its path, such as `sign.waiting`."""
    return {section.path(key): key for section in sections for key in section.keys}


def text(*, least: int = 0, limit: int = 255, meant: str = "a text") -> Kind:
    """A text of one line; `least` 1: not an empty one."""

    def accept(value: Any) -> str:
        if not isinstance(value, str) or len(value) > limit or (value and not value.isprintable()):
            raise ValueError(meant)
        if least and not value.strip():
            raise ValueError(meant)
        return value

    return Kind(meant, {"type": "string", "minLength": least, "maxLength": limit}, accept)


def matching(pattern: str, meant: str, *, empty: bool = False) -> Kind:
    """A text that `pattern` matches whole; or, with `empty`, nothing."""
    whole_pattern = re.compile(pattern)

    def accept(value: Any) -> str:
        if not isinstance(value, str) or not (whole_pattern.fullmatch(value) or (empty and not value)):
            raise ValueError(meant)
        return value

    return Kind(meant, {"type": "string", "pattern": f"^({pattern})?$" if empty else f"^({pattern})$"}, accept)


def parsed(parse: Callable[[str], Any], meant: str, pattern: str = "") -> Kind:
    """A text that `parse` takes; it refuses with ValueError, whose text says what is meant where it has one.

    `pattern`: as much of it as an editor can check.
    """

    def accept(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError(meant)  # noqa: TRY004  # all faults of a file are one kind
        try:
            return parse(value)
        except ValueError as fault:
            raise ValueError(str(fault) or meant) from None

    return Kind(meant, {"type": "string"} | ({"pattern": pattern} if pattern else {}), accept)


def truth() -> Kind:
    """True or false."""

    def accept(value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError("true or false")  # noqa: TRY004
        return value

    return Kind("true or false", {"type": "boolean"}, accept)


def one_of(*choices: str) -> Kind:
    """One of these words."""
    meant = "one of " + ", ".join(choices)

    def accept(value: Any) -> str:
        if value not in choices:
            raise ValueError(meant)
        return str(value)

    return Kind(meant, {"enum": list(choices)}, accept)


def whole(least: int, most: int) -> Kind:
    """A whole number."""
    meant = f"a whole number from {least} to {most}"

    def accept(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(meant)
        return value

    return Kind(meant, {"type": "integer", "minimum": least, "maximum": most}, accept)


def number(least: float, most: float) -> Kind:
    """A number, whole or not."""
    meant = f"a number from {least:g} to {most:g}"

    def accept(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise ValueError(meant)
        return float(value)

    return Kind(meant, {"type": "number", "minimum": least, "maximum": most}, accept)


def or_false(kind: Kind) -> Kind:
    """False switches the rule off, which is kept as None."""
    meant = f"{kind.meant}, or false for never"

    def accept(value: Any) -> Any:
        if value is False:
            return None
        try:
            return kind.accept(value)
        except ValueError:
            raise ValueError(meant) from None

    return Kind(meant, {"anyOf": [dict(kind.schema), {"const": False}]}, accept)


def several(kind: Kind, most: int, meant: str) -> Kind:
    """A list of at most so many, each as `kind`; kept as a tuple."""

    def accept(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(meant)
        try:
            return tuple(kind.accept(each) for each in value)
        except ValueError:
            raise ValueError(meant) from None

    return Kind(meant, {"type": "array", "items": dict(kind.schema), "maxItems": most}, accept)


def choices(kind: Kind) -> Sequence[str]:
    """The words of which a value must be one; none where any will do."""
    return [each for each in kind.schema.get("enum", ()) if isinstance(each, str)]
