"""What systemd holds the services to."""

import re

from tests.on_packages.machine import Machine
from tests.on_packages.office import CONFIGURE, running, until

MAIN = "systemctl show -p MainPID --value belbord-desk"
RESTARTS = "systemctl show -p NRestarts --value belbord-desk"


def test_a_hung_unit_is_ended_by_the_watchdog_and_comes_back(installed: Machine) -> None:
    said = installed.boot(
        CONFIGURE + "systemctl start belbord-desk\n" + until(running("desk"))
        + f"kill -STOP $({MAIN})\n" + until(f'[ "$({RESTARTS})" = 1 ]', 30) + until(running("desk"))
        + "journalctl -u belbord-desk --no-pager -o cat | grep -ic watchdog\n"
    )  # fmt: skip
    assert int(said) >= 1


def test_a_unit_that_is_killed_comes_back_within_seconds(installed: Machine) -> None:
    installed.boot(
        CONFIGURE + "systemctl start belbord-desk\n" + until(running("desk"))
        + f"kill -KILL $({MAIN})\n" + until(f'[ "$({RESTARTS})" = 1 ]', 5) + until(running("desk"), 10)
    )  # fmt: skip


def test_a_wrong_configuration_is_said_once_and_not_tried_again(installed: Machine) -> None:
    said = installed.boot(
        CONFIGURE + "echo 'no_such_key = 1' >> /etc/belbord/host.toml\n"
        "systemctl start belbord-host 2>/dev/null || true\nsleep 3\n"
        "systemctl is-failed belbord-host; systemctl show -p NRestarts --value belbord-host\n"
        "journalctl -u belbord-host --no-pager -o cat | grep no_such_key\n"
    )  # fmt: skip
    assert said.splitlines()[:2] == ["failed", "0"]


def test_the_units_are_without_fault_and_as_closed_as_promised(installed: Machine) -> None:
    said = installed.boot(
        "cp -R /usr/share/doc/belbord-host/examples/mosquitto.service.d /etc/systemd/system/\n"
        "systemctl daemon-reload\nsystemctl restart mosquitto\nsystemctl is-active mosquitto\n"
        "systemd-analyze verify --man=no belbord-desk.service belbord-host.service 2>&1 |"
        " sed 's/^/verify: /'\n"
        "for unit in belbord-desk belbord-host mosquitto; do\n"
        "systemd-analyze security --no-pager $unit.service | grep Overall; done\n"
    )  # fmt: skip
    assert "verify:" not in said
    desk, host, mosquitto = (float(found) for found in re.findall(r": ([0-9.]+) ", said))
    assert desk <= 2.0
    assert host <= 1.6
    assert mosquitto <= 2.0
