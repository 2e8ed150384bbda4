"""Moments and lengths of time as people say them, pure: in a language, seen from a now."""

import gettext
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR = 60, 3600
_SPOKEN_HOURS = 6


@dataclass(frozen=True)
class Phrases:
    """`now` is Unix seconds; clocks are in the host's own time zone."""

    words: gettext.NullTranslations
    now: float

    def clock(self, at: float) -> str:
        """A moment: `14:02` today, else with its day."""
        _ = self.words.gettext
        moment, today = datetime.fromtimestamp(at), datetime.fromtimestamp(self.now).date()
        days = (moment.date() - today) // timedelta(days=1)
        clock = f"{moment:%H:%M}"
        if days == 0:
            return clock
        if days == 1:
            return _("morgen %(clock)s") % {"clock": clock}
        if days == -1:
            return _("gisteren %(clock)s") % {"clock": clock}
        return _("%(day)d-%(month)d %(clock)s") % {"day": moment.day, "month": moment.month, "clock": clock}

    def promise(self, at: float) -> str:
        """A moment as it is promised: `vandaag 17:00`, `morgen 12:00`, `maandag 12:00`."""
        return f"{self._day(at)} {datetime.fromtimestamp(at):%H:%M}"

    def sentence(self, at: float) -> str:
        """What to say to a caller who is promised a call."""
        when = {"day": self._day(at), "clock": f"{datetime.fromtimestamp(at):%H:%M}"}
        return self.words.gettext("U wordt uiterlijk %(day)s om %(clock)s teruggebeld.") % when

    def day_of(self, at: float) -> str:
        """A day that may be years away: `22-11-2028`."""
        moment = datetime.fromtimestamp(at)
        words = {"day": moment.day, "month": moment.month, "year": moment.year}
        return self.words.gettext("%(day)d-%(month)d-%(year)d") % words

    def _day(self, at: float) -> str:
        _ = self.words.gettext
        moment = datetime.fromtimestamp(at)
        days = (moment.date() - datetime.fromtimestamp(self.now).date()) // timedelta(days=1)
        if days in (0, 1):
            return _("morgen") if days else _("vandaag")
        week = (_("maandag"), _("dinsdag"), _("woensdag"), _("donderdag"), _("vrijdag"), _("zaterdag"), _("zondag"))
        weekday = week[moment.weekday()]
        if 1 < days < len(week):
            return weekday
        return _("%(weekday)s %(day)d-%(month)d") % {"weekday": weekday, "day": moment.day, "month": moment.month}

    def ago(self, at: float) -> str:
        """How long ago a moment was, empty for what was too long ago to say so."""
        _ = self.words.gettext
        passed = self.now - at
        if passed < MINUTE:
            return _("zojuist")
        if passed < HOUR:
            return _("%(n)d min geleden") % {"n": passed // MINUTE}
        if passed < _SPOKEN_HOURS * HOUR:
            hours = int(passed // HOUR)
            return self.words.ngettext("%(n)d uur geleden", "%(n)d uur geleden", hours) % {"n": hours}
        return ""

    def iso(self, at: float) -> str:
        """A moment for machines (the `datetime` of a <time>)."""
        return datetime.fromtimestamp(at).astimezone().isoformat(timespec="minutes")


def waited(seconds: float) -> str:
    """A waiting time: `0:07`, `12:30`, `1:02:05`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
