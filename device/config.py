"""desk.toml into Config. Whatever is wrong with it is said at once: each key, what stands there, what is meant."""

import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from broker.names import UnitName
from broker.settings.change import Given, given
from broker.settings.keys import REQUIRED, choices
from device.access import Broker, Cable, Tls
from device.config_keys import KEYS, SECTIONS, WEEKDAYS
from device.core.rules import NoteRules, Rules, SignRules, SoundRules, Week
from device.errors import ConfigFault

SIZE_LIMIT = 65_536
TABLES = tuple(section.name for section in SECTIONS if section.name)
PLAIN_PORT = 1883
TLS_PORT = 8883


@dataclass(frozen=True)
class Config:
    """How one unit is set up. `board`: a board file's name or path. It has a broker, a cable to the host, or both.

    `brightness`: the most that the glass may have. `given`: what the file says, to tell what differs from another.
    """

    unit: UnitName
    language: str
    board: str
    state_directory: Path
    broker: Broker | None
    cable: Cable | None
    panel: bool
    rules: Rules
    brightness: Literal["full", "dim"] = "full"
    given: Given = field(default_factory=dict, repr=False, compare=False)


def load_config(path: Path, environment: Mapping[str, str] = os.environ, *, with_secrets: bool = True) -> Config:
    """The config in `path`. Raises ConfigFault with all faults. Without secrets no other file is looked at.

    A relative path in it is meant from $CREDENTIALS_DIRECTORY when systemd gives one and the file is there, else from
    the folder of `path`.
    """
    try:
        raw = path.read_bytes()
        if len(raw) > SIZE_LIMIT:
            raise ConfigFault((f"{path}: {len(raw)} bytes; a config has at most {SIZE_LIMIT}",))
        text = raw.decode("utf-8")
    except OSError as error:
        raise ConfigFault((f"{path}: cannot be read: {error.strerror}; see desk.example.toml",)) from None
    except UnicodeDecodeError:
        raise ConfigFault((f"{path}: not a text in UTF-8",)) from None
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also an integer of thousands of digits
        from broker.settings.faults import no_toml

        raise ConfigFault((no_toml(str(path), text, error),)) from None
    folders = [Path(environment[name]) for name in ("CREDENTIALS_DIRECTORY",) if environment.get(name)]
    return config_of(content, str(path), [*folders, path.resolve().parent] if with_secrets else [], text)


def config_of(content: Mapping[str, Any], name: str, folders: list[Path], text: str | None = None) -> Config:
    """The config from the tables of a file called `name`; `folders`: where relative paths are looked for, in order.

    Without folders the files it names are left out of it. With the file's `text` faults have lines.
    """
    values, faults = _values(content)
    files = {key: _found(values[key], folders) for key in _FILES if values.get(key) and folders}
    faults += _file_faults(files)
    faults += _faults_between(values)
    password = None
    if (secret := files.get("mqtt.password_file")) and not any("password_file" in path for path, _ in faults):
        try:
            password = secret.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            faults.append(("mqtt.password_file", f"{secret} cannot be read: {error}"))
    if faults:
        # Here and not at the top: a unit that starts has no faults.
        from broker.settings.faults import Fault, told

        placed = [Fault(tuple(path.split(".", 1)), says) for path, says in faults]
        raise ConfigFault(tuple(told(name, placed, text)))
    return _config(values, files, password, given(content, SECTIONS))


_Faults = list[tuple[str, str]]
"""The path of each, and what is wrong there."""

_FILES = ("mqtt.password_file", "mqtt.tls_ca", "mqtt.tls_certificate", "mqtt.tls_key")
_TLS_KEYS = ("mqtt.tls_ca", "mqtt.tls_certificate", "mqtt.tls_key")


def _values(content: Mapping[str, Any]) -> tuple[dict[str, Any], _Faults]:
    """Each key's value or default, and what is wrong."""
    said = dict(_flat(content))
    faults = [(path, _unknown(path)) for path in said if path not in KEYS]
    values: dict[str, Any] = {}
    for path, key in KEYS.items():
        if path not in said:
            values[path] = None if key.default is REQUIRED else key.default
            if key.default is REQUIRED and key.unless not in said:
                faults.append((path, f"missing; it has no default: {key.says}"))
            continue
        try:
            values[path] = key.kind.accept(said[path])
        except ValueError as meant:
            from broker.settings.faults import found

            shown = "a text that is not shown here" if "password" in path else None
            says = found(said[path], str(meant) or key.kind.meant, choices(key.kind))
            faults.append((path, says if shown is None else f"found {shown}; meant is {meant}"))
    return values, faults


