"""Updates: what does not come up goes back by itself, and what a unit is asked for by its host is all that happens."""

import hashlib
import re
import subprocess
from pathlib import Path

from broker import __version__
from tests.on_packages.machine import Machine, package, repacked
from tests.on_packages.office import CONFIGURE, COUNT, PRESS, notes, running, until

LATER = "99.1+test"
PROVEN_SOON = """
for part in desk host; do
install -m 644 -D /dev/stdin /etc/systemd/system/belbord-$part-watch-update.service.d/soon.conf <<CONF
[Service]
Environment=BELBORD_PROVEN_S=4
CONF
done
systemctl daemon-reload
"""
DESK = "systemctl start belbord-desk\n" + until(running("desk"))
BOTH = "systemctl start belbord-host belbord-desk\n" + until(running("host")) + until(running("desk"))


def installed_version(part: str) -> str:
    return f"dpkg-query -W -f '${{db:Status-Status}} ${{Version}}\\n' belbord-{part}"


def decided(part: str) -> str:
    return until(f"[ ! -e /var/lib/belbord-update/{part}/watched ]", 60)


def dead_at_start(tree: Path) -> None:
    """A desk that ends before it is ready."""
    (tree / "opt/belbord-desk/bin/belbord-desk").write_text("#!/bin/sh\nexit 1\n")


def dead_after_a_new_schema(tree: Path) -> None:
    """A host that changes the store and ends then."""
    (tree / "opt/belbord-host/bin/belbord-host").write_text(
        "#!/opt/belbord-host/bin/python3 -I\nimport sys\nfrom pathlib import Path\n"
        "from host_agent.store.notes import opened\n"
        "with opened(Path('/var/lib/belbord/host.sqlite3')):\n    sys.exit(1)\n"
    )
    (versions,) = tree.glob("opt/belbord-host/lib/python3*/site-packages/host_agent/store/migrations/versions")
    known = "".join(each.read_text() for each in versions.glob("0*.py"))
    (newest,) = set(re.findall(r'(?m)^revision = "(\w+)"', known)) - set(
        re.findall(r'(?m)^down_revision = "(\w+)"', known)
    )
    (versions / "9999_later.py").write_text(
        f'revision = "9999"\ndown_revision = "{newest}"\nbranch_labels = None\ndepends_on = None\n'
        "from alembic import op\n\n\ndef upgrade() -> None:\n    op.execute('create table later (x integer)')\n"
    )


def test_a_unit_that_fails_three_times_after_an_update_goes_back_and_apt_passes_that_version_over(
    installed: Machine, suite: str, tmp_path: Path
) -> None:
    made = repacked(package("desk", suite, version=__version__), LATER, tmp_path, dead_at_start)
    offer(installed, made)
    broken = installed.put(made)
    said = installed.boot(
        CONFIGURE + PROVEN_SOON + DESK + f"dpkg -i {broken} >/dev/null 2>&1\n" + decided("desk")
        + installed_version("desk") + "; cat /var/lib/belbord-update/desk/went-back\n"
        + until(running("desk")) + "belbord-desk --version\n"
        + "apt-get -qq update; apt-cache policy belbord-desk | sed -n 's/ *Candidate: //p'\n"
        + "journalctl -q -o cat MESSAGE_ID=3a1f7c5e9d2b4608b6e4a2c0f8d71359\n"
        + "journalctl -q -o cat MESSAGE_ID=c2e6a8f0b4d94173958b7d3f1e0c6a24\n",
        timeout_s=120,
    )  # fmt: skip
    lines = said.splitlines()
    release = lines[0].removeprefix("installed ")
    assert release.startswith(__version__)
    assert lines[1:4] == [LATER, f"belbord-desk {__version__}", release]
    assert lines[4:] == [
        f"belbord-desk {LATER} did not come up; going back to {release}",
        f"belbord-desk went back from {LATER} to {release}",
    ]


def test_a_version_that_lives_stays_and_a_power_cut_in_between_only_asks_again(
    installed: Machine, suite: str, tmp_path: Path
) -> None:
    newer = installed.put(repacked(package("desk", suite, version=__version__), LATER, tmp_path))
    watched = installed.boot(
        CONFIGURE + DESK + f"dpkg -i {newer} >/dev/null 2>&1\n" + until(running("desk"))
        + "cat /var/lib/belbord-update/desk/watched\n" + PROVEN_SOON
    )  # fmt: skip
    said = installed.boot(decided("desk") + installed_version("desk") + "; ls /var/lib/belbord-update/desk\n")
    assert watched.splitlines() == [LATER, "1"]
    assert said.splitlines() == [f"installed {LATER}", "previous.deb"]


