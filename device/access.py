"""How the host is reached: where the broker is and who the unit is there, and the cable."""

from dataclasses import dataclass, field
from pathlib import Path

from broker.names import DEFAULT_ROOT


@dataclass(frozen=True, slots=True)
class Tls:
    """`ca_file` None: the machine's own trust. `certificate_file` and `key_file`: this unit's, both or neither."""

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are there."""

    host: str
    port: int
    username: str
    password: str | None = field(default=None, repr=False)
    root: str = DEFAULT_ROOT
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Cable:
    """The serial port to the host, and the first level of every topic."""

    port: str
    root: str = DEFAULT_ROOT
