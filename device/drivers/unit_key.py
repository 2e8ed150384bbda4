"""The unit's own key (EC P-256) and certificate, through the `cryptography` library. The key is made here and stays."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class UnfitCertificate(ValueError):  # noqa: N818  # says what happened
    """A certificate that is not for this unit's key, or not from its authority."""


def new_key() -> bytes:
    """A new private key, PEM (PKCS #8)."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def request_for(key: bytes) -> str:
    """A certificate request (PKCS #10, RFC 2986) for `key`, PEM. Who we are in it is for the host to say."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "belbord")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    return builder.sign(_private(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def life_of(certificate: bytes) -> tuple[float, float]:
    """When the certificate in this PEM begins and ends, in Unix seconds. Raises UnfitCertificate."""
    found = _certificate(certificate)
    return found.not_valid_before_utc.timestamp(), found.not_valid_after_utc.timestamp()


def check(certificate: bytes, key: bytes, authority: bytes, unit: str) -> None:
    """Raise UnfitCertificate unless `certificate` is `unit`'s, on this key, signed by `authority`. All PEM."""
    found = _certificate(certificate)
    names = [each.value for each in found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    if found.public_key() != _private(key).public_key():
        raise UnfitCertificate("the certificate is for another key")
    if names != [unit]:
        raise UnfitCertificate(f"the certificate is for {', '.join(map(str, names)) or 'nobody'}, and not for {unit}")
    check_signed(certificate, authority)


def check_signed(certificate: bytes, authority: bytes) -> None:
    """Raise UnfitCertificate unless `certificate` (PEM or DER) is signed by `authority` (PEM)."""
    try:
        _certificate(certificate).verify_directly_issued_by(_certificate(authority))
    except (ValueError, TypeError, InvalidSignature):
        raise UnfitCertificate("the certificate is not from this office's authority") from None


def _certificate(content: bytes) -> x509.Certificate:
    try:
        if content.startswith(b"0"):
            return x509.load_der_x509_certificate(content)
        return x509.load_pem_x509_certificate(content[content.index(b"-----BEGIN CERTIFICATE") :])
    except ValueError:
        raise UnfitCertificate("no certificate") from None


def _private(key: bytes) -> ec.EllipticCurvePrivateKey:
    loaded = serialization.load_pem_private_key(key, password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise UnfitCertificate("a key of another kind")
    return loaded
