"""Install, configure, upgrade while running, go back, remove and purge: with dpkg and systemd as they are."""

from broker import __version__
from tests.on_packages.machine import NEXT_VERSION, Machine, package
from tests.on_packages.office import CONFIGURE, COUNT, PRESS, notes, running, until

START = "systemctl start belbord-host belbord-desk\n"
BOTH_RUN = until(running("host")) + until(running("desk"))


def test_what_is_installed_waits_for_its_configuration_and_hurts_nothing(installed: Machine) -> None:
    said = installed.boot("""
systemctl is-system-running --wait
systemctl is-enabled belbord-desk belbord-host
systemctl is-active belbord-desk belbord-host || true
systemctl --failed --no-legend
belbord-desk --version
belbord-host --version
id -nG belbord-desk
""")
    assert said.splitlines()[:5] == ["running", "enabled", "enabled", "inactive", "inactive"]
    assert {"gpio", "i2c", "spi"} <= set(said.splitlines()[-1].split()) or "belbord-desk" in said


def test_a_note_kept_on_the_unit_reaches_the_host_and_survives_an_upgrade_and_the_way_back(
    installed: Machine, suite: str
) -> None:
    newer = [installed.put(package(part, suite, version=NEXT_VERSION)) for part in ("desk", "host")]
    older = [installed.put(package(part, suite, version=__version__)) for part in ("desk", "host")]
    said = installed.boot(
        CONFIGURE + COUNT + START + BOTH_RUN
        + "systemctl stop belbord-desk\n" + PRESS + START + until(notes(1))
        + "echo before $(systemctl show -p MainPID --value belbord-desk)\n"
        + f"dpkg -i {' '.join(newer)} >/dev/null 2>&1\n" + BOTH_RUN
        + "belbord-desk --version\n"
        + "echo after $(systemctl show -p MainPID --value belbord-desk)\n"
        + "systemctl stop belbord-desk\n" + PRESS + START + until(notes(2))
        + f"dpkg -i {' '.join(older)} >/dev/null 2>&1\n" + BOTH_RUN
        + "belbord-desk --version\n"
        + "systemctl stop belbord-desk\n" + PRESS + START + until(notes(3))
        + "systemctl --failed --no-legend\n"
    )  # fmt: skip
    lines = said.splitlines()
    assert lines[0].removeprefix("before ") != lines[2].removeprefix("after ")
    assert NEXT_VERSION in lines[1]
    assert lines[3:] == [f"belbord-desk {__version__}"]


def test_a_boot_without_a_network_starts_both(installed: Machine) -> None:
    installed.boot(CONFIGURE)
    said = installed.boot(BOTH_RUN + "ls /sys/class/net; systemctl is-system-running --wait\n")
    assert said.splitlines() == ["lo", "running"]


def test_removing_keeps_what_people_wrote_and_purging_takes_it_along(installed: Machine) -> None:
    installed.boot(CONFIGURE + START + BOTH_RUN + "systemctl stop belbord-desk\n" + PRESS)
    said = installed.boot("""
dpkg -r belbord-desk belbord-host >/dev/null
ls /etc/belbord /var/lib/belbord-desk /var/lib/belbord | sort
test ! -e /opt/belbord-desk && test ! -e /opt/belbord-host
dpkg -P belbord-desk belbord-host >/dev/null
echo purged
ls -d /etc/belbord/*.toml /var/lib/belbord* /opt/belbord* /usr/bin/belbord* 2>/dev/null || true
systemctl --failed --no-legend
""")
    kept, _, left = said.partition("purged\n")
    assert {"desk.toml", "host.toml", "outbox.sqlite3", "host.sqlite3"} <= set(kept.split())
    assert left == ""
