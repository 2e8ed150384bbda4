"""The arguments of `belbord-host init` and `belbord-host unit ...` (imports nothing heavy)."""

import argparse
from pathlib import Path

from broker.enrolment import DEFAULT_PORT as ENROLMENT_PORT
from broker.mosquitto_office import DEFAULT_PORT as BROKER_PORT

FOLDER = Path("/var/lib/belbord")
CONFIG = Path("/etc/belbord/host.toml")
CONF_D = Path("/etc/mosquitto/conf.d")
SERVICE_USER = "belbord-host"
LATER = "later"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `init` and `unit` to the program's commands."""
    init = commands.add_parser("init", help="make an office: certificates, the broker's configuration, host.toml")
    init.add_argument("--office", metavar="NAME", help="what people call the office")
    init.add_argument("--address", action="append", metavar="HOST", help="name or IP address by which units reach us")
    init.add_argument("--pbx", metavar="HOST[:PORT]", help=f"the Asterisk's manager interface, or `{LATER}`")
    init.add_argument("--pbx-user", metavar="USER", help="the user in manager.conf")
    init.add_argument("--pbx-secret-file", metavar="FILE", help="holds that user's secret; - reads it from here")
    init.add_argument("--listen", metavar="ADDRESS", help="where the broker listens for units; `all` is everywhere")
    init.add_argument("--pages", metavar="ADDRESS:PORT", help="where the pages are served")
    init.add_argument("--broker-port", type=int, default=BROKER_PORT, metavar="PORT")
    init.add_argument("--enrolment-port", type=int, default=ENROLMENT_PORT, metavar="PORT")
    init.add_argument("--language", choices=("nl", "en", "de", "fr", "auto"), default="nl")
    init.add_argument("--folder", type=Path, default=FOLDER, metavar="FOLDER", help=f"default {FOLDER}")
    init.add_argument("--config", type=Path, metavar="FILE", help=f"host.toml; default {CONFIG}, or in --folder")
    init.add_argument("--owner", metavar="USER", help=f"who runs the host agent; default {SERVICE_USER} if it exists")
    init.add_argument("--install", action="store_true", help="put the configuration where this machine's Mosquitto is")
    init.add_argument("--conf-d", type=Path, default=CONF_D, metavar="FOLDER", help=argparse.SUPPRESS)
    init.add_argument("--yes", action="store_true", help="ask nothing: take the defaults")
    init.set_defaults(command=_init)

    unit = commands.add_parser("unit", help="let desk units in, list them, revoke one")
    deeds_of_unit = unit.add_subparsers(required=True, metavar="DEED")
    add = deeds_of_unit.add_parser("add", help="expect a unit: a code that is good for a quarter of an hour")
    add.add_argument("name", metavar="NAME", help="such as balie-1")
    add.add_argument("--label", metavar="TEXT", help="what people call it")
    add.add_argument("--line", metavar="EXTENSION", help="the telephonist's own line, as the PBX names it")
    add.add_argument(
        "--queue", action="append", default=[], metavar="QUEUE", help="as the PBX names it; may be repeated"
    )
    add.set_defaults(command=_add)
    listing = deeds_of_unit.add_parser("list", help="every unit, and until when it is trusted")
    listing.set_defaults(command=_list)
    revoke = deeds_of_unit.add_parser("revoke", help="trust a unit no more, at once")
    revoke.add_argument("name", metavar="NAME")
    revoke.set_defaults(command=_revoke)
    for each in (add, listing, revoke):
        each.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"host.toml; default {CONFIG}")


def _init(wanted: argparse.Namespace) -> int:
    from host_agent.office.init_command import init

    return init(wanted)


def _add(wanted: argparse.Namespace) -> int:
    from host_agent.office.unit_commands import add

    return add(wanted)


def _list(wanted: argparse.Namespace) -> int:
    from host_agent.office.unit_commands import show_all

    return show_all(wanted)


def _revoke(wanted: argparse.Namespace) -> int:
    from host_agent.office.unit_commands import revoke

    return revoke(wanted)
