"""`belbord-desk doctor`: look everything up, and say what is wrong. Decides nothing: `core/diagnosis` does."""

import errno
import fcntl
import os
import sqlite3
import ssl
import time
from contextlib import closing
from pathlib import Path

from broker import topics
from broker.codec import encode
from broker.findings import BrokerFact, Finding
from broker.messages import Hello
from broker.reach import ask_broker
from broker.sqlite_log import damage_of
from device.config import Config
from device.core.diagnosis import Access, BusAnswer, DeskFacts, DeviceFact, PanelFact, StateFact, diagnose
from device.drivers.reach import tls_context
from device.drivers.vitals import disk_free_mb
from device.drivers.wall_clock import SYNCHRONISED
from device.profile import Panel, Profile

_I2C_SLAVE = 0x0703
"""ioctl of the kernel's i2c-dev interface (linux/i2c-dev.h)."""
_OUTBOX = "outbox.sqlite3"


def findings(config: Config, profile: Profile, *, virtual: bool = False, root: Path = Path("/")) -> tuple[Finding, ...]:
    """All that was looked at. `virtual`: a unit without pins and panel."""
    return diagnose(
        DeskFacts(
            state=_state(config.state_directory),
            clock_is_set=SYNCHRONISED.exists() or time.localtime().tm_year >= 2026,
            broker=_broker(config),
            pins=None if virtual else _pins(root),
            panel=None if virtual or not config.panel else _panel(profile.panel, root),
            cable=None if config.cable is None else _device(Path(config.cable.port)),
        )
    )


def _broker(config: Config) -> BrokerFact | None:
    broker = config.broker
    if broker is None:
        return None
    topic = topics.unit_topic(broker.root, topics.HELLO, config.unit)
    try:
        context = None if broker.tls is None else tls_context(broker.tls, broker.host)
    except (OSError, ssl.SSLError) as error:
        return BrokerFact(f"{broker.host}:{broker.port}", broker.username, "no_tls", f"mqtt.tls_ files: {error}")
    hello = encode(Hello(online=False))
    return ask_broker(broker.host, broker.port, broker.username, broker.password, context, topic, hello)


def _state(folder: Path) -> StateFact:
    outbox, damage = folder / _OUTBOX, ""
    if outbox.exists():
        try:
            # First of all: opened by SQLite, even to read, the log of an empty file would be gone.
            damage = damage_of(outbox) or ""
        except OSError as error:
            damage = str(error.strerror)
    if outbox.exists() and not damage:
        try:
            with closing(sqlite3.connect(f"{outbox.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
                verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            damage = "" if verdict == "ok" else str(verdict)[:80]
        except sqlite3.Error as error:
            damage = str(error)
    # The unit makes its folder itself, so what counts is the nearest one that is there.
    there = next((place for place in (folder, *folder.absolute().parents) if place.exists()), Path("/"))
    return StateFact(str(folder), os.access(there, os.W_OK), disk_free_mb(there) or 0, damage)


def _device(path: Path) -> DeviceFact:
    return DeviceFact(str(path), _access(path))


def _access(path: Path) -> Access:
    if not path.exists():
        return "absent"
    return "well" if os.access(path, os.R_OK | os.W_OK) else "denied"


def _pins(root: Path) -> DeviceFact:
    chips = sorted((root / "dev").glob("gpiochip*"))
    return _device(chips[0] if chips else root / "dev/gpiochip0")


def _panel(panel: Panel, root: Path) -> PanelFact:
    if panel.bus == "spi":
        path = root / f"dev/spidev{panel.bus_port}.{panel.address}"
        access = _access(path)
        return PanelFact(str(path), None, "unknown" if access == "well" else access)
    path = root / f"dev/i2c-{panel.bus_port}"
    access = _access(path)
    return PanelFact(str(path), panel.address, _answer(path, panel.address) if access == "well" else access)


def _answer(path: Path, address: int) -> BusAnswer:
    """Read one byte: a chip that is there acknowledges its address, whatever it then says."""
    try:
        bus = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        return "denied" if error.errno in (errno.EACCES, errno.EPERM) else "absent"
    try:
        fcntl.ioctl(bus, _I2C_SLAVE, address)
        os.read(bus, 1)
    except OSError as error:
        return "well" if error.errno == errno.EBUSY else "no_answer"
    else:
        return "well"
    finally:
        os.close(bus)
