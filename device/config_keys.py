"""Every key of desk.toml: its table, what it may be, and what holds when it is left out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from broker.names import DEFAULT_ROOT, unit_name

REQUIRED = object()
"""In place of a default: the key must be there."""


@dataclass(frozen=True)
class Key:
    """`path` such as `sign.waiting`. `accept` returns the value, or raises ValueError that says what is meant.

    `unless`: the key that makes a REQUIRED one needless.
    """

    path: str
    default: Any
    accept: Callable[[Any], Any]
    unless: str | None = None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError("a text")
    return value


def _unit(value: Any) -> str:
    try:
        return unit_name(_text(value))
    except ValueError:
        raise ValueError("1-32 of a-z, 0-9 and -, beginning with a letter or digit") from None


def _root(value: Any) -> str:
    text = _text(value)
    if any(mark in text for mark in "+#$ ") or text.strip("/") != text or "//" in text:
        raise ValueError("a topic such as belbord, without + # $, spaces or slashes at its ends")
    return text


def _device(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    if not text.startswith("/") or not text.isprintable():
        raise ValueError("the path of a serial port, such as /dev/ttyGS0")
    return text


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")  # noqa: TRY004  # all faults of a config are one kind
    return value


def _one_of(*choices: str) -> Callable[[Any], str]:
    def accept(value: Any) -> str:
        if value not in choices:
            raise ValueError("one of " + ", ".join(choices))
        return str(value)

    return accept


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def accept(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return accept


def _number(least: float, most: float) -> Callable[[Any], float]:
    def accept(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise ValueError(f"a number from {least:g} to {most:g}")
        return float(value)

    return accept


def _or_false(accept: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """False switches the rule off, which is kept as None."""

    def both(value: Any) -> Any:
        if value is False:
            return None
        try:
            return accept(value)
        except ValueError as meant:
            raise ValueError(f"{meant}, or false for never") from None

    return both


def _spans(value: Any) -> tuple[tuple[int, int], ...]:
    """`08:30-12:30, 13:15-17:00`, or `closed`, as minutes of the day."""
    meant = 'hours such as "08:30-17:00" or "08:30-12:30, 13:15-17:00", or "closed"'
    if value == "closed":
        return ()
    if not isinstance(value, str):
        raise ValueError(meant)  # noqa: TRY004  # all faults of a config are one kind
    spans = tuple(_span(part, meant) for part in value.split(","))
    edges = [edge for span in spans for edge in span]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"{meant}, each later than the one before")
    return spans


def _quiet(value: Any) -> tuple[int, int]:
    """One span, which may run past midnight."""
    meant = 'hours such as "18:00-08:00"'
    return _span(value if isinstance(value, str) else "", meant)


def _span(text: str, meant: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(meant)
    begins_h, begins_m, ends_h, ends_m = (int(part) for part in found.groups())
    if begins_h * 60 + begins_m >= DAY_MINUTES or ends_h * 60 + ends_m > DAY_MINUTES:
        raise ValueError(meant)
    return begins_h * 60 + begins_m, ends_h * 60 + ends_m


_SPAN = re.compile(r"(\d{2}):([0-5]\d)-(\d{2}):([0-5]\d)")
DAY_MINUTES = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

KEYS = (
    Key("unit", REQUIRED, _unit),
    Key("language", "nl", _one_of("nl", "en", "de", "fr")),
    Key("board", "oled-1.3-sh1106", _text),
    Key("state_directory", "/var/lib/belbord-desk", _text),
    Key("mqtt.host", REQUIRED, _text, unless="serial.port"),
    Key("mqtt.port", None, _whole(1, 65_535)),
    Key("mqtt.username", None, _text),
    Key("mqtt.password_file", None, _text),
    Key("mqtt.root", DEFAULT_ROOT, _root),
    Key("mqtt.tls", False, _truth),
    Key("mqtt.tls_ca", None, _text),
    Key("mqtt.tls_certificate", None, _text),
    Key("mqtt.tls_key", None, _text),
    Key("serial.port", None, _device),
    Key("panel.on", True, _truth),
    Key("sign.line_with_waiting", 1, _or_false(_whole(0, 999))),
    Key("sign.waiting", 3, _or_false(_whole(1, 999))),
    Key("sign.longest_wait_s", 60.0, _or_false(_number(1, 86_400))),
    Key("sign.by_hand_minutes", 15.0, _number(1, 600)),
    Key("sign.minimum_lit_s", 10.0, _number(0, 600)),
    Key("sign.minimum_dark_s", 5.0, _number(0, 600)),
    Key("sign.when_unsure", "pulse", _one_of("pulse", "dark")),
    Key("sign.out_of_hours", "dark", _one_of("dark", "rules")),
    *(Key(f"hours.{day}", None, _spans) for day in WEEKDAYS),
    Key("sound.on", False, _truth),
    Key("sound.volume", 0.3, _number(0, 1)),
    Key("sound.limit_s", 60.0, _or_false(_number(1, 86_400))),
    Key("sound.quiet", None, _quiet),
    Key("notes.last_caller_minutes", 10.0, _number(0, 120)),
    Key("notes.withdraw_s", 5.0, _number(0, 60)),
    Key("notes.outbox_limit", 500, _whole(1, 10_000)),
    Key("notes.unanswered_after_s", 25.0, _number(5, 600)),
)
