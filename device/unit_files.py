"""What an enrolled unit keeps: key and certificate in a file, the office's authority, desk.toml that names them."""

import os
import pwd
import re
import tempfile
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from broker.enrolment import Grant
from broker.settings_text import Value, filled_in
from device.errors import UnitFault

CERTIFICATE = "unit.pem"
AUTHORITY = "authority.crt"
PENDING_KEY = "next.key"
SERVICE_USER = "belbord-desk"
_LIFE = re.compile(rb"valid from (\d+) to (\d+)\n")


def pending_key(folder: Path) -> bytes | None:
    """The key that waits for its certificate: a unit whose power was cut asks again with the same."""
    try:
        return (folder / PENDING_KEY).read_bytes()
    except FileNotFoundError:
        return None


def keep_pending_key(folder: Path, key: bytes) -> None:
    """Remember it until its certificate is there."""
    write(folder / PENDING_KEY, key)


def keep_certificate(folder: Path, key: bytes, certificate: str, life: tuple[float, float]) -> None:
    """Key and certificate change at once, as one file; then the key waits no more.

    Its first line says how long it holds, so that a unit need not load a library each time it wonders. (RFC 7468,
    section 2: text before the first boundary is no part of it.)
    """
    begins, ends = life
    content = f"valid from {begins:.0f} to {ends:.0f}\n".encode() + key + certificate.encode()
    write(folder / CERTIFICATE, content)
    (folder / PENDING_KEY).unlink(missing_ok=True)


def life_of(certificate: Path) -> tuple[float, float] | None:
    """When the certificate begins and ends (Unix seconds), None when its file does not say."""
    try:
        found = _LIFE.match(certificate.read_bytes())
    except OSError:
        return None
    return None if found is None else (float(found[1]), float(found[2]))


def settings_of(grant: Grant, state: Path, before: Mapping[str, Any], more: Mapping[str, Value]) -> dict[str, Value]:
    """desk.toml's keys: what stood there `before`, then what the host says, then `more`. A password has no use now."""
    kept = {path: value for path, value in _flat(before) if path not in ("mqtt.password_file", "mqtt.username")}
    granted: dict[str, Value] = {
        "unit": grant.unit,
        "state_directory": str(state),
        "mqtt.host": grant.host,
        "mqtt.port": grant.port,
        "mqtt.root": grant.root,
        "mqtt.tls": True,
        "mqtt.tls_ca": str(state / AUTHORITY),
        "mqtt.tls_certificate": str(state / CERTIFICATE),
        "mqtt.tls_key": str(state / CERTIFICATE),
    }
    return {"language": grant.language, **kept, **granted, **more}


def config_before(config: Path) -> dict[str, Any]:
    """What desk.toml says now, nothing when there is none. Raises UnitFault."""
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise UnitFault(f"{config}: {fault}; mend it, or take it away for a new one") from None


def config_text(settings: Mapping[str, Value]) -> str:
    """desk.toml with every key explained. Raises UnitFault for a key that is none."""
    example = (files("device") / "desk.example.toml").read_text(encoding="utf-8")
    # A host and a password that are only examples.
    example = re.sub(r'^host = "broker\.example"', '#host = "broker.example"', example, flags=re.MULTILINE)
    try:
        return filled_in(example, settings)
    except KeyError as fault:
        raise UnitFault(f"desk.toml: {fault.args[0]}; `belbord-desk check` tells more") from None


def make_folder(state: Path) -> None:
    """The unit's own folder, owned by the user that it runs as. Raises UnitFault."""
    try:
        if not state.exists():
            state.mkdir(mode=0o700, parents=True)
            if os.geteuid() == 0 and (user := _service_user()) is not None:
                os.chown(state, user.pw_uid, user.pw_gid)
    except OSError as fault:
        raise UnitFault(f"{state}: {fault.strerror}") from None


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put `content` at `path`, whole and synced, owned as its folder is. Raises UnitFault."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fchmod(handle, mode)
                if os.geteuid() == 0:
                    owner = path.parent.stat()
                    os.fchown(handle, owner.st_uid, owner.st_gid)
                os.fsync(handle)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise UnitFault(f"{path}: cannot be written: {fault.strerror}") from None


def _service_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return None


def _flat(content: Mapping[str, Any]) -> list[tuple[str, Value]]:
    pairs: list[tuple[str, Value]] = []
    for name, value in content.items():
        deep = value.items() if isinstance(value, dict) else None
        pairs += [(name, value)] if deep is None else [(f"{name}.{key}", each) for key, each in deep]
    return pairs
