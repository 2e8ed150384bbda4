"""The office's own certificate authority (X.509, RFC 5280): EC P-256 keys, through the `cryptography` library."""

import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broker.lifetimes import DAY_S
from host_agent.core.enrolment import Signed
from host_agent.errors import HostFault

AUTHORITY_DAYS = 20 * 365
UNIT_DAYS = 2 * 365
SERVER_DAYS = 365
EARLIER_S = DAY_S
"""A certificate begins a day ago: clocks differ, most of all on a Pi that has just started."""
HOST_NAME = "belbord_host"
"""The host agent's name at the broker. The underscore stands in no unit's name, so no unit can be it."""
_SIGNATURE = hashes.SHA256()


class RefusedRequest(ValueError):  # noqa: N818  # says what happened
    """A certificate request that is none, or that its sender did not sign."""


@dataclass(frozen=True)
class Request:
    """A certificate request whose signature is right. `public_key`: the SHA-256 of its key, hex."""

    pem: str
    public_key: str


class Authority:
    """Signs for the office. `key` and `certificate` are PEM."""

    def __init__(self, key: bytes, certificate: bytes) -> None:
        try:
            loaded = serialization.load_pem_private_key(key, password=None)
            self._certificate = x509.load_pem_x509_certificate(certificate)
        except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
            raise HostFault(f"the office's authority cannot be read: {fault}") from None
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise HostFault("the office's authority has a key of another kind: EC P-256 is meant")
        self._key = loaded

    def for_unit(self, request: Request, name: str, now: float) -> Signed:
        """A certificate for the unit that holds the key of `request`; its own name in it is not looked at."""
        public = x509.load_pem_x509_csr(request.pem.encode()).public_key()
        return self._signed(public, name, now, UNIT_DAYS * DAY_S)

    def for_unit_shortly(self, name: str, now: float, seconds: float) -> tuple[Signed, bytes]:
        """A certificate of this name, and the PEM of key and certificate, for the host itself to come before a unit."""
        return self._with_key(name, now, seconds)

    def for_host(self, now: float) -> tuple[Signed, bytes]:
        """The host agent's own certificate at the broker, and the PEM of key and certificate."""
        return self._with_key(HOST_NAME, now, SERVER_DAYS * DAY_S)

    def for_server(self, names: Sequence[str], now: float) -> tuple[Signed, bytes]:
        """The certificate of the broker and the enrolment port: for these host names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = self._signed(key.public_key(), names[0][:64], now, SERVER_DAYS * DAY_S, names)
        return signed, _pem_of(key) + signed.pem.encode()

    def revocations(self, given: Sequence[Signed], now: float) -> bytes:
        """The list of revoked certificates, PEM.

        It holds as long as the authority: a list that ran out would lock out every unit, and being newer makes no list
        safer where its only reader is told of each.
        """
        builder = x509.CertificateRevocationListBuilder(
            issuer_name=self._certificate.subject,
            last_update=_moment(now - EARLIER_S),
            next_update=self._certificate.not_valid_after_utc,
        )
        for each in given:
            if each.revoked_at is not None:
                builder = builder.add_revoked_certificate(
                    x509.RevokedCertificateBuilder(each.serial, _moment(each.revoked_at)).build()
                )
        return builder.sign(self._key, _SIGNATURE).public_bytes(serialization.Encoding.PEM)

    def _with_key(self, name: str, now: float, seconds: float) -> tuple[Signed, bytes]:
        key = ec.generate_private_key(ec.SECP256R1())
        signed = self._signed(key.public_key(), name, now, seconds)
        return signed, _pem_of(key) + signed.pem.encode()

    def _signed(
        self,
        public_key: object,
        name: str,
        now: float,
        seconds: float,
        server_names: Sequence[str] = (),
    ) -> Signed:
        if not isinstance(public_key, ec.EllipticCurvePublicKey):
            raise RefusedRequest("a key of another kind: EC P-256 is meant")
        begins, ends = now - EARLIER_S, min(now + seconds, self._certificate.not_valid_after_utc.timestamp())
        usage = ExtendedKeyUsageOID.SERVER_AUTH if server_names else ExtendedKeyUsageOID.CLIENT_AUTH
        serial = secrets.randbits(127) | 1 << 126
        builder = (
            x509.CertificateBuilder(serial_number=serial)
            .subject_name(_named(name))
            .issuer_name(self._certificate.subject)
            .public_key(public_key)
            .not_valid_before(_moment(begins))
            .not_valid_after(_moment(ends))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if server_names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(each) for each in server_names]), critical=False
            )
        pem = builder.sign(self._key, _SIGNATURE).public_bytes(serialization.Encoding.PEM).decode()
        return Signed(serial, name, begins, ends, _digest(public_key), pem)


def make_authority(office: str, now: float) -> tuple[bytes, bytes]:
    """A new authority for the office of this name: the PEM of its key and of its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _named(f"Belbord {office}"[:64])
    uses = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_moment(now - EARLIER_S))
        .not_valid_after(_moment(now + AUTHORITY_DAYS * DAY_S))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, _SIGNATURE)
    )
    return _pem_of(key), certificate.public_bytes(serialization.Encoding.PEM)


def request_of(pem: str) -> Request:
    """The certificate request (PKCS #10, RFC 2986) in `pem`; raises RefusedRequest."""
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        public_key, is_signed = request.public_key(), request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise RefusedRequest("no certificate request") from None
    if not is_signed or not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise RefusedRequest("not signed with the EC key that it is for")
    if not isinstance(public_key.curve, ec.SECP256R1):
        raise RefusedRequest("a key on another curve: P-256 is meant")
    return Request(pem, _digest(public_key))


def der_of(pem: bytes) -> bytes:
    """The DER of the first certificate in `pem`."""
    return x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERTIFICATE") :]).public_bytes(
        serialization.Encoding.DER
    )


def life_of(pem: bytes) -> tuple[float, float]:
    """When the first certificate in `pem` begins and ends."""
    found = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERTIFICATE") :])
    return found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp()


def names_of(pem: bytes) -> list[str]:
    """The host names and addresses that a server's certificate is for."""
    found = x509.load_pem_x509_certificate(pem[pem.index(b"-----BEGIN CERTIFICATE") :])
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(each.value) for each in names]


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _digest(key: ec.EllipticCurvePublicKey) -> str:
    told = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(told)
    return digest.finalize().hex()


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
