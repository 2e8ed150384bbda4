"""How to reach an Asterisk."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AsteriskSettings:
    """The manager user needs `read = agent,call,system` and `write = reporting`; leave `dialplan` out.

    `challenge`: log in by MD5 challenge, so that the secret does not cross the wire. `ca_file`: trust only this CA
    (with `tls`); None: the system's. All durations are seconds.
    """

    host: str
    username: str
    secret: str = field(repr=False)
    port: int = 5038
    tls: bool = False
    ca_file: Path | None = None
    challenge: bool = True
    connect_within_s: float = 10.0
    log_in_within_s: float = 10.0
    ping_every_s: float = 5.0
    away_after_s: float = 12.0
    resync_every_s: float = 60.0
    resync_at_most_every_s: float = 2.0
    boot_grace_s: float = 1.0
    retry_first_s: float = 0.5
    retry_at_most_s: float = 10.0
    refused_at_most_s: float = 60.0
