"""Who may enrol, and who may have a new certificate: pure. Moments are seconds since 1970, UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from broker.enrolment import proves, unit_proof
from broker.lifetimes import DAY_S, renewal_due

CODE_LASTS_S = 15 * 60.0
TRIES = 3
MOST_A_DAY = 5
"""A unit asks once in more than a year; a program that asks again and again is not one of ours."""


@dataclass(frozen=True)
class Enrolment:
    """One unit that is expected. `key`: the code, stretched; the code itself is kept nowhere.

    `public_key` (its digest) and `grant`: who used the code, and what was answered, so that a unit whose power was cut
    before it had the answer can ask again.
    """

    unit: str
    key: bytes
    expires_at: float
    wrong_tries: int = 0
    public_key: str | None = None
    grant: str | None = None


@dataclass(frozen=True)
class Signed:
    """A certificate that the office gave out. `revoked_at` None: it is good."""

    serial: int
    name: str
    begins: float
    ends: float
    public_key: str
    pem: str
    revoked_at: float | None = None


@dataclass(frozen=True)
class Trust:
    """How an office stands to a unit. `until`: its last good certificate's end; `expected_until`: its code's."""

    until: float | None = None
    expected_until: float | None = None


@dataclass(frozen=True)
class Accepted:
    """The unit that proved to know this enrolment's code."""

    enrolment: Enrolment


@dataclass(frozen=True)
class Closed:
    """Nobody is expected, or the code was used by another."""


@dataclass(frozen=True)
class Wrong:
    """The proof fits no open code. `enrolments`: what is left, each a try poorer."""

    enrolments: tuple[Enrolment, ...]


def is_open(enrolment: Enrolment, now: float) -> bool:
    """Whether this code may still be tried, or its answer asked for again."""
    return now < enrolment.expires_at and enrolment.wrong_tries < TRIES


def judged(
    enrolments: Sequence[Enrolment], *, proof: str, server: bytes, request: str, public_key: str, now: float
) -> Accepted | Closed | Wrong:
    """What to do with an application whose request asks for a certificate on `public_key` (a digest).

    A proof does not say which code was meant, so a wrong one costs every open code a try.
    """
    open_now = [each for each in enrolments if is_open(each, now)]
    for each in open_now:
        if proves(proof, unit_proof(each.key, server, request)):
            return Closed() if each.public_key not in (None, public_key) else Accepted(each)
    # A code that was used is nobody's to guess any more.
    left = tuple(replace(each, wrong_tries=each.wrong_tries + 1) for each in open_now if each.public_key is None)
    return Wrong(left) if left else Closed()


def trusted(given: Sequence[Signed], enrolments: Sequence[Enrolment], now: float) -> Mapping[str, Trust]:
    """Every name that has a good certificate or a code that nobody used."""
    ends: dict[str, float] = {}
    for each in given:
        if each.revoked_at is None and each.ends > now:
            ends[each.name] = max(each.ends, ends.get(each.name, each.ends))
    codes = {each.unit: each.expires_at for each in enrolments if is_open(each, now) and each.public_key is None}
    return {name: Trust(ends.get(name), codes.get(name)) for name in {*ends, *codes}}


def may_renew(given: Sequence[Signed], public_key: str, now: float) -> bool:
    """Whether a unit that has these certificates may have one on a new key."""
    good = [each for each in given if each.revoked_at is None and now < each.ends]
    if any(each.public_key == public_key for each in good):
        return False
    lately = [each for each in given if each.begins > now - 2 * DAY_S]
    return len(lately) < MOST_A_DAY and any(renewal_due(each.begins, each.ends, now) for each in good)


def answered_before(given: Sequence[Signed], public_key: str, now: float) -> Signed | None:
    """The certificate that was already given on this key."""
    fitting = (each for each in given if each.public_key == public_key and each.revoked_at is None and now < each.ends)
    return next(fitting, None)
