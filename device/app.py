"""belbord-desk: the one place where the unit is put together.

Threads: this one turns the loop; `screen` draws, and another one where a second glass faces the counter; `outbox`
commits; `link` speaks MQTT; `cable` the same over a serial port; `vitals` measures the unit once a minute; `reload`
reads the config again when SIGHUP asks; on a Pi, `pins` waits for the button's edges; with --virtual, the page's server
has its own. All but the first are daemons and speak to the loop through the inbox alone.

The first frame comes before all that it does not need is imported: paho, sqlite3, gpiozero and the unit's own core
wait their turn.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from broker import __version__
from broker.journal import UNIT_AT_WORK, UNIT_STOPPED, log_to_journal_or_stderr
from broker.settings.commands import Listing, add_config
from device.clock import boottime
from device.config import Config, load_config
from device.core.first_page import Starting
from device.core.rules import Rules, fitting
from device.errors import ConfigFault, UnitFault
from device.profile import DEFAULT_BOARD, Panel, Profile, ProfileFault, load_profile

if TYPE_CHECKING:
    from device.core.pages import Page
    from device.drivers.lights import ColourSign, SignLamp
    from device.drivers.modelled_panel import ModelledPanel
    from device.drivers.renewal import CertificateRenewal
    from device.ports import Glass, Inbox, Link, Screen

log = logging.getLogger(__name__)

MakeDesk = Callable[[Profile, Any, "ModelledPanel", "ModelledPanel | None", str], AbstractContextManager[Any]]
"""(profile, mock pins, modelled panel, the counter's modelled panel, unit name) -> what serves until it is left."""

Report = Callable[[bool, str], None]
"""(works, reason): how the screen tells of its panel."""

FIRST_FRAME_WITHIN_S = 1.0
"""A panel that does not answer keeps the button waiting no longer than this."""

CONFIG = Path("/etc/belbord/desk.toml")
STATE = Path("/var/lib/belbord-desk")

EX_CONFIG = 78
"""sysexits(3): the configuration is wrong, so starting again is of no use; the service file knows it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """What `belbord-desk` does; returns its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.command(asked))
    except ConfigFault as fault:
        print(fault, file=sys.stderr)  # noqa: T201  # for the person who asked
        return EX_CONFIG
    except UnitFault as fault:
        print(f"belbord-desk: {fault}", file=sys.stderr)  # noqa: T201
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="belbord-desk", description="The desk unit: glass, sign and one button.")
    parser.add_argument("--version", action="version", version=f"belbord-desk {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run_it = commands.add_parser("run", help="be the desk unit")
    run_it.add_argument("--config", type=Path, required=True, metavar="FILE")
    run_it.add_argument("--virtual", type=int, metavar="PORT", help="a unit in a web page on this loopback port")
    run_it.add_argument("--verbose", action="store_true", help="log more")
    run_it.set_defaults(command=_run)
    leave = commands.add_parser("leave", help="sign dark and farewell on the glass, after a unit that was killed")
    leave.add_argument("--config", type=Path, required=True, metavar="FILE")
    leave.set_defaults(command=_leave)
    enrol = commands.add_parser("enrol", help="become a unit of an office: with its code, or the code in a file")
    whence = enrol.add_mutually_exclusive_group(required=True)
    whence.add_argument("code", nargs="?", metavar="CODE@HOST[:PORT]", help="as `belbord-host unit add` shows it")
    whence.add_argument("--from", dest="file", type=Path, metavar="FILE", help="belbord.toml on the boot partition")
    enrol.add_argument("--config", type=Path, default=CONFIG, metavar="FILE", help=f"desk.toml; default {CONFIG}")
    enrol.add_argument("--state", type=Path, default=STATE, metavar="FOLDER", help=f"the unit's own; default {STATE}")
    enrol.add_argument("--wait", type=float, default=600.0, metavar="SECONDS", help="with --from: for the host")
    enrol.set_defaults(command=_enrol)
    doctor = commands.add_parser("doctor", help="look over all that the unit needs; name causes and remedies")
    doctor.add_argument("--config", type=Path, required=True, metavar="FILE")
    doctor.add_argument("--virtual", action="store_true", help="a unit without pins and glass")
    doctor.set_defaults(command=_doctor)
    add_config(commands, _listing)
    check = commands.add_parser("check", help="look a config over, and name all that is wrong with it")
    check.add_argument("--config", type=Path, required=True, metavar="FILE")
    check.set_defaults(command=_check)
    show = commands.add_parser("show", help="draw a board message as the glass would show it")
    show.add_argument("board_message", type=Path, metavar="BOARD.json")
    show.add_argument("--png", type=Path, required=True, metavar="OUT.png")
    show.add_argument("--board", default=DEFAULT_BOARD, metavar="PROFILE", help="a board file's name or path")
    show.add_argument("--language", choices=("nl", "en", "de", "fr"), default="nl")
    show.add_argument("--scale", type=int, choices=range(1, 17), default=4, metavar="N", help="pixels of a pixel, 1-16")
    show.set_defaults(command=_show)
    return parser


def _listing() -> Listing:
    from device.config_listing import LISTING

    return LISTING


def _check(asked: argparse.Namespace) -> int:
    config, profile = _settings(asked.config)
    print(f"{asked.config}: good: unit {config.unit}, {profile.title}")  # noqa: T201
    return 0


def _enrol(asked: argparse.Namespace) -> int:
    from device import enrol_command

    if asked.file is None:
        return enrol_command.by_hand(asked)
    from device.enrolling_glass import told_on_glass

    _log(logging.INFO)
    with ExitStack() as opened:
        tell = told_on_glass(asked.file, asked.config, opened)
        return enrol_command.from_file(asked.file, asked.config, asked.state, asked.wait, tell)


def _doctor(asked: argparse.Namespace) -> int:
    from broker.findings import Finding, report
    from device.doctor import findings

    try:
        config, profile = _settings(asked.config)
    except ConfigFault as fault:
        lines, code = report([Finding(line, "mend it in the file") for line in fault.faults])
    else:
        lines, code = report(findings(config, profile, virtual=asked.virtual))
    sys.stdout.write(lines)
    return code


def _leave(asked: argparse.Namespace) -> int:
    _log(logging.INFO)
    from device.drivers.pins import real_pins

    # systemd 252 takes the credentials away before ExecStopPost, and nothing is said to the broker here.
    config, profile = _settings(asked.config, with_secrets=False)
    with ExitStack() as opened:
        take_leave(config, profile, real_pins(), None, opened)
    return 0


def take_leave(
    config: Config, profile: Profile, factory: Any, glass: "ModelledPanel | None", opened: ExitStack
) -> None:
    """What a unit that was killed could not do itself: the sign dark, and no old numbers on the glass.

    A program that ends at once cannot pulse, so dark is all that is left of the sign's third state.
    """
    from device.core.pages import Updating

    opened.enter_context(_sign(profile, factory))
    drawn = threading.Event()
    _screen(config, profile, glass, lambda *_: drawn.set(), opened).show(Updating(stopping=True))
    if config.panel:
        drawn.wait(FIRST_FRAME_WITHIN_S)


def _show(asked: argparse.Namespace) -> int:
    from device.show import show_main

    return show_main(asked.board_message, asked.png, asked.board, asked.language, asked.scale)


def _log(level: int) -> None:
    log_to_journal_or_stderr(level, "%(levelname)s %(message)s", "belbord-desk")


def _run(asked: argparse.Namespace) -> int:
    _log(logging.DEBUG if asked.verbose else logging.INFO)
    config, profile = _settings(asked.config)
    with ExitStack() as opened:
        desk = None if asked.virtual is None else _virtual_desk(asked.virtual)
        be_a_unit(config, profile, opened, desk, lambda: _settings(asked.config)[0])
    log.info("unit %s has stopped", config.unit, extra={"message_id": UNIT_STOPPED})
    return 0


def _settings(path: Path, *, with_secrets: bool = True) -> tuple[Config, Profile]:
    """Config and board file; raises ConfigFault with the faults of both."""
    config = load_config(path, with_secrets=with_secrets)
    try:
        return config, load_profile(config.board)
    except ProfileFault as fault:
        raise ConfigFault(tuple(f"{path}: board: {line}" for line in fault.faults)) from None


def be_a_unit(
    config: Config,
    profile: Profile,
    opened: ExitStack,
    desk: MakeDesk | None = None,
    again: Callable[[], Config] | None = None,
) -> None:
    """Open all drivers on `opened`, first frame first, and turn the loop until a signal asks to stop.

    `again` reads the config anew, when SIGHUP asks for it.
    `desk`: given the modelled hardware, what stands in for the person and the world around a virtual unit.
    """
    inbox: Inbox = SimpleQueue()
    glass = _modelled(profile.panel) if desk is not None else None
    drawn = threading.Event()
    screen = _screen(config, profile, glass, _panel_report(inbox, drawn), opened)
    screen.show(Starting(__version__, config.unit))
    if config.panel:
        drawn.wait(FIRST_FRAME_WITHIN_S)

    # From here on whatever the first frame did not need.
    from device.core.events import Started, StopAsked
    from device.core.unit import Unit
    from device.drivers.each_link import EachLink
    from device.drivers.keys import ButtonKey
    from device.drivers.outbox import SqliteOutbox
    from device.drivers.pins import able_to_pulse, mock_pins, real_pins
    from device.drivers.sounder import Sounder
    from device.drivers.systemd import ServiceManager
    from device.drivers.updates import AptUpdates, runtime_folder, went_back_from
    from device.drivers.vitals import Vitals
    from device.drivers.wall_clock import LocalClock
    from device.loop import Drivers, run
    from device.ports import Worker
    from device.reload import Reload

    inbox.put(Started(boottime(), boot_name(), os.urandom(32)))
    watchdog = opened.enter_context(ServiceManager(boottime))
    pins = profile.pins
    factory = real_pins() if glass is None else mock_pins()
    counter, counter_glass = None, None
    if profile.counter is not None:
        counter_glass = None if glass is None else _modelled(profile.counter)
        counter = _screen_of(profile.counter, config, counter_glass, _nobody, opened)
    buzzer = None
    if pins.buzzer is not None and config.rules.sound.on:
        buzzer = opened.enter_context(Sounder(pins.buzzer, able_to_pulse(factory)))
    sign = _sign(profile, factory)
    opened.enter_context(sign)
    outbox = opened.enter_context(SqliteOutbox(config.state_directory / "outbox.sqlite3", inbox))
    opened.enter_context(ButtonKey(pins.button, inbox, factory))
    links = _links(config, inbox, opened)
    link = EachLink(links)
    opened.enter_context(Vitals(inbox, config.state_directory))
    if glass is not None and desk is not None:
        opened.enter_context(desk(profile, factory, glass, counter_glass, config.unit))

    def fitted(rules: Rules) -> Rules:
        return replace(rules, sign=fitting(rules.sign, pins.sign_kind))

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: inbox.put(StopAsked(boottime())))
    reload = Reload(config, again or (lambda: config), fitted, inbox, _glasses(screen, counter))
    reload.start()
    signal.signal(signal.SIGHUP, lambda *_: reload.wish())
    watchdog.ready()
    log.info("unit %s %s is at work (%s)", config.unit, __version__, profile.name, extra={"message_id": UNIT_AT_WORK})
    updates = AptUpdates(inbox, runtime_folder())
    unit = Unit(
        config.unit,
        __version__,
        fitted(config.rules),
        shown=Starting(__version__, config.unit),
        has_counter=counter is not None,
        can_update=updates.can_update,
        went_back_from=went_back_from() if updates.can_update else "",
    )
    workers = {"outbox": outbox, **{type(each).__name__: each for each in links if isinstance(each, Worker)}}
    drivers = Drivers(screen, sign, outbox, link, watchdog, counter, buzzer, LocalClock(inbox), updates, workers)
    run(unit, inbox, drivers, boottime)
    watchdog.stopping()


