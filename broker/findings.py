"""What a doctor says: a line for each thing that was looked at, and for each fault its cause and the remedy. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

Answer = Literal["well", "unknown_name", "nobody", "silent", "no_tls", "untrusted", "login", "acl", "other"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` None: it is well."""

    what: str
    remedy: str | None = None

    def __str__(self) -> str:
        return f"good   {self.what}" if self.remedy is None else f"FAULT  {self.what}: {self.remedy}"


@dataclass(frozen=True)
class BrokerFact:
    """How the broker answered somebody who logged in and spoke. `said`: its own words, as far as it had any."""

    where: str
    user: str
    answer: Answer
    said: str = ""


def of_broker(fact: BrokerFact) -> Finding:
    """What is wrong with the way to the broker."""
    where = f"broker {fact.where}"
    match fact.answer:
        case "well":
            return Finding(f"{where} lets {fact.user} in and speak")
        case "unknown_name":
            return Finding(f"{where}: nobody knows that name", "check mqtt.host, and the network's DNS")
        case "nobody":
            return Finding(f"{where}: nothing listens there", "is Mosquitto running, and is mqtt.port its listener?")
        case "silent":
            return Finding(f"{where} does not answer", "check the network and a firewall in between")
        case "no_tls":
            remedy = "does that port speak TLS, and the listener plain? Check mqtt.port and mqtt.tls"
            return Finding(f"{where}: no TLS ({fact.said})", remedy)
        case "untrusted":
            return Finding(f"{where}: certificate not trusted ({fact.said})", "check mqtt.tls_ca and this clock")
        case "login":
            remedy = "check mqtt.username and mqtt.password_file against Mosquitto's password_file"
            return Finding(f"{where} refuses user {fact.user} ({fact.said})", remedy)
        case "acl":
            remedy = "write its acl_file anew with `belbord-host acl`, and reload Mosquitto"
            return Finding(f"{where} does not let {fact.user} speak on its own topic", remedy)
        case "other":
            return Finding(f"{where}: {fact.said}", "check mqtt.host and mqtt.port")
        case _:
            assert_never(fact.answer)


def report(findings: Sequence[Finding]) -> tuple[str, int]:
    """The lines to print, and the exit code: 1 when anything is wrong."""
    lines = [str(finding) for finding in findings]
    return "\n".join(lines) + "\n", int(any(finding.remedy is not None for finding in findings))
