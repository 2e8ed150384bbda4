"""Certificate requests as a unit makes them, and as none does."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def certificate_request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> str:
    """A request (PEM) for a name that the office does not give it."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "belbord_host")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    signed = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()
