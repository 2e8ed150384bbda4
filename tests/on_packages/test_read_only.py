"""A root that nobody writes: the unit needs one small folder, and what it kept there is there after the next start."""

from dataclasses import replace
from pathlib import Path

from tests.on_packages.machine import Machine
from tests.on_packages.office import CONFIGURE, PRESS, running, until

KEPT = (
    "python3 -c \"import sqlite3; print('kept', sqlite3.connect('/var/lib/belbord-desk/outbox.sqlite3')"
    ".execute('select count(*) from note').fetchone()[0])\"\n"
)


def test_a_unit_on_a_read_only_root_keeps_its_notes_from_one_start_to_the_next(
    installed: Machine, tmp_path: Path
) -> None:
    installed.boot(
        CONFIGURE + "systemctl disable mosquitto belbord-host 2>/dev/null; mkdir -p /var/lib/belbord-desk /job\n"
    )
    state = tmp_path / "state"
    state.mkdir()
    machine = replace(
        installed,
        options=("--read-only", f"--bind={state}:/var/lib/belbord-desk", "--tmpfs=/var/log", "--tmpfs=/var/tmp"),
    )
    first = machine.boot(
        "! touch /usr/written 2>/dev/null\n! touch /etc/written 2>/dev/null\n" + until(running("desk"))
        + "systemctl stop belbord-desk\n" + PRESS + "systemctl start belbord-desk\n" + until(running("desk")) + KEPT
    )  # fmt: skip
    second = machine.boot(until(running("desk")) + KEPT + "systemctl list-units --failed --no-legend 'belbord*'\n")
    assert (first.splitlines()[-1], second.splitlines()) == ("kept 1", ["kept 1"])
