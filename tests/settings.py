"""The configuration files of real programs on loopback, for tests and measurements that start them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from broker.mosquitto import Login

UNIT = "balie-1"


@dataclass(frozen=True)
class Desk:
    """A desk in host.toml."""

    name: str = UNIT
    extension: str = "100"


def write_host(
    folder: Path,
    login: Login,
    *,
    web: int,
    ami_port: int,
    ami_secret: str,
    desks: Sequence[Desk] = (Desk(),),
    store: Path | None = None,
    more: str = "",
) -> Path:
    """host.toml and its secrets in `folder`, for desks that follow the queue `receptie`; returns its path."""
    _secret(folder / "host-pw", login.password)
    _secret(folder / "ami", ami_secret)
    units = "".join(
        f'[[unit]]\nname = "{desk.name}"\nlabel = "{desk.name}"\nextension = "{desk.extension}"\n'
        'queues = ["receptie"]\n'
        for desk in desks
    )
    path = folder / "host.toml"
    path.write_text(f"""
[mqtt]
host = "{login.host}"
port = {login.port}
username = "{login.username}"
password_file = "host-pw"
[pbx]
kind = "asterisk"
host = "127.0.0.1"
port = {ami_port}
username = "belbord"
secret_file = "ami"
[web]
listen = "127.0.0.1:{web}"
[store]
path = "{store or folder / "host.sqlite3"}"
[[queue]]
name = "receptie"
label = "Receptie"
{units}{more}""")
    return path


def write_desk(folder: Path, login: Login, *, state: Path | None = None, more: str = "") -> Path:
    """desk.toml and its secret in `folder` for the unit that `login` names; returns its path."""
    _secret(folder / f"{login.username}-pw", login.password)
    path = folder / f"{login.username}.toml"
    path.write_text(f"""
unit = "{login.username}"
state_directory = "{state or folder / login.username}"
[mqtt]
host = "{login.host}"
port = {login.port}
password_file = "{login.username}-pw"
{more}""")
    return path


def _secret(path: Path, word: str) -> None:
    path.touch(mode=0o600)
    path.write_text(word)
