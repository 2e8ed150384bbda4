"""Every key of host.toml: its table, what it is for, what it may be, and what holds when it is left out.

From this list come the validation, `belbord-host config`, host.example.toml, the schema and docs/configuration.md
(`python -m tools.config_sheets` writes the files). A reload takes over what is marked so.
"""

import re

from broker.enrolment import DEFAULT_PORT
from broker.names import extension, queue_name, unit_name
from broker.settings.keys import (
    REQUIRED,
    Key,
    Section,
    by_path,
    matching,
    one_of,
    parsed,
    several,
    text,
    truth,
    whole,
)
from broker.topics import DEFAULT_ROOT
from host_agent.config_keys_outward import OUTWARD_SECTIONS
from host_agent.config_keys_promise import PROMISE_SECTIONS
from host_agent.config_kinds import DIGITS_ONLY, address, country, ip_address, port

HEAD = """The host agent's configuration. Lines that begin with # and a key show what holds when nothing is said, or \
an example.
`belbord-host check --config host.toml` tells every fault in it at once; `belbord-host config explain KEY` says more \
of each key. `systemctl reload belbord-host` takes over what may change while the host agent runs."""

BY_LUCK = re.compile(r"/dev/tty(USB|ACM)[0-9]+")
"""Names that the kernel gives by the order of plugging in."""


def _serial_port(value: str) -> str:
    if not value.startswith("/") or not value.isprintable():
        raise ValueError
    if BY_LUCK.fullmatch(value):
        raise ValueError("a name that stays when cables are changed: see `ls /dev/serial/by-id /dev/serial/by-path`")
    return value


def _root(value: str) -> str:
    if (
        not value.isprintable()
        or any(char in value for char in "+#$\0")
        or value.startswith("/")
        or value.endswith("/")
    ):
        raise ValueError
    if not value:
        raise ValueError
    return value


_file = text(limit=4096, meant="a path, relative to this file or whole")
_name = text(limit=80, meant="a text of at most 80 characters")
_queue = parsed(queue_name, "1-64 printable characters without / + # and no leading $")
_unit = parsed(unit_name, "1-32 of a-z, 0-9 and -, beginning with a letter or digit")
_extension = parsed(extension, "1-32 of letters, digits and * # _ . -")
_origin = matching(r"https?://[^ ;,'\"]*", "origins such as `http://127.0.0.1:8080`")
_OWN = "This host's own certificate and key, where the broker asks for one. Both or neither."
_PROXY = (
    "An office with a single sign-on: the proxy (by its IP address) says in this header whose account it is. It must "
    "remove that header from what browsers send."
)

