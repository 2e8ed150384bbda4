"""Whatever `check` passes starts: files made from the lists of keys, by chance."""

import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from broker.mosquitto import free_port
from broker.settings.commands import Listing
from broker.settings.example import toml
from broker.settings.keys import REQUIRED, Key, Section
from device.config_listing import LISTING as DESK
from host_agent.config_listing import LISTING as HOST

ROOT = Path(__file__).parents[3]
FILES = ("mqtt-password", "ca.crt", "host.crt", "host.key", "balie-1.crt", "balie-1.key", "ami-secret", "smtp-password")
ODD = ("", "x", "é" * 80, "a b", "0", "//", "100% \U0001f4de", "localhost")
HOW_MANY = 12
TLS = {"tls": True, "tls_certificate": "host.crt", "tls_key": "host.key"}
MATES: dict[str, dict[str, Any]] = {
    "mqtt.tls": TLS, "mqtt.tls_ca": TLS, "mqtt.tls_certificate": TLS, "mqtt.tls_key": TLS,
    "mqtt.password_file": {"username": "host"}, "pbx.tls_ca": {"tls": True},
    "pbx.kind": {"username": "belbord", "secret_file": "ami-secret"},
    "web.allow_remote": {"accounts": "on"},
    "web.trusted_header": {"accounts": "on", "trusted_proxies": ["127.0.0.1"]},
    "notices.smtp_host": {"sender": "a@kantoor.example"},
}  # fmt: skip
"""What a key is of no use without, in its table."""


def _value(key: Key, chance: random.Random) -> Any:
    """Something that the schema lets stand there, and what else it says may be wrong with it."""
    schema = key.kind.schema
    schema = schema["anyOf"][chance.randrange(2)] if "anyOf" in schema else schema
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    likely = [value for value in (key.default, key.shown) if value not in (None, REQUIRED)]
    match schema["type"]:
        case "boolean":
            return chance.random() < 0.5
        case "integer" | "number":
            return chance.choice([schema["minimum"], schema["maximum"], *likely])
        case "array":
            return chance.choice([[], *(list(value) for value in likely)])
        case _:
            return chance.choice(ODD) if not likely or chance.random() < 0.05 else chance.choice(likely)


def _file(listing: Listing, always: dict[str, Any], chance: random.Random) -> str:
    lines: list[str] = []
    for section in listing.sections:
        for values in section.examples if section.many else ({},):
            if section.many and (section.hidden or (section.name != "queue" and chance.random() < 0.3)):
                continue
            if section.name:
                lines.append(f"[[{section.name}]]" if section.many else f"[{section.name}]")
            lines += _lines(section, {**values, **always}, chance)
    return "\n".join(lines) + "\n"


def _lines(section: Section, always: dict[str, Any], chance: random.Random) -> list[str]:
    said = {key.name: _value(key, chance) for key in section.keys if chance.random() < 0.15}
    for name in list(said) if chance.random() < 0.95 else ():
        said |= MATES.get(f"{section.name}.{name}", {})
    said |= {key.name: always[key.name] for key in section.keys if section.many and key.name in always}
    said |= {key.name: always[section.path(key)] for key in section.keys if section.path(key) in always}
    return [f"{name} = {toml(value)}" for name, value in said.items() if value is not None]


@pytest.mark.parametrize(("which", "listing"), [("desk", DESK), ("host", HOST)])
def test_whatever_check_passes_starts(tmp_path: Path, which: str, listing: Listing) -> None:
    chance = random.Random(which)
    paths = []
    for nth in range(HOW_MANY):
        folder = tmp_path / str(nth)
        (folder / "directory").mkdir(parents=True)
        for name in FILES:
            (folder / name).touch(0o600)
            (folder / name).write_text("hush\n")
        always = {
            "unit": "balie-1", "state_directory": str(folder), "board": None, "mqtt.host": "127.0.0.1", "mqtt.port": 9,
            "serial.port": None, "web.listen": f"127.0.0.1:{free_port()}", "store.path": "host.sqlite3",
            "provisioning.folder": None,
        }  # fmt: skip
        paths.append(folder / f"{which}.toml")
        paths[-1].write_text(_file(listing, always, chance))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "start_each.py"), which, *map(str, paths)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=55,
    )  # fmt: skip
    ends = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
    fell = [path for path in paths if ends.get(str(path)) not in ("started", "refused")]
    assert not fell, f"{fell[0].read_text()}\n{done.stderr[-3000:]}"
    counted = Counter(ends.values())
    assert counted["started"] >= HOW_MANY / 4, counted
    assert counted["refused"] >= 1, counted
