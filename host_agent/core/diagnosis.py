"""What is wrong with a host, from facts that were looked up: each cause in a line, with the remedy. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, assert_never

from broker.findings import BrokerFact, Finding, of_broker

LITTLE_MB = 200
StoreAnswer = Literal["well", "new", "folder", "damaged", "newer", "in_use"]
PortAnswer = Literal["free", "own", "taken", "no_such_address"]


@dataclass(frozen=True)
class StoreFact:
    """The SQLite file. `in_use`: a host agent runs on it now, which is well. `said`: SQLite's own words."""

    path: str
    answer: StoreAnswer
    free_mb: int
    said: str = ""


@dataclass(frozen=True)
class PbxFact:
    """The PBX after some seconds. `away`: why there is no connection; `queues`: those it has, None when not told."""

    where: str
    user: str
    away: str | None = None
    queues: frozenset[str] | None = None
    denied: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HostFacts:
    """All that was looked up. `wanted`: the queues of host.toml. What a host does not have is None."""

    store: StoreFact
    broker: BrokerFact
    page: str
    port: PortAnswer
    wanted: tuple[str, ...] = ()
    pbx: PbxFact | None = None
    cables: tuple[tuple[str, Literal["well", "absent", "denied"]], ...] = ()


def diagnose(facts: HostFacts) -> tuple[Finding, ...]:
    """A line for each part, good or not."""
    return tuple(_findings(facts))


def _findings(facts: HostFacts) -> Iterator[Finding]:
    yield _store(facts.store)
    yield _page(facts)
    yield of_broker(facts.broker)
    if facts.pbx is not None:
        yield from _pbx(facts.pbx, facts.wanted)
    for path, access in facts.cables:
        match access:
            case "well":
                yield Finding(f"serial port {path}")
            case "absent":
                yield Finding(f"serial port {path}: not there", "is the cable in? Name it by /dev/serial/by-id")
            case "denied":
                yield Finding(f"serial port {path}: no permission", "add the user to the group dialout")
            case _:
                assert_never(access)


def _store(store: StoreFact) -> Finding:
    where = f"store {store.path}"
    match store.answer:
        case "folder":
            return Finding(f"{where}: {store.said}", "make the folder and the file the service's own, or name another")
        case "damaged":
            return Finding(f"{where} is damaged ({store.said})", "stop the service and put a backup in its place")
        case "newer":
            return Finding(f"{where} was made by a newer Belbord", "install that version, or put an older backup there")
        case "well" | "new" | "in_use" if store.free_mb < LITTLE_MB:
            return Finding(f"{where} has {store.free_mb} MB left", "make room: no note is kept once the disk is full")
        case "well":
            return Finding(f"{where}, {store.free_mb} MB free")
        case "new":
            return Finding(f"{where} will be made at the first start, {store.free_mb} MB free")
        case "in_use":
            return Finding(f"{where}, in use by a running belbord-host, {store.free_mb} MB free")
    assert_never(store.answer)


def _page(facts: HostFacts) -> Finding:
    match facts.port:
        case "free" | "own":
            return Finding(f"pages on {facts.page}" + (", served now" if facts.port == "own" else ""))
        case "taken":
            return Finding(f"pages on {facts.page}: another program has that port", "name another in web.listen")
        case "no_such_address":
            return Finding(f"pages on {facts.page}: not an address of this machine", "mend web.listen")
        case _:
            assert_never(facts.port)


def _pbx(pbx: PbxFact, wanted: tuple[str, ...]) -> Iterator[Finding]:
    where = f"PBX {pbx.where}"
    if pbx.away is not None:
        refused = "refuses the login" in pbx.away
        yield Finding(
            f"PBX away: {pbx.away}",
            "check pbx.username and the secret against manager.conf, and its permit= lines"
            if refused
            else "is Asterisk up, with `enabled = yes` in manager.conf, and are pbx.host, port and tls as there?",
        )
        return
    if pbx.denied:
        missing = ", ".join(sorted(pbx.denied))
        rights = "`read = call,agent,system` and `write = reporting`"
        yield Finding(f"{where} denies {missing} to user {pbx.user}", f"give it {rights} in manager.conf")
    if pbx.queues is None and pbx.denied:
        return
    if pbx.queues is None:
        yield Finding(f"{where} does not tell its queues", "is app_queue loaded (`module show like app_queue`)?")
        return
    for queue in wanted:
        if queue not in pbx.queues:
            known = ", ".join(sorted(pbx.queues)) or "none"
            yield Finding(f"{where} has no queue {queue}", f"mend [[queue]] name; it has: {known}")
    if not pbx.denied and pbx.queues.issuperset(wanted):
        yield Finding(f"{where} lets {pbx.user} in and tells its {len(pbx.queues)} queues")
