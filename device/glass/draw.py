"""Pages to pictures."""

from dataclasses import dataclass

from PIL import Image, ImageDraw

from device.core.pages import Page
from device.profile import Panel
from device.words import Words


@dataclass(frozen=True, slots=True)
class Moment:
    """When a picture is drawn: `now_s` on any steady clock, and how long the page has been shown."""

    now_s: float = 0.0
    shown_s: float = 0.0


def draw(page: Page, panel: Panel, words: Words, moment: Moment) -> Image.Image:
    """The picture of `page`, mode "1", the panel's size; the same for the same arguments."""
    image = Image.new("1", (panel.width, panel.height))
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    pen.text((2, 2), f"{words(type(page).__name__)} {moment.shown_s // 60:.0f}", fill=255)
    if hasattr(page, "tally"):
        pen.text((2, 30), str(page.tally.waiting), fill=255)
        pen.text((40, 30), str(page.tally.longest_wait_s), fill=255)
    return image


def next_change(page: Page, panel: Panel, words: Words, moment: Moment) -> float:
    """Seconds until the same page looks different by itself."""
    return 60.0
