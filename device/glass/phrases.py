"""Numbers and durations as people write them, and the words of the glass."""

from broker.messages import Caller, LineState
from device.core.pages import MenuItem, Stage
from device.words import Words

# The longest figure either main number ever shows.
MOST_WAITING = 99
LONGEST_WAIT_S = 9 * 3600 + 59 * 60 + 59
DASH = "–"


def waiting(count: int | None) -> str:
    """How many wait: "3", "99+", or a dash when that is unknown."""
    if count is None:
        return DASH
    return f"{MOST_WAITING}+" if count > MOST_WAITING else str(count)


def clock(seconds: int | None) -> str:
    """A running time: "0:07", "59:59", "1:02:33", or a dash when that is unknown."""
    if seconds is None:
        return DASH
    hours, rest = divmod(min(max(seconds, 0), LONGEST_WAIT_S), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def lasting(seconds: int, words: Words) -> str:
    """A rough duration: "40 s", "3 min", "2 u 05", "4 d"."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return words("{hours} u {minutes:02}").format(hours=seconds // 3600, minutes=seconds % 3600 // 60)
    return words("{days} d").format(days=seconds // 86_400)


def spaced(number: str) -> str:
    """A telephone number in groups that can be read out: Dutch ones as the Dutch write them, others in threes.

    An extension of up to five digits, and whatever holds * or #, stays whole.
    """
    bare = number.removeprefix("+31")
    if bare != number:
        return "+31 " + spaced("0" + bare)[1:] if bare.isdigit() else number
    if number.startswith("0031"):
        return spaced("+31" + number[4:])
    if number.startswith("+"):
        return "+" + _abroad(number[1:]) if number[1:].isdigit() else number
    if not number.isdigit() or len(number) <= 5:
        return number
    if number.startswith("00"):
        return "00 " + _abroad(number[2:])
    if len(number) == 10 and number.startswith("06"):
        return " ".join(number[at : at + 2] for at in range(0, 10, 2))
    if number[:4] in _SERVICES:
        return f"{number[:4]} {number[4:]}"
    if len(number) == 10 and number[0] == "0":
        # Area codes of three digits (010, 020, 085, 088…); all others have four.
        if number[:3] in _SHORT_AREA_CODES.split():
            return f"{number[:3]} {number[3:6]} {number[6:8]} {number[8:]}"
        return f"{number[:4]} {number[4:6]} {number[6:8]} {number[8:]}"
    return _in_threes(number)


# Nummerplan telefoon- en ISDN-diensten: the geographic and non-geographic codes of two digits after the 0.
_SHORT_AREA_CODES = (
    "010 013 014 015 020 023 024 026 030 033 035 036 038 040 043 045 046 050 053 055 058 "
    "070 071 072 073 074 075 076 077 078 079 084 085 087 088 091"
)


_SERVICES = ("0800", "0900", "0906", "0909")

# ITU-T E.164, the country codes of one digit and those of two; all others have three.
_COUNTRIES_1 = frozenset("17")
_COUNTRIES_2 = (
    "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 "
    "90 91 92 93 94 95 98"
)


def _abroad(digits: str) -> str:
    size = 1 if digits[:1] in _COUNTRIES_1 else 2 if digits[:2] in _COUNTRIES_2.split() else 3
    return f"{digits[:size]} {_in_threes(digits[size:])}".rstrip()


def _in_threes(digits: str) -> str:
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2][:2], groups[-2][2:] + groups[-1]]
    return " ".join(groups)


def caller_lines(caller: Caller | None, words: Words) -> list[str]:
    """Who calls, the most telling first: name, then number; one word when neither is known."""
    if caller is None:
        return [words("Onbekend")]
    known = [caller.name] if caller.name else []
    if caller.number:
        known.append(spaced(caller.number))
    elif caller.withheld:
        known.append(words("Anoniem"))
    return known or [words("Onbekend")]


def line_word(state: LineState, words: Words) -> str:
    """The telephonist's line in a word."""
    return {
        "idle": words("Vrij"),
        "ringing": words("Gaat over"),
        "in_use": words("In gesprek"),
        "on_hold": words("In wacht"),
        "paused": words("Pauze"),
        "unavailable": words("Lijn weg"),
        "unknown": words("Lijn –"),
    }[state]


def stage_word(stage: Stage, words: Words) -> str:
    """How far a note has come."""
    return {
        "saving": words("Opslaan…"),
        "kept": words("Bewaard"),
        "sent": words("Verzonden"),
        "received": words("Ontvangen"),
        "withdrawn": words("Ingetrokken"),
    }[stage]


def menu_word(item: MenuItem, words: Words) -> str:
    """What letting go does."""
    return {
        "sign_on": words("Bordje aan"),
        "sign_off": words("Bordje uit"),
        "help": words("Hulp vragen"),
        "pause": words("Even pauze"),
        "difficult_call": words("Lastig gesprek"),
        "nothing": words("Niets"),
    }[item]


def weekday_word(weekday: int, words: Words) -> str:
    """A day of the week in short, Monday 0."""
    return (words("ma"), words("di"), words("wo"), words("do"), words("vr"), words("za"), words("zo"))[weekday]


def opening(until: str | None, weekday: int | None, words: Words) -> list[str]:
    """Until when it is closed, as the one line of a page; none when that is unknown."""
    if until is None:
        return []
    if weekday is None:
        return [words("tot {time}").format(time=until)]
    return [words("tot {day} {time}").format(day=weekday_word(weekday, words), time=until)]
