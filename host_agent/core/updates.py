"""Which units follow when one has been updated, pure: first one, then all to exactly what that one runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from broker.messages import Hello


@dataclass(frozen=True)
class Following:
    """`version`: what the others would get; `units`: those that run something older and can be updated."""

    version: str
    units: tuple[str, ...]


def following(said: Mapping[str, Hello]) -> Following | None:
    """Who could follow, from the last hello of each unit that is here; None when nobody is behind.

    A version that a unit went back from is offered to nobody.
    """
    able = {unit: hello for unit, hello in said.items() if hello.can_update and hello.version}
    refused = {_release(hello.went_back_from) for hello in said.values() if hello.went_back_from}
    offered = {hello.version for hello in able.values()} - refused
    if not offered:
        return None
    newest = max(offered, key=_order)
    behind = tuple(unit for unit, hello in able.items() if _order(hello.version) < _order(newest))
    return Following(newest, behind) if behind else None


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _release(package_version: str) -> str:
    """A package's version without the Debian release that it was made for: 1.2+deb12 is 1.2."""
    return package_version.partition("+deb")[0]
