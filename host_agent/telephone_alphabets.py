"""The telephone alphabets, read from the editable files in `alphabets/`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ALPHABETS = ("nl", "en", "de", "fr", "international")
_FOLDER = Path(__file__).parent / "alphabets"


@cache
def alphabet(name: str) -> Mapping[str, str]:
    """The words for each letter in the alphabet `name`, one of ALPHABETS."""
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return {letter: str(word) for letter, word in tomllib.load(file).items()}
