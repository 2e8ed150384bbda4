"""The Mosquitto configuration of an office: TLS with certificates for everybody, and no password anywhere.

A drop-in for /etc/mosquitto/conf.d (mosquitto.conf(5), 2.0 syntax), or a whole configuration by itself.
"""

from pathlib import Path

from broker.codec import MAX_PAYLOAD

DEFAULT_PORT = 8883
AUTHORITY = "authority.crt"
SERVER = "server.pem"
REVOKED = "revoked.crl"
ACCESS = "access.acl"
CONFIGURATION = "belbord.conf"


def configuration(folder: Path, *, port: int = DEFAULT_PORT, listen: str = "") -> str:
    """The text for a broker whose files are in `folder`. `listen`: an address of this machine; "" is all of them."""
    at = folder.as_posix()
    return f"""# Written by `belbord-host init`.
# Who may do what stands in {ACCESS}; it names no unit, so a new one needs no reload. After a change of
# {SERVER} or {REVOKED} Mosquitto reads them again on SIGHUP.
per_listener_settings false
listener {port}{" " + listen if listen else ""}
tls_version tlsv1.2
cafile {at}/{AUTHORITY}
# Certificate and key in one file, so that both change at once.
certfile {at}/{SERVER}
keyfile {at}/{SERVER}
crlfile {at}/{REVOKED}
# Who has no certificate of this office is nobody, and who has one is the name on it.
require_certificate true
use_identity_as_username true
allow_anonymous false
# A client may not take another's session by choosing its client id.
use_username_as_clientid true
acl_file {at}/{ACCESS}
# Nothing of a caller ever reaches this disk, and nothing old is believed after a restart. Messages are retained only
# where {ACCESS} lets the host write queue counts.
persistence false
# A note's round trip: 68 ms without, 1 ms with.
set_tcp_nodelay true
max_packet_size {MAX_PAYLOAD + 1024}
max_connections 500
max_keepalive 60
# A desk that was away for a day brings hundreds of notes at once, and wants as many receipts.
max_queued_messages 1000
max_queued_bytes 4194304
persistent_client_expiration 1d
"""
