"""As a new admin would: two bare machines and a cable, the install page word for word, to a press in the inbox."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker import __version__
from tests.on_packages.booted import Booted, booted, cable, listening
from tests.on_packages.machine import CHECKOUT, machine, package
from tests.on_packages.office import COUNT, NO_PINS, PRESS, notes, running, until

PAGE = CHECKOUT / "docs" / "install.md"
MOST_COMMANDS = 10


def commands(heading: str) -> list[str]:
    """The commands of the first block below that heading of the install page."""
    text = PAGE.read_text("utf-8")
    found = re.search(rf"^## {re.escape(heading)}$.*?^```sh[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"{PAGE.name} has no commands below '## {heading}'"
    return [line for line in found[1].splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture
def two_machines(suite: str, tmp_path: Path) -> Iterator[tuple[Booted, Booted]]:
    """A server and a desk, bare but for the packages lying ready as files."""
    folders = tmp_path / "server", tmp_path / "pi"
    for folder in folders:
        folder.mkdir()
    names = tuple(f"belbord-{os.getpid()}-{name}" for name in ("server", "pi"))
    with machine(suite, folders[0]) as server, machine(suite, folders[1]) as pi, cable(*names):
        for made, part in ((server, "host"), (pi, "desk")):
            made.put(package(part, suite, version=__version__))
            listening(made)
        (server.root / "etc" / "hosts").write_text("127.0.0.1 localhost\n10.77.0.1 belbord.kantoor.example\n")
        (pi.root / "etc" / "hosts").write_text("127.0.0.1 localhost\n10.77.0.1 belbord.kantoor.example\n")
        with booted(server, names[0]) as server_on, booted(pi, names[1]) as pi_on:
            yield server_on, pi_on


def test_the_install_page_leads_to_a_press_in_the_inbox(two_machines: tuple[Booted, Booted], suite: str) -> None:
    server, pi = two_machines
    on_server, on_pi = commands("On the server"), commands("On the unit")
    server.run("cd / && systemctl is-system-running --wait || true")
    pi.run(NO_PINS)
    began = time.monotonic()
    said = "".join(server.run(f"cd /\n{command}\n") for command in on_server)
    code = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", said)
    assert code, said
    for command in on_pi:
        pi.run("cd /\n" + re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code[0], command) + "\n")
    pi.run(until(running("desk")))
    took = time.monotonic() - began
    pi.run("systemctl stop belbord-desk\n" + PRESS + "systemctl start belbord-desk\n")
    server.run(COUNT + until(notes(1)))
    print(
        f"{suite}: {len(on_server) + len(on_pi)} commands, {took:.1f} s to a unit at work, without an admin's thinking"
    )
    assert len(on_server) + len(on_pi) <= MOST_COMMANDS
    server.run("systemctl is-active belbord-host mosquitto belbord-broker-reload.path")
    assert server.run("systemctl --failed --no-legend") == ""
    assert pi.run("systemctl --failed --no-legend") == ""
