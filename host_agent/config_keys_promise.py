"""The keys of host.toml about keeping promises: opening hours, reminders, notices, and whom they go to."""

from broker.names import extension
from broker.settings.keys import REQUIRED, Key, Section, one_of, parsed, several, text, truth, whole
from host_agent.config_kinds import clock, day, holidays, hours, mail, moment, port

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WORKDAY = "08:30-17:00"
_OPEN = (
    'When somebody is there: what can be promised, and when reminders go out. "" is closed; a break splits the day: '
    '"08:30-12:00, 13:00-17:00".'
)
_file = text(limit=4096, meant="a path, relative to this file or whole")
_name = text(limit=80, meant="a text of at most 80 characters")

PROMISE_SECTIONS = (
    Section(
        "office",
        "The office's hours.",
        (
            *(Key(name, hours(), _OPEN, "" if name[0] == "s" else WORKDAY, reloads=True) for name in WEEKDAYS),
            Key(
                "holidays", holidays(), 'The country whose public holidays are days off; "" for none.', "NL",
                reloads=True,
            ),
        ),
    ),
    Section(
        "office.exception",
        "One [[office.exception]] for each day that differs, holidays included.",
        (
            Key("date", day(), "The day.", REQUIRED, reloads=True),
            Key("hours", hours(), "Its hours; none: closed.", "", reloads=True),
        ),
        many=True,
        examples=({"date": "2026-12-24", "hours": "08:30-12:00"},),
    ),
    Section(
        "chase",
        "When people are reminded.",
        (
            Key(
                "unseen_minutes", whole(1, 600),
                "Whoever has not opened a note after so many minutes of office time is reminded.", 15, reloads=True,
            ),
            Key(
                "rounds", several(clock(), 12, 'clock times such as "10:00"'),
                "The fixed moments at which everybody hears what is still to be done.", ("10:00", "13:00", "16:00"),
                reloads=True,
            ),
        ),
    ),
    Section(
        "notices",
        "What colleagues are told, and how.",
        (
            Key(
                "caller", one_of("none", "number", "name and number"),
                'What a notice may say of a caller: "none", "number", or "name and number". Its link shows the note in '
                "any case.",
                "none", reloads=True,
            ),
            Key("link_days", whole(1, 90), "Days that a link opens its note without an account.", 14, reloads=True),
            Key(
                "smtp_host", text(), "The mail server for colleagues with an e-mail address.", "",
                shown="smtp.kantoor.example", reloads=True,
            ),
            Key(
                "smtp_security", one_of("starttls", "tls", "none"),
                '"starttls", "tls", or "none" for a server on this machine.', "starttls", reloads=True,
            ),
            Key(
                "smtp_port", port(), "Its port.", shown=587, otherwise="587, 465 with tls, 25 with none", reloads=True
            ),
            Key("smtp_username", text(), "The user there, where it asks for one.", "", shown="belbord", reloads=True),
            Key(
                "smtp_password_file", _file,
                "A file with that user's password on its first line, readable by its owner alone.",
                shown="smtp-password", reloads=True,
            ),
            Key(
                "sender", text(), "The address that notices come from.", "", shown="belbord@kantoor.example",
                reloads=True,
            ),
        ),
    ),
    Section(
        "colleague",
        "One [[colleague]] for each colleague or team that calls back. More come from the directory.",
        (
            Key("name", _name, "What people call this colleague or team.", REQUIRED, reloads=True),
            Key(
                "extension", parsed(extension, "1-32 of letters, digits and * # _ . -"),
                "The line of this colleague, as the PBX names it.", shown="201", reloads=True,
            ),
            Key("email", mail(), "Where notices go by mail.", "", shown="jan@kantoor.example", reloads=True),
            Key(
                "notify_urls", several(text(), 64, 'a list of texts, such as ["ntfy://ntfy.kantoor.example/jan"]'),
                "Other ways to be told, as Apprise addresses (Teams, ntfy, Matrix and so on).",
                (), shown=["ntfy://ntfy.kantoor.example/jan"], reloads=True,
            ),
            Key("language", one_of("nl", "en", "de", "fr"), "The language of the notices.", "nl", reloads=True),
            Key("team", _name, "The team this colleague belongs to.", "", shown="Verkoop", reloads=True),
            Key(
                "deputy", _name, "Who is told while this colleague is absent.", "", shown="Piet Bos", reloads=True
            ),
            Key("absent_until", moment(), "Until when that is.", shown="2026-12-01T09:00", reloads=True),
            Key("lead", truth(), "A lead hears of every note that is overdue.", False, reloads=True),
        ),
        many=True,
        examples=({"name": "Jan Smit"},),
    ),
)  # fmt: skip
