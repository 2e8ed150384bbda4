"""host.toml to a Config: parsed once, and all faults told at once."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from broker.names import Extension, QueueName, UnitName
from broker.settings.change import Given, given
from broker.settings.faults import no_toml
from host_agent.config_keys import BY_NAME, SECTIONS
from host_agent.config_outward import Home, home_of, webhooks_of
from host_agent.config_promise import PromiseRules, promise_rules
from host_agent.config_provisioning import Provisioning, provisioning_of
from host_agent.config_serial import SerialCable, serial_cables
from host_agent.core.retention import Keeping
from host_agent.core.units import QueueSetting
from host_agent.core.webhooks import Webhook
from host_agent.directory.rules import DirectoryRules, directory_rules
from host_agent.errors import ConfigFault
from host_agent.office.unit_files import queues_of, unit_tables
from host_agent.table import Faults, Table

Language = Literal["nl", "en", "de", "fr", "auto"]
CalendarShows = Literal["nothing", "name", "name and number"]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Tls:
    """How a connection is secured. `ca`: file with the only authority that is trusted, None for the system's."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True)
class Mqtt:
    """The broker and the topics' root."""

    host: str
    port: int
    username: str | None
    password: str | None
    tls: Tls | None
    root: str


@dataclass(frozen=True)
class Pbx:
    """The telephone exchange. `none`: no PBX; the units' glass says that it is away, and notes work."""

    kind: Literal["asterisk", "none"]
    host: str
    port: int
    username: str
    secret: str
    tls: bool
    tls_ca: Path | None


@dataclass(frozen=True)
class Unit:
    """A desk unit: its queues, and the line of the telephonist beside it."""

    name: UnitName
    label: str
    extension: Extension | None
    queues: tuple[QueueSetting, ...]


