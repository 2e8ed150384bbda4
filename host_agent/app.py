"""`belbord-host`: the composition root. The only file that knows every part; every task is listed in `serve`."""

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from broker.home import DEFAULT_PREFIX, HOME_USER, home_acl
from broker.settings.commands import Listing, add_config
from broker.topics import DEFAULT_ROOT, acl
from host_agent.backup.arguments import add_commands as add_backup_commands
from host_agent.errors import HostFault
from host_agent.office.arguments import add_commands

if TYPE_CHECKING:
    from host_agent.config import Config, Pbx
    from host_agent.pbx.port import PbxAdapter

# Each command imports what it needs when it is given: `replay` and `check` start without a web server.
log = logging.getLogger("host_agent")

EXIT_USAGE = 2
OFFICE_COMMANDS = {
    "admin-link": "print a one-time link with which the first admin chooses a password",
    "retention": "erase the notes that are older than the configuration keeps them",
    "erase": "erase every note in which a number stands",
    "export": "print every note in which a number stands, as JSON",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code: 0, 1 fault, 2 usage, 78 configuration."""
    wanted = _parser().parse_args(arguments)
    try:
        return int(wanted.command(wanted))
    except HostFault as fault:
        sys.stderr.write("".join(f"belbord-host: {line}\n" for line in str(fault).splitlines()))
        return fault.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        sys.stderr.close()
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="belbord-host", description="The host agent beside the PBX.")
    parser.add_argument("--version", action="version", version=f"belbord-host {version('belbord')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="serve the desk units and the inbox page")
    run.add_argument("--config", type=Path, required=True, metavar="FILE", help="host.toml")
    run.add_argument("--verbose", action="store_true", help="say more in the log")
    run.set_defaults(command=_run)

    doctor = commands.add_parser("doctor", help="look over all that the host needs; name causes and remedies")
    doctor.add_argument("--config", type=Path, required=True, metavar="FILE", help="host.toml")
    doctor.set_defaults(command=_doctor)

    add_config(commands, _listing)
    check = commands.add_parser("check", help="tell every fault in the configuration")
    check.add_argument("--config", type=Path, required=True, metavar="FILE", help="host.toml")
    check.set_defaults(command=_check)

    replay = commands.add_parser("replay", help="what a recorded AMI conversation meant, a JSON line for each change")
    replay.add_argument("file", type=Path, metavar="FILE", help="events.jsonl or ami.raw")
    replay.set_defaults(command=_replay)

    for name, does in OFFICE_COMMANDS.items():
        command = commands.add_parser(name, help=does)
        command.add_argument("--config", type=Path, required=True, metavar="FILE", help="host.toml")
        if name in ("erase", "export"):
            command.add_argument("number", metavar="NUMBER", help="a telephone number in any notation")
        if name == "retention":
            command.add_argument("--trust-clock", action="store_true", help="the clock is right, whatever it seems")
        command.set_defaults(command=_office, name=name)

    add_commands(commands)
    add_backup_commands(commands)
    access = commands.add_parser("acl", help="the broker's access file (Mosquitto acl_file)")
    access.add_argument("--root", default=DEFAULT_ROOT, help="the topics' root")
    access.add_argument("--user", default="host", help="the host agent's user at the broker")
    access.add_argument("--home-prefix", default=DEFAULT_PREFIX, help="Home Assistant's discovery prefix")
    access.add_argument("--home-user", default=HOME_USER, help="Home Assistant's user at the broker")
    access.set_defaults(command=_acl)
    return parser


def _run(wanted: argparse.Namespace) -> int:
    from broker.journal import log_to_journal_or_stderr
    from host_agent.config import load

    level = logging.DEBUG if wanted.verbose else logging.INFO
    log_to_journal_or_stderr(logging.WARNING, "%(levelname)s %(name)s: %(message)s", "belbord-host")
    for ours in ("host_agent", "broker"):
        logging.getLogger(ours).setLevel(level)
    asyncio.run(serve(load(wanted.config), again=lambda: load(wanted.config)))
    return 0


def _doctor(wanted: argparse.Namespace) -> int:
    from broker.findings import Finding, report
    from host_agent.config import load
    from host_agent.doctor import findings
    from host_agent.errors import ConfigFault
    from host_agent.pbx.asterisk.adapter import AsteriskAdapter

    logging.basicConfig(level=logging.CRITICAL)
    try:
        config = load(wanted.config)
    except ConfigFault as fault:
        lines, code = report([Finding(line, "mend it in the file") for line in fault.faults])
    else:
        pbx = adapter(config.pbx)
        lines, code = report(findings(config, pbx if isinstance(pbx, AsteriskAdapter) else None))
    sys.stdout.write(lines)
    return code


def _listing() -> Listing:
    from host_agent.config_listing import LISTING

    return LISTING


def _check(wanted: argparse.Namespace) -> int:
    from host_agent.config import load

    config = load(wanted.config)
    sys.stdout.write(
        f"{wanted.config}: good. {len(config.units)} units, {len(config.queues)} queues, "
        f"PBX {config.pbx.kind}, broker {config.mqtt.host}:{config.mqtt.port}\n"
    )
    return 0


def _replay(wanted: argparse.Namespace) -> int:
    from host_agent.replay import replay

    return replay(wanted.file, sys.stdout, sys.stderr)


def _office(wanted: argparse.Namespace) -> int:
    from host_agent import office_commands
    from host_agent.config import load

    config = load(wanted.config)
    match wanted.name:
        case "admin-link":
            return office_commands.admin_link(config, sys.stdout)
        case "retention":
            return office_commands.retention(config, sys.stdout, trust_clock=wanted.trust_clock)
        case "erase":
            return office_commands.erase(config, wanted.number, sys.stdout)
        case _:
            return office_commands.export(config, wanted.number, sys.stdout)


def _acl(wanted: argparse.Namespace) -> int:
    sys.stdout.write(acl(wanted.root, wanted.user) + home_acl(wanted.user, wanted.home_prefix, wanted.home_user))
    return 0


def adapter(pbx: "Pbx") -> "PbxAdapter":
    """The adapter for the PBX of the configuration."""
    if pbx.kind == "none":
        from host_agent.pbx.absent import AbsentPbx

        return AbsentPbx()
    from host_agent.pbx.asterisk.adapter import AsteriskAdapter
    from host_agent.pbx.asterisk.settings import AsteriskSettings

    settings = AsteriskSettings(
        host=pbx.host, port=pbx.port, username=pbx.username, secret=pbx.secret, tls=pbx.tls, ca_file=pbx.tls_ca
    )
    return AsteriskAdapter(settings)


async def serve(
    config: "Config", clock: "Callable[[], float]" = time.time, again: "Callable[[], Config] | None" = None
) -> None:
    """Run the host agent until SIGTERM or SIGINT. `clock` gives Unix seconds, `again` what the configuration says now.

    Raises HostFault.
    """
    from broker.journal import HOST_AT_WORK, HOST_STOPPING
    from host_agent import readiness
    from host_agent.chaser import Chaser
    from host_agent.directory.book import Directory
    from host_agent.figures import Gauges
    from host_agent.inbox import Inbox
    from host_agent.link import Link
    from host_agent.link_key import link_key
    from host_agent.live import LiveOffice
    from host_agent.notify.apprise_channel import AppriseChannel
    from host_agent.notify.notifier import Notifier
    from host_agent.notify.webhook_post import HttpPost
    from host_agent.notify.webhooks import Webhooks
    from host_agent.people import People
    from host_agent.promises import LinkMaker, Promises
    from host_agent.reload import Reload
    from host_agent.seen_calls import SeenCalls
    from host_agent.store.census import census
    from host_agent.store.directory import SqlDirectory
    from host_agent.store.notes import opened
    from host_agent.store.promise import SqlPromiseStore
    from host_agent.store.seen_calls import SqlSeenCalls
    from host_agent.store.soundness import key_beside
    from host_agent.store.thread import StoreThread
    from host_agent.store.webhooks import SqlWebhooks
    from host_agent.web.app import application
    from host_agent.web.desk import Desk
    from host_agent.web.server import Pages, listening

    stop = asyncio.Event()
    for wish in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wish, stop.set)
    with listening(config.web) as socket, opened(config.store) as store, StoreThread(store) as thread:
        pbx = adapter(config.pbx)
        inbox = Inbox(thread, clock)
        live = LiveOffice([unit.name for unit in config.units], pbx.capabilities)
        link = Link(config, live, inbox)
        live.on_office = link.boards.office_changed
        directory = Directory(config.directory, SqlDirectory(store.engine), thread, config.promise.colleagues)
        directory.on_change = link.boards.inbox_changed
        link.boards.name_callers = directory.name_callers
        inbox.describe = directory.described
        seen_calls = SeenCalls(inbox, directory, SqlSeenCalls(store.engine), thread, config.promise.hours)
        live.on_events = seen_calls.deliver
        await directory.load()
        await seen_calls.load()
        await inbox.count()
        people = People(thread, store, config.web.idle_s, clock)
        desk = Desk(config, live, inbox, link.bus, people)
        desk.link = link
        desk.know(directory, seen_calls)
        promises = Promises(config.promise, SqlPromiseStore(store.engine), thread)
        key = link_key(key_beside(config.store))
        own_address = config.web.address or f"http://{config.web.host}:{config.web.port}"
        links = LinkMaker(promises, key, own_address)
        desk.keep(promises, links)
        chaser = Chaser(promises, inbox, directory, link.tell_desk)
        channel = AppriseChannel(config.promise.notices.mail)
        notifier = Notifier(promises, inbox, directory, links, channel)
        desk.gauges = Gauges(
            config, live, link, pbx, lambda: notifier.undelivered, thread, lambda: census(store.engine)
        )
        calls = SqlWebhooks(store.engine, config.webhooks)
        store.also_written = calls.note_written
        webhooks = Webhooks(config.webhooks, calls, thread, inbox, HttpPost())
        desk.webhooks, desk.gauges.count_webhooks = webhooks, webhooks.counts
        office = None
        if config.provisioning is not None:
            from host_agent.office.provisioning import Office

            office = Office(config, config.provisioning, again or (lambda: config), clock=clock, ticking=live.clock)
            office.heard_since = live.has_heard_since
            office.on_change = desk.office_changed
            desk.office, link.renew = office, office.renew
        reload = Reload(
            lambda: desk.config,
            again or (lambda: config),
            # Desk last: its pages and boards then show what the others have taken over.
            [each.take_over for each in (promises, directory, seen_calls, channel, chaser, desk)],
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload.wish)
        pages = Pages(application(desk), socket, desk.close)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(inbox.run(), name="inbox counts"),
                group.create_task(desk.keeper.run(), name="retention"),
                group.create_task(link.run(), name="units"),
                group.create_task(chaser.run(), name="reminders"),
                group.create_task(notifier.run(), name="notices"),
                group.create_task(webhooks.run(), name="webhooks"),
                group.create_task(directory.run(), name="directory"),
                group.create_task(seen_calls.run(), name="seen calls"),
                group.create_task(pbx.run(live.deliver), name="PBX"),
                group.create_task(reload.run(), name="reload"),
            ]
            if office is not None:
                tasks.append(group.create_task(office.run(), name="office"))
            period_s = readiness.watchdog_period_s()
            if period_s is not None:
                pulse = thread.keep_pulse(period_s)
                tasks.append(group.create_task(pulse, name="store pulse"))
                watch = readiness.keep_alive(period_s, lambda: {"store": thread.alive_at, "link": link.alive_at})
                tasks.append(group.create_task(watch, name="watchdog"))
            serving = group.create_task(pages.run(), name="pages")
            await pages.started()
            log.info("pages on http://%s:%d", config.web.host, config.web.port, extra={"message_id": HOST_AT_WORK})
            readiness.tell("READY=1")
            await stop.wait()
            readiness.tell("STOPPING=1")
            log.info("stopping", extra={"message_id": HOST_STOPPING})
            pages.stop()
            await serving
            for task in tasks:
                task.cancel()
