"""The glass of a virtual unit as it tells its page, read beside the page and compared pixel for pixel."""

import base64
import json
import time
from collections.abc import Iterator

import httpx
from PIL import Image, ImageChops

from device.core import pages
from device.glass.burn_in import REACH_X, REACH_Y
from device.glass.draw import Moment, draw
from device.profile import DEFAULT_BOARD, load_profile
from device.words import words_of

HEADLINE = (10, 6, 118, 36)
"""The upper part of the glass: what is said, without the margin below it and what wanders over the edge."""
Box = tuple[int, int, int, int]


class Glass:
    """The glass of the unit whose page is on this port; `board`: its board file."""

    def __init__(self, port: int, board: str = DEFAULT_BOARD) -> None:
        self._url = f"http://127.0.0.1:{port}/events"
        self._panel = load_profile(board).panel

    def waits_for(self, page: pages.Page, box: Box = HEADLINE, within_s: float = 15.0) -> None:
        """Until the part `box` of the glass is that of `page`, pixel for pixel."""
        deadline = time.monotonic() + within_s
        for picture in self._pictures():
            # Drawn each time: what stands still takes another seat now and then.
            if _same(picture, draw(page, self._panel, words_of("nl"), Moment(time.monotonic())), box):
                return
            assert time.monotonic() < deadline, f"the glass never showed {page}"

    def _pictures(self) -> Iterator[Image.Image]:
        with httpx.stream("GET", self._url, timeout=20) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    look = json.loads(line.removeprefix("data: "))
                    if "bits" not in look:
                        continue  # a tone
                    picture = Image.frombytes("1", (look["width"], look["height"]), base64.b64decode(look["bits"]))
                    yield picture
                elif line.startswith(":"):
                    yield picture  # a sign of life: still the same


def _same(shown: Image.Image, wanted: Image.Image, box: Box) -> bool:
    return any(
        ImageChops.difference(
            ImageChops.offset(shown.convert("L"), x, y).crop(box), wanted.convert("L").crop(box)
        ).getbbox()
        is None
        for x in range(1 - REACH_X, REACH_X)
        for y in range(1 - REACH_Y, REACH_Y)
    )
