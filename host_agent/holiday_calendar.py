"""Public holidays, from the `holidays` library: the only file that knows it."""

from datetime import date

import holidays


def is_known(country: str) -> bool:
    """Whether the holidays of a country (ISO 3166-1 alpha-2) are known."""
    return country in holidays.list_supported_countries(include_aliases=False)


def closed_days(country: str, first_year: int, last_year: int) -> dict[date, str]:
    """The public holidays of the years, with their names in the country's own language."""
    found = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    return {day: found[day] for day in sorted(found)}
