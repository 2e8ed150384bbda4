"""`belbord-host unit ...`: expect a unit, list them, revoke one."""

import argparse
import asyncio
import socket
import sys
import time
from datetime import UTC, datetime

from broker.enrolment import spelled
from broker.names import NAME_LIMIT, clean, extension, queue_name, unit_name
from host_agent.config import Config, load
from host_agent.config_provisioning import Provisioning
from host_agent.core.enrolment import CODE_LASTS_S, is_open
from host_agent.errors import HostFault
from host_agent.office import deeds
from host_agent.office.folder import OfficeFolder
from host_agent.office.qr_code import on_terminal
from host_agent.office.shutting_out import shut_out, tell_broker
from host_agent.office.unit_files import UnitFile


def _opened(wanted: argparse.Namespace) -> tuple[Config, Provisioning, OfficeFolder]:
    config = load(wanted.config)
    if config.provisioning is None:
        raise HostFault(f"{wanted.config}: [provisioning] names no folder; `belbord-host init` makes an office")
    return config, config.provisioning, OfficeFolder(config.provisioning.folder)


OPENS_WITHIN_S = 3.0


def add(wanted: argparse.Namespace) -> int:
    """Expect a unit and show its code. Raises HostFault."""
    config, provisioning, folder = _opened(wanted)
    unit = _unit(wanted, config)
    code = deeds.expect(folder, unit, time.time())
    place = provisioning.enrolment_place
    sys.stdout.write(f"{on_terminal(f'{spelled(code)}@{place}')}\n")
    sys.stdout.write(
        f"On the unit, within {CODE_LASTS_S / 60:.0f} minutes:\n  belbord-desk enrol {spelled(code)}@{place}\n"
        "or, on the boot partition of its card, a file belbord.toml with\n"
        f'  code = "{spelled(code)}"\n  host = "{place}"\n'
    )
    if not _opens(provisioning):
        sys.stderr.write("belbord-host: nothing listens there yet: is the host agent running?\n")
    return 0


def _opens(provisioning: Provisioning) -> bool:
    """Whether the running host agent opens the enrolment port soon, as it does for a unit that is expected."""
    host, port = provisioning.listen
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # all addresses are ours too
    until = time.monotonic() + OPENS_WITHIN_S
    while time.monotonic() < until:
        try:
            socket.create_connection((own, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _unit(wanted: argparse.Namespace, config: Config) -> UnitFile:
    """What is asked, and for a unit that is known already, what is not said again."""
    try:
        name = unit_name(wanted.name)
        queues = tuple(queue_name(each) for each in wanted.queue)
        line = None if wanted.line is None else extension(wanted.line)
    except ValueError as fault:
        raise HostFault(f"unit add: {fault}") from None
    known = next((each for each in config.units if each.name == name), None)
    if known is not None and not (config.provisioning and _has_file(config.provisioning, name)):
        raise HostFault(f"unit add: {name} is named in {wanted.config}: take its [[unit]] out of there first")
    before_queues = () if known is None else tuple(each.name for each in known.queues)
    before_line = None if known is None else known.extension
    label = clean(wanted.label or (name if known is None else known.label), NAME_LIMIT)
    return UnitFile(name, label, line or before_line, queues or before_queues)


def _has_file(provisioning: Provisioning, name: str) -> bool:
    return (provisioning.folder / "units" / f"{name}.toml").exists()


def show_all(wanted: argparse.Namespace) -> int:
    """List the units. Raises HostFault."""
    config, _, folder = _opened(wanted)
    now = time.time()
    given = folder.issued()
    revoked = deeds.revoked_units(given)
    expected = {each.unit for each in folder.enrolments() if is_open(each, now) and each.public_key is None}
    names = sorted({each.name for each in config.units} | {each for each in revoked if _is_unit(each)})
    known = {str(unit.name): unit for unit in config.units}
    for name in names:
        good = [each.ends for each in given if each.name == name and each.revoked_at is None]
        until = f"trusted until {datetime.fromtimestamp(max(good), UTC):%Y-%m-%d}" if good else "has no certificate"
        state = "revoked" if name in revoked else until
        state += ", expected now" if name in expected else ""
        unit = known.get(name)
        where = "" if unit is None else f"line {unit.extension or '-'}, {', '.join(q.name for q in unit.queues) or '-'}"
        sys.stdout.write(f"{name:<20} {state:<36} {where}\n")
    if not names:
        sys.stdout.write("no units yet: belbord-host unit add NAME\n")
    return 0


def _is_unit(name: str) -> bool:
    try:
        unit_name(name)
    except ValueError:
        return False
    return True


def revoke(wanted: argparse.Namespace) -> int:
    """Revoke a unit and end its session. Raises HostFault."""
    config, provisioning, folder = _opened(wanted)
    now = time.time()
    probe = deeds.revoke(folder, wanted.name, now) if _is_unit(wanted.name) else None
    if probe is None:
        raise HostFault(f"unit revoke: there is no unit {wanted.name}; `belbord-host unit list` names them")
    tell_broker(provisioning.broker_pid_file)
    began = time.monotonic()
    match asyncio.run(shut_out(config.mqtt, folder.authority(), wanted.name, probe, now)):
        case "out":
            sys.stdout.write(f"{wanted.name} is out, {time.monotonic() - began:.1f} s after it was revoked\n")
            return 0
        case "no broker":
            sys.stdout.write(f"{wanted.name} is revoked; no broker answers, so it is connected to none\n")
            return 0
        case "list not read":
            raise HostFault(
                f"{wanted.name} is revoked, but the broker does not know: `systemctl reload mosquitto`, then this again"
            )
