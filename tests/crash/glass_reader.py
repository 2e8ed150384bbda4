"""Reads words from a glass as a person does: from its pixels, wherever they stand. It knows nothing of the unit."""

import base64
from dataclasses import dataclass
from functools import cache, lru_cache

from PIL import Image, ImageDraw

from device.glass.lettering import face

WORDS = (
    "Opslaan…", "Bewaard", "Verzonden", "Ontvangen", "Niet bewaard", "Niet", "Opslag defect", "Opslag",
    "Stand is oud", "Stand", "verbinding", "Centrale", "niemand", "Vrij", "Lijn –",
)  # fmt: skip
"""What is looked for."""
CAPITALS = range(10, 20)
STAGES = {"Opslaan…": "saving", "Bewaard": "kept", "Verzonden": "sent", "Ontvangen": "received"}


@dataclass(frozen=True)
class Seen:
    """A picture at `at` (CLOCK_MONOTONIC): the words on it, how bright the sign is (0-1), the picture's rows."""

    at: float
    words: frozenset[str]
    lamp: float
    rows: tuple[str, ...]

    @property
    def stage(self) -> str | None:
        """How far the note on the glass has come."""
        if "Niet" in self.words:
            return "refused"
        return next((stage for word, stage in STAGES.items() if word in self.words), None)

    @property
    def is_fresh(self) -> bool:
        """The unit vouches for what it shows: its line is known."""
        return "Vrij" in self.words

    @property
    def is_marked(self) -> bool:
        """The unit says that it does not know."""
        return "Lijn –" in self.words


def seen(at: float, bits: str, width: int, lamp: float) -> Seen:
    """`bits` as the unit's page sends them: base64 of rows of eight pixels a byte."""
    rows = rows_of(base64.b64decode(bits), width)
    return Seen(at, words_on(rows), lamp, rows)


def rows_of(packed: bytes, width: int) -> tuple[str, ...]:
    """Rows from the top, a character 0 or 1 a pixel."""
    per_row = (width + 7) // 8
    return tuple(
        "".join(f"{byte:08b}" for byte in packed[start : start + per_row])[:width]
        for start in range(0, len(packed), per_row)
    )


@lru_cache(4096)
def words_on(rows: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for word in WORDS if any(_stands(rows, shape) for shape in _shapes(word)))


def _stands(rows: tuple[str, ...], shape: tuple[str, ...]) -> bool:
    for top in range(len(rows) - len(shape) + 1):
        left = rows[top].find(shape[0])
        while left >= 0:
            if all(rows[top + down].startswith(line, left) for down, line in enumerate(shape)):
                return True
            left = rows[top].find(shape[0], left + 1)
    return False


@cache
def _shapes(word: str) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(_shape(word, capital) for capital in CAPITALS))


def _shape(word: str, capital: int) -> tuple[str, ...]:
    """The word's own pixels in one size, cut to its ink."""
    image = Image.new("1", (capital * len(word) * 2, capital * 3))
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    pen.text((2, capital * 2), word, font=face(capital), fill=255, anchor="ls")
    box = image.getbbox()
    assert box is not None, f"{word} has no ink"
    ink = image.crop(box)
    return rows_of(ink.tobytes(), ink.width)
