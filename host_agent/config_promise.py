"""The keys of host.toml about keeping promises: opening hours, reminders, notices, and whom they go to."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from broker.names import extension
from host_agent.core.chase import ChaseRules
from host_agent.core.colleagues import Colleague
from host_agent.core.office_hours import MINUTES_A_DAY, OFFICE_WEEK, OfficeHours, Span
from host_agent.holiday_calendar import closed_days, is_known
from host_agent.table import Table

CallerInNotice = Literal["none", "number", "name and number"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_CLOCK = re.compile(r"(\d\d):(\d\d)")
_MAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}")


@dataclass(frozen=True)
class Mail:
    """The office's outgoing mail server."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: str | None = field(repr=False, default=None)
    sender: str = ""


@dataclass(frozen=True)
class Notices:
    """`caller`: what a notice may say of the caller. `link_days`: how long its link opens the note."""

    caller: CallerInNotice = "none"
    link_days: int = 14
    mail: Mail | None = None


@dataclass(frozen=True)
class PromiseRules:
    """All that Config knows of promises."""

    hours: OfficeHours = field(default_factory=OfficeHours)
    chase: ChaseRules = field(default_factory=ChaseRules)
    notices: Notices = field(default_factory=Notices)
    colleagues: tuple[Colleague, ...] = ()


def promise_rules(top: Table) -> PromiseRules:
    """Read [office], [chase], [notices] and [[colleague]]."""
    office, chase, notices = top.table("office"), top.table("chase"), top.table("notices")
    rules = PromiseRules(_hours(office), _chase(chase), _notices(notices), _colleagues(top.tables("colleague")))
    for table in (office, chase, notices):
        table.close()
    if rules.notices.mail is None and any(one.email for one in rules.colleagues):
        notices.fault("smtp_host", "nothing", "the mail server, as a [[colleague]] has an email")
    return rules


def _hours(table: Table) -> OfficeHours:
    week = tuple(_spans(table, day, default) for day, default in zip(WEEKDAYS, OFFICE_WEEK, strict=True))
    country = table.text("holidays", default="NL", limit=2)
    exceptions: dict[date, tuple[Span, ...]] = {}
    if country and not is_known(country):
        table.fault("holidays", repr(country), 'a country such as "NL", or "" for none')
    elif country:
        this_year = datetime.now().year
        exceptions = dict.fromkeys(closed_days(country, this_year - 1, this_year + 15), ())
    for one in table.tables("exception"):
        day = one.parsed("date", date.fromisoformat)
        spans = _spans(one, "hours", ())
        one.close()
        if day is not None:
            exceptions[day] = spans
    return OfficeHours(week, exceptions)


def _spans(table: Table, key: str, default: tuple[Span, ...]) -> tuple[Span, ...]:
    said = ", ".join(f"{_clock(span.start)}-{_clock(span.end)}" for span in default)
    text = table.text(key, default=said)
    spans: list[Span] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        found = _SPAN.fullmatch(part)
        start, end = (_minutes(*found.groups()[:2]), _minutes(*found.groups()[2:])) if found else (None, None)
        if start is None or end is None or start >= end or (spans and spans[-1].end > start):
            table.fault(key, repr(text), 'hours in order such as "08:30-12:00, 13:00-17:00", or "" for closed')
            return default
        spans.append(Span(start, end))
    return tuple(spans)


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= MINUTES_A_DAY else None  # minutes in an hour


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _chase(table: Table) -> ChaseRules:
    unseen = table.whole("unseen_minutes", default=15, least=1, most=600)
    rounds = []
    for text in table.texts("rounds", limit=12) or ("10:00", "13:00", "16:00"):
        found = _CLOCK.fullmatch(text)
        at = _minutes(*found.groups()) if found else None
        if at is None:
            table.fault("rounds", repr(text), 'clock times such as "10:00"')
        else:
            rounds.append(at)
    return ChaseRules(unseen * 60.0, tuple(sorted(set(rounds))))


def _notices(table: Table) -> Notices:
    caller = table.choice("caller", ("none", "number", "name and number"), default="none")
    days = table.whole("link_days", default=14, least=1, most=90)
    host = table.text("smtp_host", default="")
    security = table.choice("smtp_security", ("starttls", "tls", "none"), default="starttls")
    mail = Mail(
        host=host,
        port=table.port("smtp_port", default={"starttls": 587, "tls": 465, "none": 25}[security]),
        security=security,  # type: ignore[arg-type]  # choice() keeps to its list
        username=table.text("smtp_username", default="") or None,
        password=table.secret("smtp_password_file"),
        sender=table.text("sender", default=""),
    )
    if host and not _MAIL.fullmatch(mail.sender):
        table.fault("sender", repr(mail.sender), "the e-mail address that notices come from")
    return Notices(caller, days, mail if host else None)  # type: ignore[arg-type]  # choice() keeps to its list


def _colleagues(tables: list[Table]) -> tuple[Colleague, ...]:
    found: dict[str, Colleague] = {}
    for table in tables:
        name = table.text("name", default="", limit=80)
        email = table.text("email", default="")
        until = table.parsed("absent_until", datetime.fromisoformat, required=False)
        one = Colleague(
            name=name,
            extension=table.parsed("extension", extension, required=False),
            email=email or None,
            notify_urls=table.texts("notify_urls"),
            language=table.choice("language", ("nl", "en", "de", "fr"), default="nl"),  # type: ignore[arg-type]
            deputy=table.text("deputy", default="", limit=80) or None,
            absent_until=None if until is None else until.timestamp(),
            team=table.text("team", default="", limit=80) or None,
            lead=table.flag("lead", default=False),
        )
        table.close()
        if not name or name.casefold() in found:
            table.fault("name", repr(name), "a name, each colleague or team once")
        if email and not _MAIL.fullmatch(email):
            table.fault("email", repr(email), "one e-mail address")
        found[name.casefold()] = one
    return tuple(found.values())


@dataclass(frozen=True)
class ConfiguredColleagues:
    """The colleagues of host.toml, behind the port `Colleagues`."""

    of_config: tuple[Colleague, ...]

    def everyone(self) -> tuple[Colleague, ...]:
        """All of them, by name."""
        return tuple(sorted(self.of_config, key=lambda one: one.name.casefold()))
