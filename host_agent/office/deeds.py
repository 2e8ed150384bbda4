"""What is done to an office: a unit is expected, accepted, renewed, revoked. Each whole, alone with the folder."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from broker import enrolment as words
from broker.enrolment import Application, Grant, Granted, Refused
from host_agent.core.enrolment import (
    CODE_LASTS_S,
    Accepted,
    Closed,
    Enrolment,
    Signed,
    Wrong,
    answered_before,
    judged,
    may_renew,
)
from host_agent.office.authority import RefusedRequest, request_of
from host_agent.office.folder import GROUP_READS, OfficeFolder
from host_agent.office.unit_files import UnitFile

PROBE_NAME = "belbord_probe"
"""Whose certificate is revoked from the start: while it is let in, the broker has not read the newest list."""
PROBE_LASTS_S = 3600.0

MakeGrant = Callable[[str, str, str], Grant]
"""(unit, the authority's PEM, its certificate's PEM) -> what it is told."""


@dataclass(frozen=True)
class Done:
    """An answer to an application, a line for the log, and whether the broker must read its files again."""

    answer: Granted | Refused
    told: str
    accepted: str | None = None
    has_revoked: bool = False


def expect(folder: OfficeFolder, unit: UnitFile, now: float) -> str:
    """Let this unit enrol once within a quarter of an hour; returns its code."""
    code = words.code_from(secrets.randbits(60))
    key = words.stretched(code, folder.salt())
    with folder.locked():
        folder.keep_unit(unit)
        folder.keep_enrolment(Enrolment(unit.name, key, now + CODE_LASTS_S))
    return code


def accept(folder: OfficeFolder, application: Application, server: bytes, make: MakeGrant, now: float) -> Done:
    """Judge an application that came in where the certificate `server` (DER) is served."""
    try:
        request = request_of(application.request)
    except RefusedRequest as fault:
        return Done(Refused(reason="request"), f"an application was refused: {fault}")
    with folder.locked():
        verdict = judged(
            folder.enrolments(), proof=application.proof, server=server, request=application.request,
            public_key=request.public_key, now=now,
        )  # fmt: skip
        match verdict:
            case Closed():
                return Done(Refused(reason="closed"), "an application was refused: its code was used or has run out")
            case Wrong(left):
                for each in left:
                    folder.keep_enrolment(each)
                names = ", ".join(f"{each.unit} (wrong tries: {each.wrong_tries})" for each in left)
                return Done(Refused(reason="code"), f"an application with a wrong code, while expecting {names}")
            case Accepted(expected):
                pass
        grant, has_revoked = expected.grant, False
        if grant is None:
            given = folder.issued()
            # A unit that is replaced: the one before it is out.
            has_revoked = any(each.name == expected.unit and each.revoked_at is None for each in given)
            given = [_revoked(each, now) if each.name == expected.unit else each for each in given]
            signed = folder.authority().for_unit(request, expected.unit, now)
            _keep(folder, [*given, signed], now, revoked=has_revoked)
            authority = folder.authority_certificate.read_text()
            grant = msgspec.json.encode(make(expected.unit, authority, signed.pem)).decode()
            folder.keep_enrolment(replace(expected, public_key=request.public_key, grant=grant))
    proof = words.host_proof(expected.key, server, application.request, grant)
    return Done(Granted(grant=grant, proof=proof), f"unit {expected.unit} has enrolled", expected.unit, has_revoked)


def renewed(folder: OfficeFolder, unit: str, pem: str, now: float) -> str | None:
    """The next certificate of a unit that proved to be it, for the request `pem`; None when it may have none."""
    try:
        request = request_of(pem)
    except RefusedRequest:
        return None
    with folder.locked():
        given = folder.issued()
        its = [each for each in given if each.name == unit]
        if (before := answered_before(its, request.public_key, now)) is not None:
            return before.pem
        if not may_renew(its, request.public_key, now):
            return None
        signed = folder.authority().for_unit(request, unit, now)
        _keep(folder, [*given, signed], now)
        return signed.pem


def revoke(folder: OfficeFolder, unit: str, now: float) -> bytes | None:
    """Take from a unit all that it was given; returns the probe's key and certificate, None for one never seen."""
    with folder.locked():
        given = folder.issued()
        has_file = (folder.units / f"{unit}.toml").exists()
        if not has_file and not any(each.name == unit for each in given):
            return None
        probe, pem = folder.authority().for_unit_shortly(PROBE_NAME, now, PROBE_LASTS_S)
        after = [_revoked(each, now) if each.name == unit else each for each in given]
        _keep(folder, [*after, _revoked(probe, now)], now, revoked=True)
        folder.forget_enrolment(unit)
        folder.forget_unit(unit)
        return pem


def revoked_units(given: list[Signed]) -> frozenset[str]:
    """The units that have certificates, and none that is good."""
    good = {each.name for each in given if each.revoked_at is None}
    return frozenset(each.name for each in given) - good


def _revoked(signed: Signed, now: float) -> Signed:
    return signed if signed.revoked_at is not None else replace(signed, revoked_at=now)


def _keep(folder: OfficeFolder, given: list[Signed], now: float, *, revoked: bool = False) -> None:
    """The list first: a certificate that is not remembered could never be revoked."""
    folder.keep_issued(given, now)
    if revoked:
        folder.write(folder.revocations, folder.authority().revocations(given, now), GROUP_READS)
