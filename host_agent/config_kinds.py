"""Kinds of values that host.toml has and desk.toml has not."""

import ipaddress
import re
from datetime import date, datetime
from typing import Any

from broker.settings.keys import Kind, matching, parsed, whole
from host_agent.core.office_hours import MINUTES_A_DAY, Span
from host_agent.core.phone_plan import is_country
from host_agent.holiday_calendar import is_known

MAX_PORT = 65_535
DIGITS_ONLY = "[0-9]{1,4}"
MAIL = r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,190}"
SPANS_MEANT = 'hours in order such as "08:30-12:00, 13:00-17:00", or "" for closed'
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})")


def port() -> Kind:
    """A TCP port."""
    kind = whole(1, MAX_PORT)
    return _saying(kind, f"a port, 1-{MAX_PORT}")


def address() -> Kind:
    """`host:port`, where a host of colons stands in brackets; becomes (host, port)."""

    def parse(value: str) -> tuple[str, int]:
        host, _, number = value.rpartition(":")
        if not host or not host.isprintable() or not re.fullmatch("[0-9]{1,5}", number):
            raise ValueError
        if not 0 < int(number) <= MAX_PORT:
            raise ValueError
        return host.strip("[]"), int(number)

    return parsed(parse, "an address and port, such as `127.0.0.1:8088`", "^.+:[0-9]{1,5}$")


def ip_address() -> Kind:
    """An IPv4 or IPv6 address, as it is written."""

    def parse(value: str) -> str:
        ipaddress.ip_address(value)
        return value

    return parsed(parse, "an IP address, such as `127.0.0.1`")


def country() -> Kind:
    """A country of which the numbers are known."""

    def parse(value: str) -> str:
        if not is_country(value):
            raise ValueError
        return value

    return parsed(parse, "two capitals of a country, such as NL, BE or DE", "^[A-Z]{2}$")


def holidays() -> Kind:
    """A country of which the holidays are known, or none."""

    def parse(value: str) -> str:
        if value and not (len(value) == 2 and is_known(value)):  # ISO 3166-1 alpha-2
            raise ValueError
        return value

    return parsed(parse, 'a country such as "NL", or "" for none', "^([A-Z]{2})?$")


def hours() -> Kind:
    """The spans of one day."""
    return parsed(_spans, SPANS_MEANT)


def clock() -> Kind:
    """A time of day, as minutes."""

    def parse(value: str) -> int:
        found = _CLOCK.fullmatch(value)
        at = _minutes(*found.groups()) if found else None
        if at is None:
            raise ValueError
        return at

    return parsed(parse, 'a clock time such as "10:00"')


def day() -> Kind:
    """A date, as ISO 8601 writes it."""

    def parse(value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError from None

    return parsed(parse, 'a date in quotes, such as "2026-12-24"')


def moment() -> Kind:
    """A local date and time; becomes Unix seconds."""

    def parse(value: str) -> float:
        try:
            return datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError, OSError):
            raise ValueError from None

    return parsed(parse, 'a date and time in quotes, such as "2026-12-01T09:00"')


def mail() -> Kind:
    """One e-mail address, or none."""
    return matching(MAIL, "one e-mail address", empty=True)


def _spans(value: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in filter(None, (each.strip() for each in value.split(","))):
        found = _SPAN.fullmatch(part)
        start, end = (_minutes(*found.groups()[:2]), _minutes(*found.groups()[2:])) if found else (None, None)
        if start is None or end is None or start >= end or (spans and spans[-1].end > start):
            raise ValueError
        spans.append(Span(start, end))
    return tuple(spans)


def _minutes(hours: str, minutes: str) -> int | None:
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= MINUTES_A_DAY else None  # minutes in an hour


def _saying(kind: Kind, meant: str) -> Kind:
    def accept(value: Any) -> Any:
        try:
            return kind.accept(value)
        except ValueError:
            raise ValueError(meant) from None

    return Kind(meant, kind.schema, accept)
