"""`belbord-host init`: asks little, makes an office, and says which ports are open to whom."""

import argparse
import getpass
import pwd
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeVar

from broker.mosquitto_office import CONFIGURATION
from broker.names import NAME_LIMIT, clean
from host_agent.config import load
from host_agent.errors import HostFault
from host_agent.office import making
from host_agent.office.arguments import CONF_D, CONFIG, FOLDER, LATER, SERVICE_USER
from host_agent.office.folder import OfficeFolder
from host_agent.office.plan import Wishes, address_of, exchange_of, ports
from host_agent.office_commands import admin_link

Read = TypeVar("Read")


def init(wanted: argparse.Namespace) -> int:
    """Make an office, or say that there is one. Raises HostFault."""
    folder = OfficeFolder(wanted.folder.absolute())
    config = (wanted.config or (CONFIG if wanted.folder == FOLDER else folder.path / "host.toml")).absolute()
    out = sys.stdout
    is_new = not (folder.is_made() and config.exists())
    if is_new:
        wishes, secret = _asked(wanted)
        making.make_folders(folder, wanted.owner or _service_user())
        _make_folder_of(config)
        made = making.make_office(wishes, folder, config, secret, time.time())
        out.write("".join(f"made {path}\n" for path in made.files))
        out.write("\nPorts, and who needs them:\n")
        out.write("".join(f"  {port:<10} {what:<40} {who}\n" for port, what, who in ports(wishes)))
    else:
        out.write(f"nothing to do: there is an office in {folder.path}, as {config} says\n")
        out.write("(a link for the first admin: belbord-host admin-link)\n")
    if wanted.install:
        _install(folder, wanted.conf_d, out)
    if is_new:
        if not wanted.install:
            out.write(f"\nMosquitto's configuration: {folder.broker / CONFIGURATION}; --install puts it in place\n")
        out.write("\nThe first admin chooses a password here, once the host agent runs:\n  ")
        admin_link(load(config), out)
        making.give_to_owner(folder)
        out.write("\nThen, for each desk unit: belbord-host unit add NAME\n")
    return 0


def _asked(wanted: argparse.Namespace) -> tuple[Wishes, str | None]:
    """What the options say, and what the person answers to the rest. Raises HostFault for what does not do."""
    ask = _Asking(is_silent=wanted.yes or not sys.stdin.isatty())
    office = ask("The office's name", wanted.office, "Belbord", lambda text: clean(text, NAME_LIMIT))
    addresses = wanted.address or [None]
    first = ask("The name or IP address by which units reach this machine", addresses[0], _own_name(), address_of)
    others = tuple(ask("", each, "", address_of) for each in addresses[1:])
    pbx = ask(f"The PBX's address, or {LATER}", wanted.pbx, LATER, str)
    exchange, secret = None, None
    if pbx != LATER:
        user = ask("The PBX's manager user", wanted.pbx_user, "belbord", lambda text: clean(text, NAME_LIMIT))
        exchange = ask("", pbx, "", lambda text: exchange_of(text, user))
        secret = _secret(wanted.pbx_secret_file, is_silent=ask.is_silent)
    listen = ask("Where units are listened to, an address of this machine or `all`", wanted.listen, "all", _listen)
    pages = ask("Where the pages are served", wanted.pages, "127.0.0.1:8088", _pages)
    wishes = Wishes(
        office, (first, *others), listen, wanted.broker_port, wanted.enrolment_port, pages, exchange, wanted.language
    )
    return wishes, secret


class _Asking:
    """Asks on the terminal, or takes what was given or the default."""

    def __init__(self, *, is_silent: bool) -> None:
        self.is_silent = is_silent

    def __call__(self, question: str, given: str | None, default: str, read: Callable[[str], Read]) -> Read:
        while True:
            text = given
            if text is None:
                text = default if self.is_silent else input(f"{question} [{default}]: ").strip() or default
            try:
                return read(text)
            except ValueError as fault:
                if given is not None or self.is_silent:
                    raise HostFault(f"init: {fault}") from None
                sys.stdout.write(f"  {fault}\n")


def _secret(file: str | None, *, is_silent: bool) -> str:
    """Never an option's own value: anyone on the machine can read those."""
    if file is None:
        if is_silent:
            raise HostFault("init: --pbx needs --pbx-secret-file, a file with the manager user's secret")
        return getpass.getpass("The PBX's manager secret: ")
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise HostFault(f"init: {file}: {fault}") from None
    if not (line := text.partition("\n")[0].strip()):
        raise HostFault(f"init: {file}: no secret on its first line")
    return line


def _listen(text: str) -> str:
    return "" if text == "all" else address_of(text)


def _pages(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise ValueError(f"{text!r}: an address and port, such as 127.0.0.1:8088, is meant")
    return text


def _own_name() -> str:
    """The name of this machine with its domain, where it has one that units could know."""
    name = socket.getfqdn().rstrip(".").lower()
    try:
        return address_of(name if name != "localhost" and not name.startswith("localhost.") else socket.gethostname())
    except ValueError:
        return "localhost"


def _service_user() -> str | None:
    try:
        return pwd.getpwnam(SERVICE_USER).pw_name
    except KeyError:
        return None


def _make_folder_of(config: Path) -> None:
    try:
        config.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as fault:
        raise HostFault(f"{config.parent}: {fault.strerror}") from None


def _install(folder: OfficeFolder, conf_d: Path, out: IO[str]) -> None:
    if not making.install(folder, conf_d):
        out.write(f"Mosquitto's configuration in {conf_d} is right\n")
        return
    out.write(f"made {conf_d / making.DROP_IN}\n")
    if conf_d == CONF_D and Path("/run/systemd/system").exists() and (systemctl := shutil.which("systemctl")):
        # A new listener needs more than a reload.
        subprocess.run([systemctl, "restart", "mosquitto"], check=False)
        out.write("restarted mosquitto\n")
    else:
        out.write("restart Mosquitto, so that it listens there\n")
