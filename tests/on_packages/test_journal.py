"""What stands in the journal for whoever filters it."""

import json

from broker import journal
from tests.on_packages.machine import Machine
from tests.on_packages.office import CONFIGURE, running, until


def test_entries_have_their_fields_and_are_found_by_their_id(installed: Machine) -> None:
    said = installed.boot(
        CONFIGURE + "systemctl start belbord-host belbord-desk\n" + until(running("host")) + until(running("desk"))
        + "systemctl stop belbord-desk belbord-host\njournalctl -q --sync\n"
        + "".join(
            f"journalctl -q -o json MESSAGE_ID={each}\n"
            for each in (journal.UNIT_AT_WORK, journal.UNIT_STOPPED, journal.HOST_AT_WORK, journal.HOST_STOPPING)
        )
    )  # fmt: skip
    entries = [json.loads(line) for line in said.splitlines()]
    fields = ("SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT", "PRIORITY", "LOGGER")
    assert [tuple(entry[field] for field in fields) for entry in entries] == [
        ("belbord-desk", "belbord-desk.service", "6", "device.app"),
        ("belbord-desk", "belbord-desk.service", "6", "device.app"),
        ("belbord-host", "belbord-host.service", "6", "host_agent"),
        ("belbord-host", "belbord-host.service", "6", "host_agent"),
    ]
