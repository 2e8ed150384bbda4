"""The keys of host.toml about keeping promises: opening hours, reminders, notices, and whom they go to."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from host_agent.config_keys_promise import WEEKDAYS
from host_agent.config_kinds import MAIL
from host_agent.core.chase import ChaseRules
from host_agent.core.colleagues import Colleague
from host_agent.core.office_hours import OfficeHours, Span
from host_agent.holiday_calendar import closed_days
from host_agent.table import Table

CallerInNotice = Literal["none", "number", "name and number"]
_MAIL = re.compile(MAIL)


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
        notices.fault("smtp_host", None, "the mail server, as a [[colleague]] has an email")
    return rules


def _hours(table: Table) -> OfficeHours:
    week = tuple(table.value(day) for day in WEEKDAYS)
    country = table.text("holidays")
    exceptions: dict[date, tuple[Span, ...]] = {}
    if country:
        this_year = datetime.now().year
        exceptions = dict.fromkeys(closed_days(country, this_year - 1, this_year + 15), ())
    for one in table.tables("exception"):
        day, spans = one.value("date"), one.value("hours")
        one.close()
        if day is not None:
            exceptions[day] = spans
    return OfficeHours(week, exceptions)


def _chase(table: Table) -> ChaseRules:
    return ChaseRules(table.whole("unseen_minutes") * 60.0, tuple(sorted(set(table.value("rounds")))))


def _notices(table: Table) -> Notices:
    host = table.text("smtp_host")
    security = table.value("smtp_security")
    mail = Mail(
        host=host,
        port=table.whole("smtp_port", {"starttls": 587, "tls": 465, "none": 25}[security]),
        security=security,
        username=table.text("smtp_username") or None,
        password=table.secret("smtp_password_file"),
        sender=table.text("sender"),
    )
    if host and not _MAIL.fullmatch(mail.sender):
        table.fault("sender", mail.sender, "the e-mail address that notices come from")
    return Notices(table.value("caller"), table.whole("link_days"), mail if host else None)


def _colleagues(tables: list[Table]) -> tuple[Colleague, ...]:
    found: dict[str, Colleague] = {}
    for table in tables:
        name = table.text("name")
        one = Colleague(
            name=name,
            extension=table.value("extension"),
            email=table.text("email") or None,
            notify_urls=table.texts("notify_urls"),
            language=table.value("language"),
            deputy=table.text("deputy") or None,
            absent_until=table.value("absent_until"),
            team=table.text("team") or None,
            lead=table.flag("lead"),
        )
        table.close()
        if not name or name.casefold() in found:
            table.fault("name", name, "a name, each colleague or team once")
        found[name.casefold()] = one
    return tuple(found.values())


@dataclass(frozen=True)
class ConfiguredColleagues:
    """The colleagues of host.toml, behind the port `Colleagues`."""

    of_config: tuple[Colleague, ...]

    def everyone(self) -> tuple[Colleague, ...]:
        """All of them, by name."""
        return tuple(sorted(self.of_config, key=lambda one: one.name.casefold()))
