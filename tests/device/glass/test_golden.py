"""Every page looks as it was last approved: `python -m tools.glass_sheet --update` approves anew."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from device.profile import DEFAULT_BOARD, load_profile
from device.words import LANGUAGES
from tools.glass_examples import EXAMPLES
from tools.glass_sheet import GOLDEN, glasses, golden_files, stacked, twins

FILES = golden_files()
GLASSES = glasses()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_page_looks_as_it_was_approved(path: Path) -> None:
    glass, language, name = FILES[path]
    assert twins(EXAMPLES[name], GLASSES[glass], language) == (GOLDEN / path).read_text("utf-8")
    with Image.open((GOLDEN / path).with_suffix(".png")) as approved:
        drawn = stacked(EXAMPLES[name], GLASSES[glass], language)
        assert drawn.size == approved.size
        assert ImageChops.difference(drawn, approved.convert("1")).getbbox() is None


def test_no_golden_picture_is_left_of_a_page_that_is_gone() -> None:
    there = {path.relative_to(GOLDEN) for path in GOLDEN.rglob("*.[tp][xn][tg]")}
    assert there == set(FILES) | {path.with_suffix(".png") for path in FILES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_pages_look_the_same(language: str) -> None:
    panel = load_profile(DEFAULT_BOARD).panel
    looks = {name: twins(page, panel, language) for name, page in EXAMPLES.items()}
    assert len(set(looks.values())) == len(looks)