@dataclass(frozen=True)
class Web:
    """Where the pages are served, and to whom.

    `address`: how browsers reach them, without a slash at the end. `trusted_header`: the header in which one of
    `trusted_proxies` (IP addresses) names who signed in there.
    """

    host: str
    port: int
    allowed_hosts: tuple[str, ...]
    frame_ancestors: tuple[str, ...]
    has_accounts: bool = False
    address: str = ""
    idle_s: float = 8 * 3600.0
    trusted_header: str | None = None
    trusted_proxies: tuple[str, ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the pages over TLS, which a proxy in front of them ends."""
        return self.address.startswith("https://")


@dataclass(frozen=True)
class Privacy:
    """How long notes are kept, what a calendar shows of a caller, and whom people can ask. Empty: not told."""

    keeping: Keeping = field(default_factory=Keeping)
    calendar_shows: CalendarShows = "nothing"
    office: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Config:
    """All of host.toml, and the units that were added to the office.

    `given`: what the file says, to tell what differs from another.
    """

    language: Language
    store: Path
    mqtt: Mqtt
    pbx: Pbx
    web: Web
    queues: tuple[QueueSetting, ...]
    units: tuple[Unit, ...]
    privacy: Privacy = field(default_factory=Privacy)
    directory: DirectoryRules = field(default_factory=DirectoryRules)
    promise: PromiseRules = field(default_factory=PromiseRules)
    serial: tuple[SerialCable, ...] = ()
    provisioning: Provisioning | None = None
    webhooks: tuple[Webhook, ...] = ()
    home: Home = field(default_factory=Home)
    given: Given = field(default_factory=dict, repr=False, compare=False)


def load(path: Path) -> Config:
    """The Config in the file `path`, with the secrets it points to; raises ConfigFault with every fault."""
    try:
        text = path.read_bytes().decode()
    except OSError as fault:
        raise ConfigFault([f"{path}: cannot be read ({fault.strerror})"]) from None
    except UnicodeDecodeError:
        raise ConfigFault([f"{path}: not a text file in UTF-8"]) from None
    return parse(text, folder=path.resolve().parent, source=str(path))


def parse(text: str, *, folder: Path, source: str = "host.toml") -> Config:
    """The Config that `text` says; files it names are looked for from `folder`. Raises ConfigFault."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # also an integer of thousands of digits
        raise ConfigFault([no_toml(source, text, fault)]) from None
    faults = Faults(source, text)
    top = Table(document, (), faults, folder, BY_NAME[""])
    language = top.value("language")
    mqtt, pbx, web = _mqtt(top.table("mqtt")), _pbx(top.table("pbx")), _web(top.table("web"))
    store = top.table("store")
    path = store.path("path")
    store.close()
    privacy = _privacy(top.table("privacy"))
    directory = directory_rules(top.table("directory"))
    queues = _queues(top.tables("queue"))
    provisioning = provisioning_of(top.table("provisioning"))
    added = [] if provisioning is None else unit_tables(provisioning.folder, faults)
    queues += queues_of(added, queues)
    units = _units([*top.tables("unit"), *added], queues)
    promise = promise_rules(top)
    serial = serial_cables(top.tables("serial"), [unit.name for unit in units])
    webhooks, home = webhooks_of(top.tables("webhook")), home_of(top.table("home_assistant"))
    top.close()
    faults.raise_any()
    return Config(
        language, path, mqtt, pbx, web, queues, units, privacy, directory, promise, serial, provisioning,
        webhooks, home, given(document, SECTIONS),
    )  # fmt: skip


def _tls(table: Table) -> Tls | None:
    wanted = table.flag("tls")
    tls = Tls(
        ca=table.file("tls_ca"),
        certificate=table.file("tls_certificate"),
        key=table.file("tls_key"),
    )
    if not wanted and tls != Tls():
        table.fault("tls", False, "`tls = true`, as other tls_ keys are set")
    if (tls.certificate is None) != (tls.key is None):
        table.fault("tls_certificate", "one of the two", "both tls_certificate and tls_key, or neither")
    return tls if wanted else None


def _mqtt(table: Table) -> Mqtt:
    mqtt = Mqtt(
        host=table.text("host"),
        port=table.whole("port", 8883 if table.has("tls") else 1883),
        username=table.text("username") or None,
        password=table.secret("password_file"),
        tls=_tls(table),
        root=table.text("root"),
    )
    if mqtt.password is not None and mqtt.username is None:
        table.fault("username", None, "the user that mqtt.password_file belongs to")
    table.close()
    return mqtt


def _pbx(table: Table) -> Pbx:
    kind = table.value("kind")
    has_tls = table.flag("tls")
    pbx = Pbx(
        kind=kind,
        host=table.text("host"),
        port=table.whole("port", 5039 if has_tls else 5038),
        username=table.text("username"),
        secret=table.secret("secret_file") or "",
        tls=has_tls,
        tls_ca=table.file("tls_ca"),
    )
    if pbx.tls_ca is not None and not has_tls:
        table.fault("tls", False, "`tls = true`, as tls_ca is set")
    if kind == "asterisk" and not pbx.username:
        table.fault("username", None, "the AMI user, as named in Asterisk's manager.conf")
    if kind == "asterisk" and not pbx.secret and not table.has("secret_file"):
        table.fault("secret_file", None, "a file that holds the AMI user's secret")
    table.close()
    return pbx


def _web(table: Table) -> Web:
    host, port = table.address("listen")
    allow_remote = table.flag("allow_remote")
    if host not in LOOPBACK and not allow_remote:
        table.fault("listen", host, "127.0.0.1, or `allow_remote = true` if others must reach these pages")
    has_accounts = table.value("accounts") == "on"
    if allow_remote and not has_accounts:
        table.fault("accounts", "off", '`accounts = "on"`, as `allow_remote = true` lets others reach these pages')
    address = table.text("address").rstrip("/")
    header = table.text("trusted_header")
    proxies = table.texts("trusted_proxies")
    if header and not (has_accounts and proxies):
        meant = "a header's name, with `accounts = \"on\"` and the proxy's own address in trusted_proxies"
        table.fault("trusted_header", header, meant)
    idle_h = table.whole("idle_hours")
    allowed = table.texts("allowed_hosts")
    frames = table.texts("frame_ancestors")
    table.close()
    named = (urlsplit(address).hostname or "",) if address else ()
    hosts = (*LOOPBACK, *allowed, *named)
    return Web(host, port, hosts, frames, has_accounts, address, idle_h * 3600.0, header or None, proxies)


def _privacy(table: Table) -> Privacy:
    keeping = Keeping(
        done_days=table.whole("done_days"),
        open_days=table.whole("open_days"),
        warn_days=table.whole("warn_days"),
    )
    if keeping.warn_days >= keeping.open_days:
        table.fault("warn_days", keeping.warn_days, f"fewer days than open_days, which is {keeping.open_days}")
    privacy = Privacy(keeping, table.value("calendar_shows"), table.text("office"), table.text("contact"))
    table.close()
    return privacy


def _queues(tables: list[Table]) -> tuple[QueueSetting, ...]:
    queues: dict[str, QueueSetting] = {}
    for table in tables:
        name: QueueName | None = table.value("name")
        label = table.text("label") or name or ""
        if name in queues:
            table.fault("name", name, "each queue once")
        elif name is not None:
            queues[name] = QueueSetting(name, label)
        table.close()
    return tuple(queues.values())


def _units(tables: list[Table], queues: tuple[QueueSetting, ...]) -> tuple[Unit, ...]:
    units: dict[str, Unit] = {}
    known: dict[str, QueueSetting] = {queue.name: queue for queue in queues}
    for table in tables:
        name: UnitName | None = table.value("name")
        label = table.text("label") or name or ""
        line: Extension | None = table.value("extension")
        wanted = table.texts("queues")
        for queue in wanted:
            if queue not in known:
                table.unknown("queues", queue, tuple(known), "the name of a [[queue]]")
        table.close()
        if name in units:
            table.fault("name", name, "each unit once")
        elif name is not None:
            units[name] = Unit(name, label, line, tuple(known[queue] for queue in wanted if queue in known))
    return tuple(units.values())