def _links(config: Config, inbox: "Inbox", opened: ExitStack) -> "list[Link]":
    """The ways to the host that the config names, each with a thread of its own."""
    links: list[Link] = []
    if config.broker is not None:
        from device.drivers.link import MqttLink

        links.append(opened.enter_context(MqttLink(config.broker, config.unit, inbox, _renewal(config))))
    if config.cable is not None:
        from device.drivers.serial_link import SerialLink

        links.append(opened.enter_context(SerialLink(config.cable, config.unit, inbox)))
    return links


def _renewal(config: Config) -> "CertificateRenewal | None":
    """Who looks after the unit's certificate, where there is one with its authority's beside it."""
    tls = None if config.broker is None else config.broker.tls
    if tls is None or tls.certificate_file is None or tls.ca_file is None:
        return None
    from device.drivers.renewal import CertificateRenewal

    return CertificateRenewal(tls.certificate_file, tls.ca_file, config.unit)


def _virtual_desk(port: int) -> MakeDesk:
    """A unit in a web page on this port; its server is not imported before the first frame."""

    def make(
        profile: Profile, pins: Any, glass: "ModelledPanel", counter: "ModelledPanel | None", unit: str
    ) -> AbstractContextManager[Any]:
        from device.drivers.virtual import VirtualDesk

        return VirtualDesk(port, profile, pins, glass, unit, counter=counter)

    return make


