"""Enrolment: how a unit that was told a short code, and the host that made it, come to trust each other.

The code is 60 random bits, typed or scanned once. Both ends stretch it with the host's public salt to a key,
`K = scrypt(code, salt)`, and then

1. the unit makes its own key and a certificate request R, opens TLS to the host without yet believing the
   certificate C that it meets there, and sends R with `HMAC(K, "unit" | C | R)`;
2. the host checks that with the certificate C' that it really serves, signs, and answers with the grant G (the
   unit's certificate, the office's authority, where the broker is) and `HMAC(K, "host" | C' | R | G)`;
3. the unit checks that with the C it met. Only then does it believe a word of G.

Someone in the middle must show a certificate C other than C', so the first proof does not fit the host's check and
nothing is signed; nor can they make the second, without K. A false unit cannot make the first. What either of them can
do is guess: at the host, three tries of 2^60 codes; at home, with a proof that was overheard, 2^59 tries of scrypt on
average, each some 30 ms and 16 MiB, where the code is of no use after fifteen minutes or its first use.
HMAC: RFC 2104, with SHA-256; scrypt: RFC 7914, with N = 2^14, r = 8, p = 1; each part is preceded by its length, so
that no two lists of parts are the same bytes.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from broker.messages import Pem
from broker.names import END, UNIT_PATTERN

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, so that a person cannot read a character wrongly."""
CODE_LENGTH = 12
GROUP = 4
DEFAULT_PORT = 8884
"""Where a host listens while an enrolment is open."""
MOST_BYTES = 16_384
"""A request or an answer is never longer."""
PATH = "/enrol"
_AS_READ = str.maketrans("ILO", "110", "- \t\r\n")

Proof = Annotated[str, Meta(pattern="^[0-9a-f]{64}" + END)]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """host -> unit, unasked for any proof: the salt to stretch the code with."""

    v: Literal[1] = 1
    salt: Annotated[str, Meta(pattern="^[0-9a-f]{32}" + END)]


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """unit -> host: the certificate request, and the proof that its sender knows the code and met this host."""

    v: Literal[1] = 1
    request: Pem
    proof: Proof


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit needs to be at work: who it is, where the broker is, whom to trust."""

    v: Literal[1] = 1
    unit: Annotated[str, Meta(pattern=UNIT_PATTERN)]
    host: Annotated[str, Meta(max_length=255)]
    port: Annotated[int, Meta(ge=1, le=65_535)]
    root: Annotated[str, Meta(max_length=255)]
    language: Literal["nl", "en", "de", "fr"]
    authority: Pem
    certificate: Pem


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """host -> unit: the JSON of a Grant, and the proof over just those bytes."""

    v: Literal[1] = 1
    grant: Annotated[str, Meta(max_length=MOST_BYTES)]
    proof: Proof


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """host -> unit: no, and why."""

    v: Literal[1] = 1
    reason: Literal["code", "closed", "request"]


def code_of(text: str) -> str:
    """The code that a person typed, in its plain form; raises ValueError naming what is wrong with it.

    Small letters, spaces and dashes are taken as meant, and I, L and O for the digits that they look like.
    """
    code = text.upper().translate(_AS_READ)
    if len(code) != CODE_LENGTH:
        raise ValueError(f"a code has {CODE_LENGTH} characters, this one {len(code)}")
    if strange := sorted(set(code) - set(ALPHABET)):
        raise ValueError(f"a code never holds {' '.join(strange)}")
    return code


def code_from(number: int) -> str:
    """The code for a number of 60 bits."""
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def spelled(code: str) -> str:
    """The code in groups of four, as a person reads it."""
    return "-".join(code[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def stretched(code: str, salt: bytes) -> bytes:
    """The key K, 32 bytes."""
    return hashlib.scrypt(code.encode(), salt=salt, n=2**14, r=8, p=1, maxmem=2**26, dklen=32)


def unit_proof(key: bytes, server: bytes, request: str) -> str:
    """What the unit sends with its request. `server`: the DER of the certificate that it met."""
    return _proof(key, (b"belbord enrolment unit", server, request.encode()))


def host_proof(key: bytes, server: bytes, request: str, grant: str) -> str:
    """What the host sends with its grant. `server`: the DER of the certificate that it serves."""
    return _proof(key, (b"belbord enrolment host", server, request.encode(), grant.encode()))


def proves(claimed: str, expected: str) -> bool:
    """Whether two proofs are the same, in a time that tells nothing."""
    return hmac.compare_digest(claimed.encode(), expected.encode())


def _proof(key: bytes, parts: Sequence[bytes]) -> str:
    mac = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        mac.update(len(part).to_bytes(4, "big") + part)
    return mac.hexdigest()
