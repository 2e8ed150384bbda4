"""The first page, by itself: a unit draws it before anything else is imported (see `device/app.py`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Starting:
    """From power-on until the first board, at most some seconds."""

    version: str
    unit: str
