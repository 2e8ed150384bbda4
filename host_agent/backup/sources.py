"""Which files make an office: its configuration, what that names, what `belbord-host init` made, people's lists."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from host_agent.config import Config
from host_agent.office.arguments import CONF_D
from host_agent.office.making import DROP_IN
from host_agent.store.soundness import key_beside

NAMED = ("tls_ca", "tls_certificate", "tls_key")
NOT_OURS = ("broker_pid_file",)
LISTS = (".csv", ".vcf")


def sources(config_file: Path, config: Config, conf_d: Path = CONF_D) -> list[Path]:
    """Folders and files, each folder before what is in it, each once; the store itself is not among them."""
    found: list[Path] = [
        config_file,
        *_named(tomllib.loads(config_file.read_text(encoding="utf-8")), config_file.parent),
    ]
    found.append(key_beside(config.store))
    if config.directory.folder is not None:
        lists = sorted(each for each in config.directory.folder.iterdir() if each.suffix.lower() in LISTS)
        found += [config.directory.folder, *lists]
    if config.provisioning is not None:
        folder = config.provisioning.folder
        # What is half written begins with a dot.
        made = (
            each for each in folder.rglob("*") if not any(p.startswith(".") for p in each.relative_to(folder).parts)
        )
        found += [folder, *sorted(made), conf_d / DROP_IN]
    store = config.store.resolve()
    unique = dict.fromkeys(each.resolve() for each in found if not each.is_symlink())
    return [each for each in unique if _is_kept(each) and not _is_of_store(each, store)]


def _named(table: dict[str, Any], folder: Path) -> Iterator[Path]:
    """The files that the configuration names, wherever in it."""
    for key, value in table.items():
        match value:
            case dict():
                yield from _named(value, folder)
            case list():
                for each in value:
                    if isinstance(each, dict):
                        yield from _named(each, folder)
            case str() if key in NAMED or (key.endswith("_file") and key not in NOT_OURS):
                yield folder / Path(value).expanduser()


def _is_kept(path: Path) -> bool:
    return path.is_file() or path.is_dir()


def _is_of_store(path: Path, store: Path) -> bool:
    """The store and what stands beside it of SQLite, its lock and updates; its key is a file like another."""
    beside = {store.name + end for end in ("", "-wal", "-shm", "-journal", ".lock")}
    return path.parent == store.parent and (path.name in beside or path.name.startswith(f"{store.name}.before-"))
