"""A unit's side of enrolment (`broker/enrolment.py` says why it is safe): one conversation over HTTPS with the host."""

import http.client
import ssl
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from broker import enrolment as words
from broker.enrolment import Application, Grant, Granted, Invitation, Refused
from device.drivers.unit_key import UnfitCertificate, check, check_signed, request_for
from device.errors import UnitFault

ANSWERS_WITHIN_S = 10.0
Kind = TypeVar("Kind")
_REFUSALS = {
    "code": "the host does not know this code: read it again; after three wrong tries make a new one there",
    "closed": "this code was used or has run out: make a new one on the host with `belbord-host unit add`",
    "request": "the host cannot read our request: are both of one version?",
}


class OutOfReach(UnitFault):
    """The host was not reached, or its port is closed: later may do."""


@dataclass(frozen=True)
class Invite:
    """A code, and where it is good."""

    code: str
    host: str
    port: int


def invite_of(text: str) -> Invite:
    """`CODE@HOST[:PORT]` as a person types it; raises UnitFault."""
    code, at, place = text.strip().rpartition("@")
    if not at:
        raise UnitFault(f"enrol: {text!r}: the code and the host are meant, such as K7QF-2M9X-A0CD@host.example")
    return invite_to(code, place)


def invite_to(code: str, place: str) -> Invite:
    """The same from its two parts; raises UnitFault."""
    host, colon, port = place.strip().rpartition(":")
    if not colon or place.endswith("]") or (place.count(":") > 1 and not place.startswith("[")):
        host, port = place.strip(), str(words.DEFAULT_PORT)
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise UnitFault(f"enrol: {place!r}: a host, and maybe a port behind a colon, is meant")
    try:
        return Invite(words.code_of(code), host.strip("[]"), int(port))
    except ValueError as fault:
        raise UnitFault(f"enrol: {fault}") from None


def enrol(invite: Invite, key: bytes) -> Grant:
    """Prove the code, have `key` (PEM) signed, and hear who we are. Raises OutOfReach or UnitFault."""
    # Nobody vouches for the host yet: the proofs say below whether it is the one that made the code.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    line = http.client.HTTPSConnection(invite.host, invite.port, timeout=ANSWERS_WITHIN_S, context=context)
    try:
        line.connect()
        server = line.sock.getpeercert(binary_form=True) or b""
        invitation = _said(line, Invitation)
        proving = words.stretched(invite.code, bytes.fromhex(invitation.salt))
        request = request_for(key)
        application = Application(request=request, proof=words.unit_proof(proving, server, request))
        granted = _said(line, Granted, msgspec.json.encode(application))
    except (OSError, http.client.HTTPException) as fault:
        reason = getattr(fault, "strerror", None) or str(fault) or "no answer"
        raise OutOfReach(
            f"enrol: {invite.host}:{invite.port}: {reason}; is a unit expected there, and the port not blocked?"
        ) from None
    finally:
        line.close()
    if not words.proves(granted.proof, words.host_proof(proving, server, request, granted.grant)):
        raise UnitFault("enrol: this is not the host that made the code: nothing was believed or kept")
    try:
        grant = msgspec.json.decode(granted.grant, type=Grant)
        check(grant.certificate.encode(), key, grant.authority.encode(), grant.unit)
        check_signed(server, grant.authority.encode())
    except (msgspec.MsgspecError, UnfitCertificate) as fault:
        raise UnitFault(f"enrol: the host's answer does not fit: {fault}") from None
    return grant


def _said(line: http.client.HTTPSConnection, kind: type[Kind], body: bytes | None = None) -> Kind:
    """What the host says, as `kind`; raises UnitFault when it refuses or says something else."""
    line.request("GET" if body is None else "POST", words.PATH, body, {"Content-Type": "application/json"})
    answer = line.getresponse()
    content = answer.read(words.MOST_BYTES * 2)
    try:
        if answer.status == http.client.OK:
            return msgspec.json.decode(content, type=kind)
        raise UnitFault(f"enrol: {_REFUSALS[msgspec.json.decode(content, type=Refused).reason]}")
    except msgspec.MsgspecError:
        raise UnitFault(f"enrol: what answers at {line.host}:{line.port} is no Belbord host") from None
