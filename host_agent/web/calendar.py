"""Promises as a calendar that other programs read (iCalendar, RFC 5545). The one file that knows icalendar."""

import gettext
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import icalendar

from host_agent.config import CalendarShows
from host_agent.core.notes import CallbackNote
from host_agent.core.numbers import grouped

_LENGTH = timedelta(minutes=15)
_REFRESH = timedelta(minutes=15)


def calendar(
    notes: Sequence[CallbackNote],
    name: str,
    shows: CalendarShows,
    link: str,
    words: gettext.NullTranslations,
    now: float,
) -> bytes:
    """The promised times of `notes`, each a quarter of an hour that ends then. `link`: what a note's id is added to.

    Nothing of a caller but what `shows` says: calendars are synchronised to places that the office does not know.
    """
    _ = words.gettext
    made = icalendar.Calendar()
    made.add("prodid", "-//Belbord//Belbord//NL")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Terugbellen: %(name)s") % {"name": name})
    made.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    for note in notes:
        if note.promised_by is None:
            continue
        until = datetime.fromtimestamp(note.promised_by, UTC)
        event = icalendar.Event()
        event.add("uid", f"{note.id}@belbord")
        event.add("dtstamp", datetime.fromtimestamp(now, UTC))
        event.add("dtstart", until - _LENGTH)
        event.add("dtend", until)
        event.add("sequence", note.version)
        event.add("summary", " ".join([_("Terugbellen"), *_caller(note, shows)]))
        event.add("url", link + note.id)
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
        made.add_component(event)
    text: bytes = made.to_ical()
    return text


def _caller(note: CallbackNote, shows: CalendarShows) -> list[str]:
    said = [] if shows == "nothing" else [note.caller_name]
    if shows == "name and number" and note.caller_number:
        said.append(grouped(note.caller_number))
    return [each for each in said if each]
