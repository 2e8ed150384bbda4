"""Slowing down who guesses passwords, pure: a wait that grows with each failure, and never a lock.

Counted apart for one account from one address, which slows a guesser and nobody else, and for an address as a whole,
which slows one that tries many accounts. Times are seconds of one clock that only goes forward.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 3, 20
LONGEST_WAIT_S = 300.0
FORGET_S = 3_600.0
MOST_KEYS = 10_000

Key = tuple[str, ...]


@dataclass(frozen=True)
class Failures:
    """Failed sign-ins under one key: how many, and when the last was."""

    count: int
    last_at: float


Ledger = Mapping[Key, Failures]


def keys(login: str, address: str) -> tuple[Key, Key]:
    """What a sign-in is counted under."""
    return (login.casefold(), address), (address,)


def wait_s(ledger: Ledger, login: str, address: str, now: float) -> float:
    """How long the next try must wait, in seconds; 0 when it may go on."""
    return max(_wait_s(ledger.get(key), _free(key), now) for key in keys(login, address))


def failed(ledger: Ledger, login: str, address: str, now: float) -> dict[Key, Failures]:
    """The ledger after one more failure; the longest past ones are forgotten."""
    kept = {key: each for key, each in ledger.items() if now - each.last_at < FORGET_S}
    for key in keys(login, address):
        known = kept.pop(key, Failures(0, now))
        kept[key] = replace(known, count=known.count + 1, last_at=now)
    return dict(list(kept.items())[-MOST_KEYS:])


def succeeded(ledger: Ledger, login: str, address: str) -> dict[Key, Failures]:
    """The ledger after somebody signed in: the account starts afresh from that address."""
    return _without(ledger, keys(login, address)[:1])


def _without(ledger: Ledger, gone: Iterable[Key]) -> dict[Key, Failures]:
    return {key: each for key, each in ledger.items() if key not in gone}


def _free(key: Key) -> int:
    return FREE_FOR_ADDRESS if len(key) == 1 else FREE_FOR_ACCOUNT


def _wait_s(known: Failures | None, free: int, now: float) -> float:
    if known is None or known.count < free:
        return 0.0
    # 2 s after the first that was not free, then 4, 8, …
    wait = min(LONGEST_WAIT_S, 2.0 ** min(known.count - free + 1, 20))
    return max(0.0, known.last_at + wait - now)
