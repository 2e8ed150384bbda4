"""`belbord-host doctor`: look everything up, and say what is wrong. Decides nothing: `core/diagnosis` does."""

import asyncio
import errno
import os
import socket
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal

from broker import topics
from broker.codec import encode
from broker.findings import BrokerFact, Finding
from broker.messages import Identify
from broker.names import UnitName
from broker.reach import ask_broker
from broker.sqlite_log import damage_of
from host_agent.bus import tls_context
from host_agent.config import Config, Mqtt, Web
from host_agent.core.diagnosis import HostFacts, PbxFact, PortAnswer, StoreAnswer, StoreFact, diagnose
from host_agent.core.events import PbxAway, PbxEvent, SnapshotTaken
from host_agent.errors import StoreFault, StoreInUse
from host_agent.pbx.asterisk.adapter import AsteriskAdapter
from host_agent.store.lock import only_process
from host_agent.store.migrate import known_schemas
from host_agent.store.soundness import key_beside

PBX_WITHIN_S = 8.0
_NOBODY = UnitName("doctor")
_MEGABYTE = 1_000_000


def findings(config: Config, pbx: AsteriskAdapter | None) -> tuple[Finding, ...]:
    """All that was looked at. `pbx` None: the office has none."""
    store = _store(config.store)
    return diagnose(
        HostFacts(
            store=store,
            broker=_broker(config.mqtt),
            page=f"{config.web.host}:{config.web.port}",
            port=_port(config.web, runs=store.answer == "in_use"),
            wanted=tuple(queue.name for queue in config.queues),
            cables=tuple((cable.port, _access(Path(cable.port))) for cable in config.serial),
            pbx=None if pbx is None else asyncio.run(ask_pbx(config, pbx)),
        )
    )


async def ask_pbx(config: Config, adapter: AsteriskAdapter) -> PbxFact:
    """Connect as the host does, until the PBX told its queues or why not."""
    where = f"{config.pbx.host}:{config.pbx.port}"
    told = asyncio.Event()
    away: str | None = None
    queues: frozenset[str] | None = None

    def deliver(events: Sequence[PbxEvent]) -> None:
        nonlocal away, queues
        for event in events:
            if isinstance(event, PbxAway):
                away = event.reason
                told.set()
            elif isinstance(event, SnapshotTaken) and event.whole:
                queues = frozenset(queue.name for queue in event.queues)
                told.set()

    talk = asyncio.create_task(adapter.run(deliver))
    with suppress(TimeoutError):
        async with asyncio.timeout(PBX_WITHIN_S):
            await told.wait()
    talk.cancel()
    with suppress(asyncio.CancelledError):
        await talk
    return PbxFact(where, config.pbx.username, away, queues, adapter.denied)


def _access(path: Path) -> Literal["well", "absent", "denied"]:
    if not path.exists():
        return "absent"
    return "well" if os.access(path, os.R_OK | os.W_OK) else "denied"


def _broker(mqtt: Mqtt) -> BrokerFact:
    user = mqtt.username or "host"
    try:
        context = None if mqtt.tls is None else tls_context(mqtt.tls)
    except OSError as error:
        return BrokerFact(f"{mqtt.host}:{mqtt.port}", user, "no_tls", f"mqtt.tls_ files: {error}")
    # To a unit that is nobody's: what may be said there may be said to all.
    topic = topics.unit_topic(mqtt.root, topics.COMMAND, _NOBODY)
    return ask_broker(mqtt.host, mqtt.port, user, mqtt.password, context, topic, encode(Identify(seconds=0)))


def _port(web: Web, *, runs: bool) -> PortAnswer:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((web.host, web.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "own" if runs else "taken"
            return "no_such_address"
    return "free"


def _store(path: Path) -> StoreFact:
    # What is not there yet is made at the first start, so the nearest folder that is there counts.
    there = next((place for place in path.absolute().parents if place.exists()), Path("/"))
    disk = os.statvfs(there)
    answer, said = _store_answer(path, there)
    return StoreFact(str(path), answer, disk.f_bavail * disk.f_frsize // _MEGABYTE, said)


def _store_answer(path: Path, there: Path) -> tuple[StoreAnswer, str]:
    if not os.access(there, os.W_OK | os.X_OK):
        return "folder", f"{there} cannot be written"
    if not path.exists():
        return ("damaged", "it is gone, and there was one") if key_beside(path).exists() else ("new", "")
    if not os.access(path, os.R_OK | os.W_OK):
        return "folder", "cannot be read and written"
    try:
        # First of all: opened by SQLite, even to read, the log of an empty file would be gone.
        if (harm := damage_of(path)) is not None:
            return "damaged", harm
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if verdict != "ok":
                return "damaged", verdict[:80]
            with suppress(sqlite3.OperationalError):
                version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                if version is not None and version[0] not in known_schemas():
                    return "newer", ""
    except sqlite3.Error as error:
        return "damaged", str(error)
    except OSError as error:
        return "folder", f"cannot be read ({error.strerror})"
    # Looking must not make a lock that the service then may not open.
    if not path.with_name(path.name + ".lock").exists():
        return "well", ""
    try:
        with only_process(path):
            return "well", ""
    except StoreInUse:
        return "in_use", ""
    except StoreFault as fault:
        return "folder", str(fault)