SECTIONS = (
    Section(
        "",
        "",
        (
            Key(
                "language", one_of("nl", "en", "de", "fr", "auto"),
                "The language of the pages: nl, en, de, fr, or auto for what each browser asks for.", "nl",
                reloads=True,
            ),
        ),
    ),
    Section(
        "mqtt",
        "The MQTT 5 broker that the desk units speak to.",
        (
            Key("host", text(), "The machine with the broker.", "127.0.0.1", is_set=True),
            Key("port", port(), "The broker's TCP port.", shown=1883, otherwise="1883, or 8883 with tls"),
            Key("username", text(), "The host agent's user at the broker.", "", shown="host", is_set=True),
            Key(
                "password_file", _file,
                "A file with the password on its first line, readable by its owner alone.",
                shown="mqtt-password", is_set=True,
            ),
            Key("tls", truth(), "Encrypt, and check the broker's certificate.", False),
            Key(
                "tls_ca", _file, "Trust this authority alone.", shown="ca.crt",
                otherwise="the system's authorities",
            ),
            Key("tls_certificate", _file, _OWN, shown="host.crt"),
            Key("tls_key", _file, _OWN, shown="host.key"),
            Key(
                "root", parsed(_root, "topic levels such as `belbord` or `huis/belbord`, without + # $"),
                "The first level of all topics.", DEFAULT_ROOT,
            ),
        ),
    ),
    Section(
        "pbx",
        "The telephone exchange.",
        (
            Key(
                "kind", one_of("asterisk", "none"), '"asterisk" (manager interface, AMI), or "none".', "none",
                shown="asterisk", is_set=True,
            ),
            Key("host", text(), "Where the PBX is.", "127.0.0.1", is_set=True),
            Key("port", port(), "Its AMI port.", shown=5038, otherwise="5038, or 5039 with tls"),
            Key(
                "username", text(),
                "A user in Asterisk's manager.conf with `read = call,agent,system` and `write = reporting`.",
                "", shown="belbord", is_set=True,
            ),
            Key(
                "secret_file", _file,
                "A file with that user's secret on its first line, readable by its owner alone.",
                shown="ami-secret", is_set=True,
            ),
            Key("tls", truth(), "Encrypt the manager interface.", False),
            Key(
                "tls_ca", _file, "Trust this authority alone.", shown="asterisk-ca.crt",
                otherwise="the system's authorities",
            ),
        ),
    ),
    Section(
        "web",
        "The pages with the callback notes.",
        (
            Key("listen", address(), "Where the pages are.", "127.0.0.1:8088"),
            Key(
                "accounts", one_of("off", "on"),
                'Who may see them: "off", whoever uses this machine; "on", people with an account. Make the first one '
                "with `belbord-host admin-link --config host.toml`.",
                "off",
            ),
            Key(
                "allow_remote", truth(),
                "Let other machines reach them, which needs accounts. Put a proxy with TLS in front; see "
                "docs/accounts.md.",
                False,
            ),
            Key(
                "address", matching(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", "how browsers reach these pages, such "
                    "as `https://belbord.kantoor.example`", empty=True),
                "How browsers reach them when a proxy is in front. With https, cookies travel over https alone.",
                "", shown="https://belbord.kantoor.example",
            ),
            Key(
                "idle_hours", whole(1, 12),
                "Somebody who does nothing for so many hours signs in again, and everybody does after 12.", 8,
            ),
            Key(
                "trusted_header", matching(r"[A-Za-z0-9-]{1,64}", "a header's name", empty=True), _PROXY,
                "", shown="X-Remote-User",
            ),
            Key(
                "trusted_proxies", several(ip_address(), 64, "IP addresses, such as `127.0.0.1`"), _PROXY,
                (), shown=["127.0.0.1"],
            ),
            Key(
                "allowed_hosts", several(text(), 64, 'a list of texts, such as ["belbord.kantoor.example"]'),
                "Names by which a browser may ask for the pages, besides 127.0.0.1 and localhost.",
                (), shown=["belbord.kantoor.example"],
            ),
            Key(
                "frame_ancestors", several(_origin, 64, "origins such as `http://127.0.0.1:8080`"),
                "Pages that may show these pages in a frame.", (), shown=["http://127.0.0.1:8080"],
            ),
        ),
    ),
    Section(
        "store",
        "Where the callback notes are kept.",
        (
            Key("path", _file, "The SQLite file with the callback notes.", "/var/lib/belbord/host.sqlite3"),
        ),
    ),
    Section(
        "privacy",
        "How long notes are kept, and what is shown of callers.",
        (
            Key(
                "done_days", whole(0, 3650), "Days that a note is kept after it was ticked off, dropped or withdrawn.",
                7, reloads=True,
            ),
            Key("open_days", whole(1, 3650), "Days that a note is kept which never was.", 30, reloads=True),
            Key(
                "warn_days", whole(0, 365), "Days before that in which the pages warn of open notes.", 3, reloads=True
            ),
            Key(
                "calendar_shows", one_of("nothing", "name", "name and number"),
                'What a colleague\'s calendar shows of a caller: "nothing", "name", or "name and number".',
                "nothing", reloads=True,
            ),
            Key(
                "office", _name, "On the page that says what is kept: whose office this is.", "",
                shown="Kantoor Voorbeeld", reloads=True,
            ),
            Key(
                "contact", text(limit=120, meant="a text of at most 120 characters"),
                "On the same page: where people can ask about their own notes.", "",
                shown="privacy@kantoor.example", reloads=True,
            ),
        ),
    ),
    Section(
        "directory",
        "Who people are.",
        (
            Key(
                "country", country(), "What a number without a country's code belongs to: two capitals.", "NL"
            ),
            Key(
                "folder", _file,
                "A folder with people's lists, read again when they change. A .csv or .vcf (vCard) file holds "
                "contacts: "
                "name, number, organisation; one whose name begins with \"colleagues\" or \"collega\" holds "
                "colleagues: "
                "name, department, extension, email, deputy, absent until (also: language, notify, lead). The first "
                "line "
                "of a .csv names its columns, in Dutch, English, German or French.",
                "", shown="directory",
            ),
            Key(
                "prefer", one_of("pbx", "directory"),
                'Whose name is shown of a caller whom both know: "pbx" or "directory".', "pbx", reloads=True,
            ),
            Key(
                "outside_line",
                matching(DIGITS_ONLY, "the digits dialled before a number, such as `0`, or nothing", empty=True),
                "What phones dial before a number to get an outside line.", "", shown="0", reloads=True,
            ),
        ),
    ),
    Section(
        "queue",
        "One [[queue]] for each queue that people should see.",
        (
            Key("name", _queue, "The queue's name as the PBX has it.", REQUIRED, reloads=True),
            Key(
                "label", _name, "The queue's name as people say it.", "", otherwise="its name", reloads=True
            ),
        ),
        many=True,
        examples=({"name": "receptie", "label": "Receptie"}, {"name": "storing", "label": "Storingsdienst"}),
    ),
    Section(
        "unit",
        "One [[unit]] for each desk.",
        (
            Key("name", _unit, "The unit's name, which is also its user at the broker.", REQUIRED, reloads=True),
            Key("label", _name, "What people call the desk.", "", otherwise="its name", reloads=True),
            Key("extension", _extension, "The telephonist's own line, as the PBX names it.", reloads=True),
            Key(
                "queues", several(text(), 32, 'a list of texts, such as ["receptie"]'), "The queues that it shows.",
                (), reloads=True,
            ),
        ),
        many=True,
        examples=({"name": "balie-1", "label": "Balie links", "extension": "100", "queues": ["receptie", "storing"]},),
    ),
    Section(
        "serial",
        "One [[serial]] for each unit at the end of a cable, with the network or without it: docs/serial.md.",
        (
            Key(
                "port", parsed(_serial_port, "the path of a serial port, such as /dev/serial/by-id/usb-…", "^/"),
                "The port has a name that stays, from /dev/serial/by-id or by-path.", REQUIRED,
                shown="/dev/serial/by-id/usb-Belbord_Desk-unit_balie-1-if00",
            ),
            Key("unit", _unit, "Which [[unit]] is at its end.", REQUIRED, shown="balie-1"),
        ),
        many=True,
        hidden=True,
    ),
    Section(
        "provisioning",
        "What `belbord-host init` made: the office's own certificates and its units. Without it units are let in by "
        "password.",
        (
            Key("folder", _file, "The folder that it made.", "", shown="/var/lib/belbord"),
            Key(
                "address", text(),
                "The name or IP address by which units reach this host; it stands in the certificate of the broker.",
                "", shown="belbord.kantoor.example",
            ),
            Key(
                "listen", address(), "Where a unit enrols. The port is open only while one is expected.",
                f"0.0.0.0:{DEFAULT_PORT}",
            ),
            Key(
                "broker_pid_file", _file,
                "Mosquitto, which reads its files again when told so. Where this program may not tell it, something "
                "else "
                "must: `systemctl reload mosquitto`.",
                "/run/mosquitto/mosquitto.pid",
            ),
        ),
    ),
    *PROMISE_SECTIONS,
    *OUTWARD_SECTIONS,
)  # fmt: skip

KEYS = by_path(SECTIONS)
BY_NAME = {section.name: section for section in SECTIONS}