def _flat(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Tables one level deep become `table.key`."""
    for name, value in content.items():
        if isinstance(value, dict) and (value or name in TABLES):
            yield from ((f"{name}.{inner}", deep) for inner, deep in value.items())
        else:
            yield name, value


def _unknown(path: str) -> str:
    from broker.settings.faults import unknown

    table, _, name = path.rpartition(".")
    if path in TABLES:
        return f"found a value; meant is a table: [{path}]"
    known = [key.name for section in SECTIONS if section.name == table for key in section.keys]
    return unknown(name, known + ([] if table in TABLES else [*TABLES]), [*KEYS])


def _found(value: str, folders: list[Path]) -> Path:
    """Where the file is: in the first folder that has it, else in the last."""
    places = [folder / value for folder in folders]
    return next((place for place in places if place.exists()), places[-1])


def _file_faults(files: Mapping[str, Path]) -> _Faults:
    faults = []
    for key, path in files.items():
        if not path.is_file():
            faults.append((key, f"no file at {path}"))
        elif key in ("mqtt.password_file", "mqtt.tls_key") and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            faults.append((key, f"anyone on this machine may read {path}: chmod o= {path}"))
    return faults


def _faults_between(values: Mapping[str, Any]) -> _Faults:
    """What is wrong with keys that are each right."""
    faults = []
    if not values.get("mqtt.tls"):
        faults += [(key, "has no use while mqtt.tls is false") for key in _TLS_KEYS if values.get(key)]
    if bool(values.get("mqtt.tls_certificate")) != bool(values.get("mqtt.tls_key")):
        given_one = "mqtt.tls_certificate" if values.get("mqtt.tls_certificate") else "mqtt.tls_key"
        faults.append((given_one, "mqtt.tls_certificate and mqtt.tls_key: the one needs the other"))
    return faults


def _config(values: Mapping[str, Any], files: Mapping[str, Path], password: str | None, given: Given) -> Config:
    unit = UnitName(values["unit"])
    port = values["serial.port"]
    cable = None if port is None else Cable(port, values["mqtt.root"])
    sign = SignRules(
        line_with_waiting=values["sign.line_with_waiting"],
        waiting=values["sign.waiting"],
        longest_wait_s=values["sign.longest_wait_s"],
        by_hand_s=60 * values["sign.by_hand_minutes"],
        minimum_lit_s=values["sign.minimum_lit_s"],
        minimum_dark_s=values["sign.minimum_dark_s"],
        when_unsure=values["sign.when_unsure"],
        out_of_hours=values["sign.out_of_hours"],
    )
    notes = NoteRules(
        last_caller_s=60 * values["notes.last_caller_minutes"],
        withdraw_s=values["notes.withdraw_s"],
        outbox_limit=values["notes.outbox_limit"],
        unanswered_after_s=values["notes.unanswered_after_s"],
    )
    sound = SoundRules(
        on=values["sound.on"],
        volume=values["sound.volume"],
        limit_s=values["sound.limit_s"],
        quiet=values["sound.quiet"],
    )
    return Config(
        unit, values["language"], values["board"], Path(values["state_directory"]),
        _broker(values, unit, files, password), cable, values["panel.on"], Rules(sign, notes, sound, _week(values)),
        values["panel.brightness"], given,
    )  # fmt: skip


def _broker(
    values: Mapping[str, Any], unit: UnitName, files: Mapping[str, Path], password: str | None
) -> Broker | None:
    if values["mqtt.host"] is None:
        return None
    tls = Tls(*(files.get(key) for key in _TLS_KEYS)) if values["mqtt.tls"] else None
    return Broker(
        host=values["mqtt.host"],
        port=values["mqtt.port"] or (TLS_PORT if tls else PLAIN_PORT),
        username=values["mqtt.username"] or unit,
        password=password,
        root=values["mqtt.root"],
        tls=tls,
    )


def _week(values: Mapping[str, Any]) -> Week | None:
    """The opening hours; a day that is left out is closed, unless all are."""
    days = [values[f"hours.{day}"] for day in WEEKDAYS]
    return None if all(day is None for day in days) else tuple(day or () for day in days)
