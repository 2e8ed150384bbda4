"""Reaching the broker: when to try again, what to ask of the socket and of TLS, and what a failure means in words."""

import random
import socket
import ssl
from typing import Any

from broker.closing_socket import ClosingSocket
from device.access import Tls

FIRST_DELAY_S = 0.5
FAR_DELAY_S = 8.0
"""Cap of the delay after a network fault: the host is fresh again soon after the network is."""
REFUSED_DELAY_S = 60.0
"""Cap after a refusal (password, certificate): somebody must act first."""
GONE_AFTER_S = 12.0
"""A peer that acknowledges nothing for so long is gone (tcp(7), TCP_USER_TIMEOUT)."""


def delay_s(tries: int, cap: float) -> float:
    """Seconds before the next try: doubling with full jitter, so that a hundred units do not come back at once."""
    return random.uniform(0.2, min(cap, FIRST_DELAY_S * 2.0 ** min(tries, 16)))  # noqa: S311  # not a secret


def no_delay(_client: Any, _user: Any, sock: Any) -> None:
    """Send at once what is written (a note's round trip: 68 ms without), and give up on a peer that is gone."""
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(GONE_AFTER_S * 1000))


class _NamedContext(ssl.SSLContext):
    """Holds the certificate to the name in the config, also when a remembered address was called."""

    name = ""

    def wrap_socket(self, sock: socket.socket, **options: Any) -> ssl.SSLSocket:  # type: ignore[override]
        return super().wrap_socket(sock, **(options | {"server_hostname": self.name}))


def tls_context(tls: Tls, name: str) -> ssl.SSLContext:
    """What to ask of the broker called `name`. Raises OSError: a file cannot be used."""
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.name = name
    if tls.ca_file is not None:
        context.load_verify_locations(tls.ca_file)
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    context.sslsocket_class = ClosingSocket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.certificate_file is not None:
        context.load_cert_chain(tls.certificate_file, tls.key_file)
    return context


def in_words(error: Exception) -> str:
    match error:
        case socket.gaierror():
            return "its name is not known: check the host in the config, and the network's DNS"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message}): check tls_ca and this machine's clock"
        case ssl.SSLError():
            return f"no TLS ({getattr(error, 'reason', None) or error}): check port and certificates"
        case ConnectionRefusedError():
            return "nothing listens there: is the broker running?"
        case TimeoutError():
            return "no answer: check the network"
        case OSError() if error.strerror:
            return error.strerror
        case _:
            return str(error)
