"""Every key of desk.toml: its table, what it is for, what it may be, and what holds when it is left out.

From this list come the validation, `belbord-desk config`, desk.example.toml, the schema and docs/configuration.md
(`python -m tools.config_sheets` writes the files).
"""

import re
from itertools import pairwise

from broker.names import DEFAULT_ROOT, UNIT_PATTERN, unit_name
from broker.settings.keys import (
    REQUIRED,
    Key,
    Section,
    by_path,
    number,
    one_of,
    or_false,
    parsed,
    text,
    truth,
    whole,
)


def _unit(value: str) -> str:
    try:
        return unit_name(value)
    except ValueError:
        raise ValueError(UNIT_MEANT) from None


def _root(value: str) -> str:
    if not value.isprintable() or any(mark in value for mark in "+#$ ") or value.strip("/") != value or "//" in value:
        raise ValueError(ROOT_MEANT)
    if not value:
        raise ValueError(ROOT_MEANT)
    return value


def _device(value: str) -> str:
    if not value.startswith("/") or not value.isprintable():
        raise ValueError
    return value


def _spans(value: str) -> tuple[tuple[int, int], ...]:
    """`08:30-12:30, 13:15-17:00`, or `closed`, as minutes of the day."""
    if value == "closed":
        return ()
    spans = tuple(_span(part) for part in value.split(","))
    edges = [edge for span in spans for edge in span]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"{SPANS_MEANT}, each later than the one before")
    return spans


