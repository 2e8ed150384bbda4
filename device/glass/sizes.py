"""How large things must be to be read: arc minutes at the reading distance, turned into pixels of a panel.

The measure is the height of a capital letter or digit without accents (ISO 9241-303, 5.5.4, speaks of the
capital H), never the nominal size of a font, which is a third more.
"""

from dataclasses import dataclass
from math import atan, ceil, degrees, radians, tan

from device.profile import Panel

NUMBER_ARC_MINUTES = 20.0  # how many wait, how long the longest waits
TEXT_ARC_MINUTES = 12.0  # all other words and figures
# Below this many pixels a letter loses its shape however large the pixels are.
LEAST_CAPITAL_PX = 11


@dataclass(frozen=True, slots=True)
class Sizes:
    """Pixels of one panel: `capital` of text, `digit` of the two main numbers at least, `row` from line to line."""

    width: int
    height: int
    capital: int
    digit: int
    row: int

    @property
    def tight(self) -> bool:
        """Only three rows of text fit."""
        return self.height // self.row < 4

    @property
    def wide(self) -> bool:
        """There is room for numbers beside text."""
        return self.width >= 200


def arc_minutes(pixels: int, panel: Panel) -> float:
    """The angle at which something `pixels` high is seen at the panel's reading distance."""
    return degrees(atan(pixels * panel.pitch_mm / panel.reading_distance_mm)) * 60


def least_pixels(arc: float, panel: Panel) -> int:
    """The least height in pixels that is seen at `arc` minutes or more."""
    return ceil(tan(radians(arc / 60)) * panel.reading_distance_mm / panel.pitch_mm - 1e-9)


def sizes_of(panel: Panel) -> Sizes:
    """The sizes that everything on `panel` is drawn in."""
    capital = max(least_pixels(TEXT_ARC_MINUTES, panel), LEAST_CAPITAL_PX)
    digit = max(least_pixels(NUMBER_ARC_MINUTES, panel), capital + 4)
    return Sizes(panel.width, panel.height, capital, digit, row=capital + (5 if capital > 12 else 4))
