"""`belbord-host init`: makes an office in a folder. What is there already stays as it is."""

import grp
import os
import pwd
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from broker.home import home_acl
from broker.mosquitto_office import ACCESS, CONFIGURATION, configuration
from broker.settings_text import filled_in
from broker.topics import DEFAULT_ROOT, acl
from host_agent.errors import HostFault
from host_agent.office.authority import HOST_NAME, make_authority
from host_agent.office.folder import GROUP_READS, OfficeFolder
from host_agent.office.plan import SECRET_FILE, Wishes, certificate_names, host_settings

BROKER_GROUP = "mosquitto"
DROP_IN = "belbord.conf"


@dataclass
class Made:
    """What was written, in order."""

    files: list[Path] = field(default_factory=list)


def make_office(wishes: Wishes, folder: OfficeFolder, config: Path, secret: str | None, now: float) -> Made:
    """Make what is missing of the office; a run that was cut short goes on where it stopped. Raises HostFault."""
    made = Made()

    def once(path: Path, content: Callable[[], bytes], mode: int = 0o600) -> None:
        if not path.exists():
            folder.write(path, content(), mode)
            made.files.append(path)

    with folder.locked():
        if not folder.authority_key.exists():
            key, certificate = make_authority(wishes.office, now)
            # The key last: it alone says that there is an authority.
            folder.write(folder.authority_certificate, certificate, GROUP_READS)
            folder.write(folder.authority_key, key)
            made.files += [folder.authority_certificate, folder.authority_key]
        signs = folder.authority()

        def host_certificate() -> bytes:
            signed, pem = signs.for_host(now)
            folder.keep_issued([*folder.issued(), signed], now)
            return pem

        once(folder.host_certificate, host_certificate)
        once(folder.server_certificate, lambda: signs.for_server(certificate_names(wishes), now)[1], GROUP_READS)
        once(folder.revocations, lambda: signs.revocations(folder.issued(), now), GROUP_READS)
        once(folder.broker / ACCESS, lambda: (acl(DEFAULT_ROOT, HOST_NAME) + home_acl(HOST_NAME)).encode(), GROUP_READS)
        text = configuration(folder.broker, port=wishes.broker_port, listen=wishes.listen)
        once(folder.broker / CONFIGURATION, text.encode, GROUP_READS)
        if wishes.exchange is not None and secret is not None:
            word = secret
            once(folder.path / SECRET_FILE, lambda: (word + "\n").encode())
        example = (files("host_agent") / "host.example.toml").read_text(encoding="utf-8")
        settings = host_settings(wishes, folder.path, config)
        once(
            config,
            lambda: _without_passwords(filled_in(example, settings, without_examples=True), wishes).encode(),
            0o644,
        )
    return made


def make_folders(folder: OfficeFolder, owner: str | None) -> None:
    """The folder itself and those in it, the owner's; the broker's for Mosquitto to read. Raises HostFault."""
    try:
        folder.path.mkdir(mode=0o711, parents=True, exist_ok=True)
        folder.make_folders()
        if os.geteuid() != 0:
            return
        user, group = _ids(owner)
        for each in (folder.path, folder.units, folder.enrolments_folder):
            os.chown(each, user, group)
        os.chown(folder.broker, user, _broker_group(group))
        # What the host agent itself writes there is for Mosquitto's group to read too.
        folder.broker.chmod(0o2750)
    except OSError as fault:
        raise HostFault(f"{folder.path}: {fault.strerror}: run this as root, or name a --folder of your own") from None


def give_to_owner(folder: OfficeFolder) -> None:
    """Whatever else a command that root gave has left in the folder becomes its owner's."""
    if os.geteuid() == 0:
        owner = folder.path.stat()
        for each in folder.path.iterdir():
            if each.is_file():
                os.chown(each, owner.st_uid, owner.st_gid)


def install(folder: OfficeFolder, conf_d: Path) -> bool:
    """Put the broker's configuration where the system's Mosquitto reads it; False when it is there already."""
    place, text = conf_d / DROP_IN, (folder.broker / CONFIGURATION).read_bytes()
    try:
        if place.exists() and place.read_bytes() == text:
            return False
        folder.write(place, text, 0o644)
    except OSError as fault:
        raise HostFault(f"{place}: {fault.strerror}; is Mosquitto installed, and are you root?") from None
    return True


def _without_passwords(text: str, wishes: Wishes) -> str:
    """The example with what this office does without as comments: certificates stand for passwords."""
    unused = ["password_file"] if wishes.exchange is not None else ["password_file", "secret_file"]
    pbx = {"host", "username"} if wishes.exchange is None else set()
    lines, table = [], ""
    for line in text.splitlines():
        table = line if line.startswith("[") else table
        key = line.partition(" = ")[0]
        hidden = key in unused or (table == "[pbx]" and key in pbx)
        lines.append(f"# {line}" if hidden else line)
    return "\n".join(lines) + "\n"


def _ids(owner: str | None) -> tuple[int, int]:
    if owner is None:
        return os.geteuid(), os.getegid()
    try:
        found = pwd.getpwnam(owner)
    except KeyError:
        raise HostFault(f"--owner {owner}: there is no such user on this machine") from None
    return found.pw_uid, found.pw_gid


def _broker_group(otherwise: int) -> int:
    try:
        return grp.getgrnam(BROKER_GROUP).gr_gid
    except KeyError:
        return otherwise
