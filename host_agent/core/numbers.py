"""Telephone numbers in groups, as people read them out, pure. Dutch plan: Nummerplan telefoon- en ISDN-diensten.

Dutch numbers are grouped here, in the pairs in which they are spoken (06 12 34 56 78, where plan tables have
06 12345678); those of other countries as their own plans group them.
"""

from host_agent.core.phone_plan import international, national

# Area codes of three digits; all other geographic ones have four.
_SHORT_AREAS = frozenset(
    f"0{area}"
    for area in (
        *(10, 13, 15, 20, 23, 24, 26, 30, 33, 35, 36, 38, 40, 43, 45, 46, 50, 53, 55, 58),
        *(70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 85, 88, 91),
    )
)
_INFORMATION = ("0800", "0900", "0906", "0909")
_NATIONAL_DIGITS = 10
_DUTCH_DIGITS = 9
# An extension stays whole.
_EXTENSION_DIGITS = 4


def grouped(number: str, country: str = "NL") -> str:
    """`number` in groups: 06 12 34 56 78, 020 123 45 67, +31 6 12 34 56 78, +49 30 123456.

    `country`: where the office is, and with it what a number without a country's code means.
    """
    if number.startswith("+31") and len(number) == len("+31") + _DUTCH_DIGITS:
        return f"+31 {_dutch('0' + number[3:])[1:].lstrip()}"
    if number.startswith("00"):
        return "00" + grouped("+" + number[2:])[1:]
    if number.startswith("+"):
        spoken = international(number)
        return spoken if " " in spoken else f"+{number[1:3]} {_pairs(number[3:])}".rstrip()
    if len(number) <= _EXTENSION_DIGITS:
        return number
    if country != "NL":
        spoken = national(number, country)
        return spoken if " " in spoken else _pairs(number)
    return _dutch(number)


def masked(number: str) -> str:
    """`number` fit for a log: its last three digits."""
    return "•" * max(0, len(number) - 3) + number[-3:]


def _dutch(number: str) -> str:
    if number.startswith(_INFORMATION):
        return f"{number[:4]} {_pairs(number[4:])}".rstrip()
    if len(number) != _NATIONAL_DIGITS or not number.startswith("0"):
        return _pairs(number)
    area = 2 if number.startswith("06") else 3 if number[:3] in _SHORT_AREAS else 4
    return f"{number[:area]} {_pairs(number[area:])}"


def _pairs(digits: str) -> str:
    """Pairs, with three in front when the count is odd."""
    first = 3 if len(digits) % 2 and len(digits) > 1 else 2
    return " ".join([digits[:first], *(digits[at : at + 2] for at in range(first, len(digits), 2))])
