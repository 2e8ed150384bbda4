"""`belbord-desk enrol`: from a code to a unit that can start; by hand, or from a file on the boot partition."""

import argparse
import logging
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from broker.settings_text import Value
from device import unit_files
from device.config import config_of
from device.drivers.unit_key import life_of, new_key
from device.enrolment import Invite, OutOfReach, enrol, invite_of, invite_to
from device.errors import UnitFault
from device.profile import DEFAULT_BOARD, ProfileFault, load_profile

log = logging.getLogger(__name__)

OUTCOME = "belbord-outcome.txt"
AGAIN_S = 3.0
_CODE_LINE = re.compile(r"^[ \t]*code[ \t]*=.*(\n|$)", re.MULTILINE)
_FROM_FILE = {"code", "host", "board", "language"}
Tell = Callable[[str, str], None]
"""(what, about whom or where): shown on the glass."""


def by_hand(asked: argparse.Namespace) -> int:
    """Enrol with the code on the command line. Raises UnitFault."""
    unit = be_enrolled(invite_of(asked.code), asked.config, asked.state, {})
    print(f"this is {unit} now; {asked.config} is written")  # noqa: T201  # for the person who asked
    if not start_unit():
        print("start it now: belbord-desk run --config " + str(asked.config))  # noqa: T201
    return 0


def start_unit() -> bool:
    """Have systemd start the unit anew; False where there is no systemd to ask."""
    systemctl = shutil.which("systemctl")
    if os.geteuid() != 0 or systemctl is None or not Path("/run/systemd/system").exists():
        return False
    subprocess.run([systemctl, "--no-block", "restart", "belbord-desk"], check=False)
    return True


def from_file(
    place: Path, config: Path, state: Path, wait_s: float, tell: Tell, *, pause: Callable[[float], None] = time.sleep
) -> int:
    """Enrol with the code in the file `place`, waiting for the host for so long; write how it went beside it.

    The code is taken out of the file once it is used or refused. 0 when there was nothing to do or all went well.
    """
    try:
        wish = _wish(place)
        if wish is None:
            return 0
        invite, more = wish
        tell("enrolling", invite.host)
        unit = _patiently(lambda: be_enrolled(invite, config, state, more), wait_s, pause)
    except OutOfReach as fault:
        # The code may still be good at the next start.
        _report(place, str(fault), tell, "unreachable")
        return 1
    except UnitFault as fault:
        _take_code_out(place)
        _report(place, str(fault), tell, "refused")
        return 1
    _take_code_out(place)
    _report(place, f"enrolled as {unit}", tell, "enrolled", unit)
    start_unit()
    return 0


def be_enrolled(invite: Invite, config: Path, state: Path, more: Mapping[str, Value]) -> str:
    """Enrol and write what the unit needs; returns its name. May be run again after it was cut short."""
    before = unit_files.config_before(config)
    state = state.absolute()
    unit_files.make_folder(state)
    key = unit_files.pending_key(state)
    if key is None:
        key = new_key()
        unit_files.keep_pending_key(state, key)
    grant = enrol(invite, key)
    text = unit_files.config_text(unit_files.settings_of(grant, state, before, more))
    unit_files.write(state / unit_files.AUTHORITY, grant.authority.encode(), 0o644)
    try:
        config.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as fault:
        raise UnitFault(f"{config.parent}: {fault.strerror}") from None
    unit_files.write(config, text.encode(), 0o644)
    # Last, for it takes the key away with which all this could be asked again.
    unit_files.keep_certificate(state, key, grant.certificate, life_of(grant.certificate.encode()))
    return grant.unit


def _patiently(deed: Callable[[], str], wait_s: float, pause: Callable[[float], None]) -> str:
    until = time.monotonic() + wait_s
    while True:
        try:
            return deed()
        except OutOfReach:
            if time.monotonic() + AGAIN_S > until:
                raise
        pause(AGAIN_S)


def _wish(place: Path) -> tuple[Invite, dict[str, Value]] | None:
    """What the file asks for; None when it holds no code. Raises UnitFault."""
    try:
        asked = tomllib.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        raise UnitFault(f"{place.name}: {fault}") from None
    if "code" not in asked:
        return None
    if strange := sorted(set(asked) - _FROM_FILE):
        raise UnitFault(f"{place.name}: {', '.join(strange)}: no such key; code, host, board and language are meant")
    if not all(isinstance(value, str) for value in asked.values()) or "host" not in asked:
        raise UnitFault(f"{place.name}: code and host are meant, each a text between quotes")
    invite = invite_to(asked.pop("code"), asked.pop("host"))
    # Before the code is used: what would keep the unit from starting.
    config_of({"unit": "x", "mqtt": {"host": "x"}, **asked}, place.name, [])
    try:
        load_profile(asked.get("board", DEFAULT_BOARD))
    except ProfileFault as fault:
        raise UnitFault(f"{place.name}: board: {fault}") from None
    return invite, asked


def _take_code_out(place: Path) -> None:
    try:
        text = place.read_text(encoding="utf-8", errors="replace")
        left = _CODE_LINE.sub("", text)
        if left != text:
            unit_files.write(place, left.encode(), 0o600)
    except (OSError, UnitFault) as fault:
        log.warning("the code stays in %s: %s", place, fault)


def _report(place: Path, line: str, tell: Tell, what: str, about: str = "") -> None:
    log.info("%s", line)
    tell(what, about)
    try:
        unit_files.write(place.with_name(OUTCOME), (line.partition("\n")[0] + "\n").encode(), 0o644)
    except UnitFault as fault:
        print(fault, file=sys.stderr)  # noqa: T201
