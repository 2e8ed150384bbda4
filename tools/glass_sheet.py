"""The contact sheet docs/glass.png: every page of the glass as it looks, with its name, and the golden pictures.

`python -m tools.glass_sheet` draws the sheet; `--update` also rewrites what the tests compare with.
"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from device.core.pages import Page
from device.glass.draw import Moment, draw, leaves
from device.glass.lettering import FONT
from device.profile import DEFAULT_BOARD, Panel, board_files, load_profile
from device.show import enlarged
from device.words import LANGUAGES, words_of
from tools.glass_examples import EXAMPLES

ROOT = Path(__file__).resolve().parent.parent
SHEET = ROOT / "docs" / "glass.png"
GOLDEN = ROOT / "tests" / "device" / "glass" / "golden"
SCALE, COLUMNS, GAP, CAPTION = 3, 4, 18, 26
# Some pages in the other languages and on the other glasses, to see that they hold.
ELSEWHERE = ("waiting", "ringing", "note-kept", "menu-middle")
_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


def twin(picture: Image.Image) -> str:
    """A one-bit picture as text: a character for two by two pixels, a line for two rows, spaces at the end cut."""
    width, height = picture.size
    lines = []
    for y in range(0, height, 2):
        line = ""
        for x in range(0, width, 2):
            lit = [picture.getpixel((x + dx, y + dy)) for dy in (0, 1) for dx in (0, 1)]
            line += _BLOCKS[sum(1 << at for at, level in enumerate(lit) if level)]
        lines.append(line.rstrip())
    return "\n".join(lines) + "\n"


def twins(page: Page, panel: Panel, language: str) -> str:
    """The text twins of all the pictures `page` shows in turn."""
    words = words_of(language)
    parts = (draw(page, panel, words, Moment(0.0, leaf * 4.0)) for leaf in range(leaves(page, panel, words)))
    return "-\n".join(twin(part) for part in parts)


def golden_files() -> dict[Path, tuple[str, str, str]]:
    """Each golden file below GOLDEN with its board, language and page: the default board in all languages."""
    return {
        Path(board.stem) / language / f"{name}.txt": (board.stem, language, name)
        for board in board_files()
        for language in (LANGUAGES if board.stem == DEFAULT_BOARD else LANGUAGES[:1])
        for name in EXAMPLES
    }


def sheet() -> Image.Image:
    """All pages on the default glass in Dutch, then some in other languages and on other glasses."""
    shown = [(DEFAULT_BOARD, "nl", name) for name in EXAMPLES]
    shown += [(DEFAULT_BOARD, language, name) for language in LANGUAGES[1:] for name in ELSEWHERE]
    others = [board.stem for board in board_files() if board.stem != DEFAULT_BOARD]
    shown += [(board, "nl", name) for board in others for name in ELSEWHERE]
    cells = [_cell(board, language, name) for board, language, name in shown]
    page = Image.new("RGB", (COLUMNS * (128 * SCALE + GAP) + GAP, _place(cells, None)), (38, 40, 44))
    _place(cells, page)
    return page


def _cell(board: str, language: str, name: str) -> Image.Image:
    glass = enlarged(draw(EXAMPLES[name], load_profile(board).panel, words_of(language), Moment()), SCALE)
    cell = Image.new("RGB", (glass.width, glass.height + CAPTION), (38, 40, 44))
    cell.paste(glass, (0, 0))
    place = "" if (board, language) == (DEFAULT_BOARD, "nl") else f"{language} · {board}   "
    pen = ImageDraw.Draw(cell)
    pen.text((1, glass.height + 4), place + name, font=ImageFont.truetype(FONT, 15), fill=(168, 172, 180))
    return cell


def _place(cells: list[Image.Image], page: Image.Image | None) -> int:
    """Put the cells in rows on `page`, if there is one; return the height that takes."""
    x, y, right = GAP, GAP, COLUMNS * (128 * SCALE + GAP)
    for cell in cells:
        if x + cell.width > right + GAP:
            x, y = GAP, y + cell.height + GAP // 2
        if page is not None:
            page.paste(cell, (x, y))
        x += cell.width + GAP
    return y + cells[-1].height + GAP


def main() -> None:
    """Write the sheet, and with --update the golden pictures."""
    parser = argparse.ArgumentParser(prog="glass_sheet", description="Draw docs/glass.png.")
    parser.add_argument("--update", action="store_true", help="also rewrite the golden pictures")
    asked = parser.parse_args()
    SHEET.parent.mkdir(exist_ok=True)
    sheet().quantize(32).save(SHEET, optimize=True)
    print(SHEET.relative_to(ROOT))
    if not asked.update:
        return
    files = golden_files()
    for old in GOLDEN.rglob("*.txt"):
        if old.relative_to(GOLDEN) not in files:
            old.unlink()
    for path, (board, language, name) in files.items():
        target = GOLDEN / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(twins(EXAMPLES[name], load_profile(board).panel, language), encoding="utf-8")
    print(f"{len(files)} golden pictures")


if __name__ == "__main__":
    main()
