"""Ending a revoked unit's session at the broker.

Mosquitto reads its list of revoked certificates again on SIGHUP, refuses new connections by it, and lets those that
live go on (measured with 2.0). But a name is a session there, so whoever comes with the same name ends it: the host
makes itself a certificate of that name, good for minutes, and comes as that unit once the list is in force. Sooner
would be no good: the unit would be back.
"""

import asyncio
import logging
import os
import signal
import ssl
import tempfile
import time
from pathlib import Path
from typing import Literal

import aiomqtt

from host_agent.config import Mqtt
from host_agent.office.authority import Authority

log = logging.getLogger(__name__)

IN_FORCE_WITHIN_S = 10.0
ANSWERS_WITHIN_S = 5.0
SILENT_S = 0.5
"""A broker that lets a certificate in says nothing for so long, because it waits for us."""
AGAIN_S = 0.1
CAME_BEFORE_LASTS_S = 300.0
Outcome = Literal["out", "no broker", "list not read"]


def tell_broker(pid_file: Path) -> bool:
    """Make Mosquitto read its certificates and lists again; False when it is not ours to tell, or not there."""
    try:
        pid = int(pid_file.read_text())
        if Path(f"/proc/{pid}/comm").read_text().strip() != "mosquitto":
            return False
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True


async def shut_out(mqtt: Mqtt, authority: Authority, unit: str, probe: bytes, now: float) -> Outcome:
    """End the session of this unit, once the broker refuses the certificate `probe` (PEM, with its key)."""
    with tempfile.TemporaryDirectory(prefix="belbord-") as name:
        folder = Path(name)
        probing = _context(mqtt, folder / "probe.pem", probe)
        until = time.monotonic() + IN_FORCE_WITHIN_S
        while True:
            match await _lets_in(mqtt, probing):
                case None:
                    return "no broker"
                case False:
                    break
            if time.monotonic() > until:
                return "list not read"
            await asyncio.sleep(AGAIN_S)
        _, pem = authority.for_unit_shortly(unit, now, CAME_BEFORE_LASTS_S)
        coming = _context(mqtt, folder / "unit.pem", pem)
        try:
            async with aiomqtt.Client(
                mqtt.host, mqtt.port, protocol=aiomqtt.ProtocolVersion.V5, clean_start=True,
                timeout=ANSWERS_WITHIN_S, tls_context=coming,
            ):  # fmt: skip
                pass
        except aiomqtt.MqttError as fault:
            log.warning("the session of %s could not be ended: %s", unit, fault)
            return "no broker"
    return "out"


async def _lets_in(mqtt: Mqtt, context: ssl.SSLContext) -> bool | None:
    """Whether the broker takes the certificate; None when there is no broker.

    In TLS 1.3 the refusal of a client's certificate comes after the handshake (RFC 8446, 4.4.2.4).
    """
    try:
        async with asyncio.timeout(ANSWERS_WITHIN_S):
            reader, writer = await asyncio.open_connection(mqtt.host, mqtt.port, ssl=context)
    except ssl.SSLError:
        return False
    except (OSError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(SILENT_S):
            await reader.read(1)
    except TimeoutError:
        return True
    except (ssl.SSLError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return False


def _context(mqtt: Mqtt, place: Path, pem: bytes) -> ssl.SSLContext:
    place.touch(mode=0o600)
    place.write_bytes(pem)
    ca = None if mqtt.tls is None else mqtt.tls.ca
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(place))
    return context