def boot_name(path: Path = Path("/proc/sys/kernel/random/boot_id")) -> str:
    """16 hex digits that change with each boot (random(4)): a digest, for the boot id itself is nobody's business."""
    import hashlib

    return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()


class _NoScreen:
    """A unit whose config has no glass."""

    def show(self, page: "Page") -> None:
        """Nobody looks."""


def _modelled(panel: Panel) -> "ModelledPanel":
    from device.drivers.modelled_panel import ModelledPanel

    return ModelledPanel(panel)


def _screen(
    config: Config, profile: Profile, glass: "ModelledPanel | None", report: Report, opened: ExitStack
) -> "Screen":
    if not config.panel:
        return _NoScreen()
    return _screen_of(profile.panel, config, glass, report, opened)


def _screen_of(
    panel: Panel, config: Config, glass: "ModelledPanel | None", report: Report, opened: ExitStack
) -> "Screen":
    """A screen on the real panel, or on a modelled one."""
    from device.drivers.screen import ScreenDriver

    if glass is not None:
        make_device = glass.make_device
    else:
        from device.panel import open_panel

        make_device = open_panel
    screen = ScreenDriver(panel, make_device, config.language, report)
    screen.dim(config.brightness)
    return opened.enter_context(screen)


def _sign(profile: Profile, factory: Any) -> "SignLamp | ColourSign":
    from device.drivers.lights import sign_of
    from device.drivers.pins import able_to_pulse

    fades = profile.pins.sign_kind in ("pwm", "rgb")
    return sign_of(profile.pins, profile.colours, able_to_pulse(factory) if fades else factory)


def _glasses(*screens: "Screen | None") -> "list[Glass]":
    from device.ports import Glass

    return [each for each in screens if isinstance(each, Glass)]


def _nobody(works: bool, reason: str) -> None:
    """The screen itself has logged it; the hello speaks of the telephonist's glass alone."""


def _panel_report(inbox: "Inbox", told: threading.Event) -> Callable[[bool, str], None]:
    """What the screen tells, as events: a panel that never worked is missing, one that did has a fault."""
    worked = False

    def report(works: bool, reason: str) -> None:
        from device.core.events import PanelFault, PanelWell

        del reason  # the screen has logged it
        nonlocal worked
        worked = worked or works
        told.set()
        inbox.put(PanelWell(boottime()) if works else PanelFault(boottime(), "fault" if worked else "missing"))

    return report


if __name__ == "__main__":
    sys.exit(main())
