"""Text on the glass: one typeface, sharp without grey, cut with an ellipsis where it does not fit.

Roboto Condensed Medium from Debian's fonts-roboto-unhinted: of the condensed faces in Debian it keeps its shapes
best at 11 and 15 pixels of one bit, and has every letter of Europe. A missing letter is a box of the right width.
"""

import re
from functools import cache, lru_cache

from PIL import ImageFont

FONT = "/usr/share/fonts/truetype/roboto/unhinted/RobotoCondensed-Medium.ttf"
PACKAGE = "fonts-roboto-unhinted"
ELLIPSIS = "…"
_NUMBER = re.compile(r"[0-9+*# ]+")


class FontMissing(RuntimeError):  # noqa: N818  # says what happened
    """The typeface is not on this machine; the text names the package."""


@cache
def face(capital: int) -> ImageFont.FreeTypeFont:
    """The typeface in the size whose capital H is `capital` pixels high. Raises FontMissing."""
    for size in range(capital, capital * 2):
        try:
            # The plain layout engine: the other one depends on a library that a machine may or may not have.
            font = ImageFont.truetype(FONT, size, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            raise FontMissing(f"the typeface {FONT} is missing: apt-get install {PACKAGE}") from None
        if capital_height(font) >= capital:
            return font
    raise FontMissing(f"{FONT} has no size with capitals of {capital} pixels: reinstall {PACKAGE}")


def capital_height(font: ImageFont.FreeTypeFont) -> int:
    """Pixels of a capital H as it is drawn."""
    box = font.getmask("H", "1").getbbox()
    return int(box[3] - box[1]) if box else 0


@lru_cache(2048)
def width(text: str, capital: int) -> int:
    """Pixels across."""
    return round(face(capital).getlength(text, mode="1"))


def fitted(text: str, capital: int, room: int) -> str:
    """`text`, or as much of it as fits in `room` pixels with an ellipsis. A number gives up its spaces first."""
    if width(text, capital) <= room:
        return text
    kept = text.replace(" ", "") if _NUMBER.fullmatch(text) else text
    if width(kept, capital) <= room:
        return kept
    while kept and width(kept.rstrip() + ELLIPSIS, capital) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS


def wrapped(text: str, capital: int, room: int) -> list[str]:
    """`text` in lines that fit in `room` pixels, broken between words, or inside one that is too long by itself."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer, capital) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        while width(word, capital) > room:
            head = word
            while len(head) > 1 and width(head, capital) > room:
                head = head[:-1]
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line else lines
