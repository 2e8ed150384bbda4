"""What host.toml says of the office's other systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from broker.home import DEFAULT_PREFIX
from host_agent.core.webhooks import EVENTS, Webhook, secret_of
from host_agent.table import Table

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_MAKE = '`(umask 077; echo "whsec_$(head -c 32 /dev/urandom | base64)" > webhook-secret)` makes one'


@dataclass(frozen=True)
class Home:
    """Whether units are devices in a Home Assistant, and its discovery prefix."""

    is_on: bool = False
    prefix: str = DEFAULT_PREFIX


def home_of(table: Table) -> Home:
    """The table [home_assistant]."""
    found = Home(table.flag("on"), table.text("discovery_prefix"))
    table.close()
    return found


def webhooks_of(tables: Sequence[Table]) -> tuple[Webhook, ...]:
    """The tables [[webhook]]; each address once."""
    found: dict[str, Webhook] = {}
    for table in tables:
        url, word, allow_http = table.text("url"), table.secret("secret_file"), table.flag("allow_http")
        secret = b""
        try:
            secret = secret_of(word) if word is not None else b""
        except ValueError:
            table.fault("secret_file", "something else", f"`whsec_` and 24 to 64 bytes in base64; {_MAKE}")
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK and not allow_http:
            table.fault("url", url, "https, or `allow_http = true` if nobody between may read and change it")
        if url in found:
            table.fault("url", url, "each address once")
        events = frozenset(table.value("events")) or frozenset(EVENTS)
        found[url] = Webhook(url, secret, events, table.value("caller"))
        table.close()
    return tuple(found.values())
