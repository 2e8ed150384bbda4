"""Pages to one-bit pictures, as a pure function: the same page at the same moment is the same picture.

The first frame is drawn from this file and few others: all other pages are imported with the first of them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from device.core.first_page import Starting
from device.glass.burn_in import next_shift, seat_at, shift_at
from device.glass.canvas import Canvas
from device.glass.first_frame import starting
from device.glass.sizes import sizes_of
from device.profile import Panel
from device.words import Words

if TYPE_CHECKING:
    from device.core.pages import Page


@dataclass(frozen=True, slots=True)
class Moment:
    """When a picture is drawn: `now_s` on any steady clock, and how long the page has been shown."""

    now_s: float = 0.0
    shown_s: float = 0.0


def draw(page: "Page", panel: Panel, words: Words, moment: Moment) -> Image.Image:
    """The picture of `page`, mode "1", the panel's size. Raises FontMissing."""
    return compose(page, panel, words, moment).finished(shift_at(moment.now_s))


def next_change(page: "Page", panel: Panel, words: Words, moment: Moment) -> float:
    """Seconds until the same page looks different by itself: it wanders, or a long text turns its page."""
    turns = leaves(page, panel, words)
    turn = TURN_S - moment.shown_s % TURN_S if turns > 1 else next_shift(moment.now_s)
    return min(turn, next_shift(moment.now_s))


TURN_S = 4.0
"""How long each part of what does not fit at once stays: time to read three short lines."""


def leaves(page: "Page", panel: Panel, words: Words) -> int:
    """In how many parts `page` is shown, one after the other."""
    if isinstance(page, Starting):
        return 1
    from device.glass.layout import parts  # not before the first frame

    return parts(page, sizes_of(panel), words)


def compose(page: "Page", panel: Panel, words: Words, moment: Moment) -> Canvas:
    """Everything of `page` on a canvas, before it wanders."""
    canvas = Canvas(sizes_of(panel), seat_at(moment.now_s))
    if isinstance(page, Starting):
        starting(canvas, page)
        return canvas
    from device.glass.layout import lay_out  # not before the first frame

    lay_out(canvas, page, words, int(moment.shown_s // TURN_S) % leaves(page, panel, words))
    return canvas
