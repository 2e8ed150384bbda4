"""What an office will be, from the answers to a few questions: pure."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path

from broker.settings_text import Value
from host_agent.office.authority import HOST_NAME

AMI_PORT = 5038
SECRET_FILE = "ami-secret"  # noqa: S105  # a file's name
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE
)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Exchange:
    """The PBX: an Asterisk's manager interface."""

    host: str
    port: int
    user: str


@dataclass(frozen=True)
class Wishes:
    """All that `belbord-host init` asks. `addresses`: by which units reach the host; the first is the one they use."""

    office: str
    addresses: tuple[str, ...]
    listen: str
    broker_port: int
    enrolment_port: int
    pages: str
    exchange: Exchange | None
    language: str


def address_of(text: str) -> str:
    """A host name or IP address by which units can reach this machine; raises ValueError."""
    text = text.strip()
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        if not _HOST.fullmatch(text) or text.replace(".", "").isdigit():
            raise ValueError(f"{text!r} is no host name or IP address") from None
        return text.lower()
    if found.is_unspecified:
        raise ValueError(f"{text!r} is no address that a unit could call: name the one that this machine has")
    return text


def exchange_of(text: str, user: str) -> Exchange:
    """The PBX at `host` or `host:port`; raises ValueError."""
    host, colon, port = text.strip().rpartition(":")
    if not colon:
        host, port = text.strip(), str(AMI_PORT)
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise ValueError(f"{text!r}: an address and port, such as `192.0.2.10:{AMI_PORT}`, is meant")
    return Exchange(address_of(host), int(port), user)


def certificate_names(wishes: Wishes) -> tuple[str, ...]:
    """What the broker's certificate is for: the addresses of the units, and this machine's own for the host agent."""
    return tuple(dict.fromkeys((*wishes.addresses, *LOOPBACK)))


def host_settings(wishes: Wishes, folder: Path, config: Path) -> dict[str, Value]:
    """The keys of host.toml that are not what they are by default."""

    def at(name: str) -> str:
        # Relative beside host.toml: a folder that is restored elsewhere still fits.
        return name if config.parent == folder else str(folder / name)

    settings: dict[str, Value] = {
        "language": wishes.language,
        # What listens at all addresses listens here too, and `localhost` stands in the certificate.
        "mqtt.host": wishes.listen if wishes.listen not in ("", "0.0.0.0", "::") else "127.0.0.1",  # noqa: S104
        "mqtt.port": wishes.broker_port,
        "mqtt.username": HOST_NAME,
        "mqtt.tls": True,
        "mqtt.tls_ca": at("broker/authority.crt"),
        "mqtt.tls_certificate": at("host.pem"),
        "mqtt.tls_key": at("host.pem"),
        "pbx.kind": "none" if wishes.exchange is None else "asterisk",
        "web.listen": wishes.pages,
        "web.accounts": "on",
        "store.path": at("host.sqlite3"),
        "privacy.office": wishes.office,
        "provisioning.folder": "." if config.parent == folder else str(folder),
        "provisioning.address": wishes.addresses[0],
        "provisioning.listen": f"{_bracketed(wishes.listen or '0.0.0.0')}:{wishes.enrolment_port}",  # noqa: S104
    }
    if wishes.exchange is not None:
        settings |= {
            "pbx.host": wishes.exchange.host,
            "pbx.port": wishes.exchange.port,
            "pbx.username": wishes.exchange.user,
            "pbx.secret_file": at(SECRET_FILE),
        }
    if not wishes.pages.startswith(("127.", "localhost:", "[::1]")):
        settings["web.allow_remote"] = True
        settings["web.allowed_hosts"] = list(wishes.addresses)
    return settings


def ports(wishes: Wishes) -> list[tuple[str, str, str]]:
    """Which ports are open to whom: port, what it is, who needs it."""
    where = wishes.listen or "all addresses"
    rows = [
        (f"{wishes.broker_port}/tcp", f"MQTT over TLS, {where}", "the desk units; a certificate of this office"),
        (f"{wishes.enrolment_port}/tcp", f"enrolment over TLS, {where}", "new units, only while one is expected"),
        (f"{wishes.pages.rpartition(':')[2]}/tcp", f"pages, {wishes.pages}", "people with an account"),
    ]
    if wishes.exchange is not None:
        rows.append((f"{wishes.exchange.port}/tcp", f"outward to {wishes.exchange.host}", "the PBX's manager (AMI)"))
    return rows


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