def _span(value: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(value.strip())
    if found is None:
        raise ValueError
    begins_h, begins_m, ends_h, ends_m = (int(part) for part in found.groups())
    if begins_h * 60 + begins_m >= DAY_MINUTES or ends_h * 60 + ends_m > DAY_MINUTES:
        raise ValueError
    return begins_h * 60 + begins_m, ends_h * 60 + ends_m


UNIT_MEANT = "1-32 of a-z, 0-9 and -, beginning with a letter or digit"
ROOT_MEANT = "a topic such as belbord, without + # $, spaces or slashes at its ends"
SPANS_MEANT = 'hours such as "08:30-17:00" or "08:30-12:30, 13:15-17:00", or "closed"'
_SPAN = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")
DAY_MINUTES = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_some = text(least=1, limit=4096)
_path = text(least=1, limit=4096, meant="a path")
_hours = parsed(_spans, SPANS_MEANT)
_OPEN = (
    "Opening hours by this machine's clock and time zone; a day that is left out is closed, but with none at all the "
    "office is never called closed. Nor is it while the clock is not known to be right: that is when "
    "/run/systemd/timesync/synchronized exists, which systemd-timesyncd makes. (With another NTP program, let its "
    "service make that file.)"
)
_EXAMPLE_HOURS = (
    "08:30-17:00",
    "08:30-12:30, 13:15-17:00",
    "08:30-17:00",
    "08:30-20:00",
    "08:30-17:00",
    "closed",
    "closed",
)
_CERTIFICATE = "This unit's own certificate and key, where the broker asks for one. Both or neither."
_STEADY = "So that it never flickers: the least time lit and dark, in seconds."

HEAD = """A desk unit of Belbord. Copy this to /etc/belbord/desk.toml, change what differs, and look it over with
    belbord-desk check --config /etc/belbord/desk.toml
A key that is commented out shows its default, or an example where it has none. `belbord-desk config explain KEY` says \
more of each. `systemctl reload belbord-desk` takes over what may change while the unit works."""

SECTIONS = (
    Section(
        "",
        "",
        (
            Key(
                "unit", parsed(_unit, UNIT_MEANT, UNIT_PATTERN.replace(r"(?!\n)", "")),
                "The unit's name: 1-32 of a-z, 0-9 and -. It is its user name at the broker too, and its place on the "
                "bus.",
                REQUIRED, shown="balie-1", is_set=True,
            ),
            Key("language", one_of("nl", "en", "de", "fr"), "What people read: nl, en, de or fr.", "nl", reloads=True),
            Key(
                "board", _some,
                "The board file: which panel, which pins. A name from hardware/boards, or the path of a .toml of your "
                "own.",
                "oled-1.3-sh1106",
            ),
            Key(
                "state_directory", _path,
                "Where callback notes stand until the host has them.",
                "/var/lib/belbord-desk",
            ),
        ),
    ),
    Section(
        "mqtt",
        "The way to the host over the network.",
        (
            Key(
                "host", _some, "The machine with the MQTT broker.", REQUIRED,
                shown="broker.example", is_set=True, unless="serial.port",
            ),
            Key("port", whole(1, 65_535), "The broker's TCP port.", shown=1883, otherwise="1883, or 8883 with TLS"),
            Key("username", _some, "The user at the broker.", shown="balie-1", otherwise="the unit's name"),
            Key(
                "password_file", _path,
                "A file with the password and nothing else, which only the unit may read. A relative path is looked "
                "for "
                "among systemd's credentials (LoadCredential=), then beside this file.",
                shown="mqtt-password",
            ),
            Key(
                "root", parsed(_root, ROOT_MEANT), "The first level of every topic; the host agent must use the same.",
                DEFAULT_ROOT,
            ),
            Key(
                "tls", truth(),
                "Encrypt, and check the broker's certificate. Wanted wherever the network is not a cable of your own.",
                False,
            ),
            Key(
                "tls_ca", _path, "Who signed the broker's certificate.", shown="ca.crt",
                otherwise="whom this machine trusts",
            ),
            Key("tls_certificate", _path, _CERTIFICATE, shown="balie-1.crt"),
            Key("tls_key", _path, _CERTIFICATE, shown="balie-1.key"),
        ),
    ),
    Section(
        "serial",
        "A cable to the host, besides the network or without one (then [mqtt] needs no host).",
        (
            Key(
                "port", parsed(_device, "the path of a serial port, such as /dev/ttyGS0", "^/"),
                "The cable's port. In USB gadget mode the Pi's end is /dev/ttyGS0: docs/serial.md.",
                shown="/dev/ttyGS0", otherwise="no cable",
            ),
        ),
    ),
    Section(
        "panel",
        "The glass.",
        (
            Key("on", truth(), "false: a unit without a glass, only button and sign.", True),
            Key(
                "brightness", one_of("full", "dim"),
                'How bright the glass may be: "full", or "dim" in a dark room. It dims by itself when nothing happens.',
                "full", reloads=True,
            ),
        ),
    ),
    Section(
        "sign",
        "When the sign for colleagues is lit.",
        (
            Key(
                "line_with_waiting", or_false(whole(0, 999)),
                "Lit when the own line rings or is in use while at least so many callers wait. 0: the own line alone; "
                "false: never.",
                1, reloads=True,
            ),
            Key(
                "waiting", or_false(whole(1, 999)),
                "Lit when so many callers wait, whatever the own line does. false: never.", 3, reloads=True,
            ),
            Key(
                "longest_wait_s", or_false(number(1, 86_400)),
                "Lit when the longest waits so many seconds. false: never.", 60.0, reloads=True,
            ),
            Key(
                "by_hand_minutes", number(1, 600), "By hand, from the button's menu: for so many minutes.",
                15.0, reloads=True,
            ),
            Key("minimum_lit_s", number(0, 600), _STEADY, 10.0, reloads=True),
            Key("minimum_dark_s", number(0, 600), _STEADY, 5.0, reloads=True),
            Key(
                "when_unsure", one_of("pulse", "dark"),
                'When the data is old: "pulse" winks for a moment every four seconds, "dark" stays dark.',
                "pulse", reloads=True,
            ),
            Key(
                "out_of_hours", one_of("dark", "rules"),
                'Outside the opening hours below: "dark", or "rules" as in them.', "dark", reloads=True,
            ),
        ),
    ),
    Section(
        "hours",
        "When the office is open.",
        tuple(
            Key(
                day, _hours, _OPEN, shown=shown, otherwise="closed; all: never closed",
                reloads=True,
            )
            for day, shown in zip(WEEKDAYS, _EXAMPLE_HOURS, strict=True)
        ),
    ),
    Section(
        "sound",
        "The optional buzzer: a tone at the first waiting caller, another when the longest wait passes `limit_s` "
        "seconds, "
        "and a click when a note is kept.",
        (
            Key("on", truth(), "Whether there is a buzzer that may sound.", False),
            Key("volume", number(0, 1), "From 0 to 1.", 0.3, reloads=True),
            Key(
                "limit_s", or_false(number(1, 86_400)), "The long wait that is heard, in seconds. false: no tone for "
                "it.",
                60.0, reloads=True,
            ),
            Key(
                "quiet", parsed(_span, 'hours such as "18:00-08:00"'),
                "No sound in these hours of the day, which may run past midnight.", shown="18:00-08:00", reloads=True,
            ),
        ),
    ),
    Section(
        "notes",
        "What a press of the button keeps.",
        (
            Key(
                "last_caller_minutes", number(0, 120),
                "A press with nobody on the line is for the last caller, if that was at most so many minutes ago.",
                10.0, reloads=True,
            ),
            Key(
                "withdraw_s", number(0, 60), "A second press within so many seconds takes the note back.",
                5.0, reloads=True,
            ),
            Key(
                "outbox_limit", whole(1, 10_000),
                "So many notes wait for a host that does not answer; then a press is refused in words.", 500,
                reloads=True,
            ),
            Key(
                "unanswered_after_s", number(5, 600),
                "A call passed on that rings so long gets the offer of a note for that colleague (5 rings of 5 s).",
                25.0, reloads=True,
            ),
        ),
    ),
)  # fmt: skip

KEYS = by_path(SECTIONS)