def test_a_host_that_changed_the_store_and_died_goes_back_with_every_note(
    installed: Machine, suite: str, tmp_path: Path
) -> None:
    made = package("host", suite, version=__version__)
    broken = installed.put(repacked(made, LATER, tmp_path, dead_after_a_new_schema))
    said = installed.boot(
        CONFIGURE + COUNT + PROVEN_SOON + BOTH + "systemctl stop belbord-desk\n" + PRESS + BOTH + until(notes(1))
        + f"dpkg -i {broken} >/dev/null 2>&1\n" + decided("host") + until(running("host"))
        + installed_version("host") + "; count-notes; cd /var/lib/belbord; ls host.sqlite3.*9*\n"
        + "systemctl stop belbord-desk\n" + PRESS + BOTH + until(notes(2))
        + "journalctl -q -o cat MESSAGE_ID=c2e6a8f0b4d94173958b7d3f1e0c6a24\n",
        timeout_s=180,
    )  # fmt: skip
    lines = said.splitlines()
    assert lines[0].startswith(f"installed {__version__}")
    assert lines[1:3] == ["1", f"host.sqlite3.of-{LATER}"]
    assert f"what the newer version wrote since is in /var/lib/belbord/host.sqlite3.of-{LATER}" in lines[-1]


def offer(machine: Machine, *packages: Path) -> None:
    """An apt source with these packages, in the machine itself."""
    source = machine.root / "source"
    source.mkdir()
    entries = []
    for each in packages:
        control = subprocess.run(["dpkg-deb", "-f", str(each)], check=True, capture_output=True, text=True).stdout
        content = each.read_bytes()
        (source / each.name).write_bytes(content)
        entries.append(
            f"{control.rstrip()}\nFilename: ./{each.name}\nSize: {len(content)}\n"
            f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
        )
    (source / "Packages").write_text("\n".join(entries))
    apt = machine.root / "etc" / "apt"
    (apt / "sources.list").write_text("deb [trusted=yes] file:/source ./\n")


def wish(text: str) -> str:
    """What the unit would leave, as its user."""
    return (
        f"printf '%s' '{text}' | setpriv --reuid belbord-desk --regid belbord-desk --clear-groups"
        " tee /run/belbord-desk/update >/dev/null\n"
    )


def test_a_unit_installs_the_version_that_is_asked_for_and_nothing_else_that_is_written_there(
    installed: Machine, suite: str, tmp_path: Path
) -> None:
    made = package("desk", suite, version=__version__)
    offer(installed, repacked(made, "99.1+deb12", tmp_path), repacked(made, "99.2+deb12", tmp_path))
    refused = [
        wish(text) + until("[ ! -e /run/belbord-desk/update ]", 30) + installed_version("desk") + "\n"
        for text in ("99.1; touch /pwned", "-o Dpkg::Pre-Invoke::=touch", "0.0.1", "belbord-host", "9" * 65)
    ]
    said = installed.boot(
        CONFIGURE + PROVEN_SOON + DESK + "".join(refused) + "test ! -e /pwned\n"
        + wish("99.1") + until(installed_version("desk") + " | grep -q 'installed 99.1'", 60) + until(running("desk"))
        + decided("desk") + installed_version("desk") + "\n"
        + wish("newest") + until(installed_version("desk") + " | grep -q 'installed 99.2'", 60)
        + decided("desk") + until(running("desk")) + installed_version("desk") + "; ls /run/belbord-desk\n",
        timeout_s=180,
    )  # fmt: skip
    lines = said.splitlines()
    assert all(line.startswith(f"installed {__version__}") for line in lines[: len(refused)])
    assert lines[len(refused) :] == ["installed 99.1+deb12", "installed 99.2+deb12"]


ASK = """install -D /dev/stdin /usr/local/bin/ask-update <<'PY'
#!/opt/belbord-host/bin/python3 -I
import sys
from paho.mqtt import publish
wish = '{"v": 1, "do": "update", "version": "%s"}' % sys.argv[1]
login = {"username": "host", "password": "secret"}
publish.single("belbord/unit/balie-1/command", wish, qos=1, hostname="127.0.0.1", auth=login)
PY
"""


def test_what_the_host_asks_for_over_the_bus_is_installed_and_a_broken_version_taken_back(
    installed: Machine, suite: str, tmp_path: Path
) -> None:
    made = package("desk", suite, version=__version__)
    offer(installed, repacked(made, "99.1+deb12", tmp_path), repacked(made, "99.2+deb12", tmp_path, dead_at_start))
    said = installed.boot(
        CONFIGURE + PROVEN_SOON + ASK + DESK
        + until(f"ask-update 99.1 && {installed_version('desk')} | grep -q 'installed 99.1'", 60)
        + decided("desk") + until(running("desk"))
        + until("ask-update 99.2 && [ -e /var/lib/belbord-update/desk/went-back ]", 90)
        + decided("desk") + until(running("desk")) + installed_version("desk") + "\n",
        timeout_s=240,
    )  # fmt: skip
    assert said.splitlines()[-1] == "installed 99.1+deb12"
