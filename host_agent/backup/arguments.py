"""The arguments of `belbord-host backup` and `belbord-host restore` (imports nothing heavy)."""

import argparse
import sys
import time
from pathlib import Path

from host_agent.office.arguments import CONFIG


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both to the program's commands."""
    backup = commands.add_parser("backup", help="write the whole office to a file, also while the host agent runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="where to; one of that name is replaced")
    backup.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"host.toml; default {CONFIG}")
    backup.add_argument("--key-file", type=Path, metavar="KEY", help="encrypt it with what stands in this file")
    backup.set_defaults(command=_backup)

    restore = commands.add_parser("restore", help="put an office back on a machine that has none")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `belbord-host backup` wrote")
    restore.add_argument("--key-file", type=Path, metavar="KEY", help="the key that it was encrypted with")
    restore.add_argument("--into", type=Path, metavar="FOLDER", help="put the same tree below this folder, to look at")
    restore.set_defaults(command=_restore)


def _backup(wanted: argparse.Namespace) -> int:
    from host_agent.backup.commands import backup
    from host_agent.config import load

    return backup(wanted.config, load(wanted.config), wanted.file, wanted.key_file, time.time(), sys.stdout)


def _restore(wanted: argparse.Namespace) -> int:
    from host_agent.backup.commands import restore

    return restore(wanted.file, wanted.into, wanted.key_file, sys.stdout)
