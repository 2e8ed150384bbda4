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
TO_COLLEAGUES = "counter-"
"""How the names of the pages begin that colleagues read."""
FACING = "-counter"
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


def leaflets(page: Page, panel: Panel, language: str) -> list[Image.Image]:
    """All the pictures `page` shows in turn."""
    words = words_of(language)
    return [draw(page, panel, words, Moment(0.0, leaf * 4.0)) for leaf in range(leaves(page, panel, words))]


def twins(page: Page, panel: Panel, language: str) -> str:
    """The text twins of all the pictures `page` shows in turn: what a reader of a change compares."""
    return "-\n".join(twin(part) for part in leaflets(page, panel, language))


def stacked(page: Page, panel: Panel, language: str) -> Image.Image:
    """The same as one picture, each below the one before: what an eye compares."""
    parts = leaflets(page, panel, language)
    whole = Image.new("1", (parts[0].width, sum(part.height for part in parts)))
    for number, part in enumerate(parts):
        whole.paste(part, (0, number * part.height))
    return whole


def glasses() -> dict[str, Panel]:
    """Each different glass once, by the first board file that has it; one for the counter as `<board>-counter`."""
    found: dict[str, Panel] = {}
    for board in board_files():
        profile = load_profile(board.stem)
        for name, panel in ((board.stem, profile.panel), (f"{board.stem}{FACING}", profile.counter)):
            if panel is not None and panel not in found.values():
                found[name] = panel
    return found


def golden_files() -> dict[Path, tuple[str, str, str]]:
    """Each golden text below GOLDEN with its glass, language and page; its picture stands beside it as .png.

    The default glass has all languages.
    """
    return {
        Path(glass) / language / f"{name}.txt": (glass, language, name)
        for glass in glasses()
        for language in (LANGUAGES if glass == DEFAULT_BOARD else LANGUAGES[:1])
        for name in EXAMPLES
        if not glass.endswith(FACING) or name.startswith(TO_COLLEAGUES)
    }


def sheet() -> Image.Image:
    """All pages on the default glass in Dutch, then some in other languages and on other glasses."""
    shown = [(DEFAULT_BOARD, "nl", name) for name in EXAMPLES]
    shown += [(DEFAULT_BOARD, language, name) for language in LANGUAGES[1:] for name in ELSEWHERE]
    facing = [name for name in EXAMPLES if name.startswith(TO_COLLEAGUES)]
    for glass in glasses():
        if glass != DEFAULT_BOARD:
            shown += [(glass, "nl", name) for name in (facing if glass.endswith(FACING) else ELSEWHERE)]
    cells = [_cell(glass, language, name) for glass, language, name in shown]
    page = Image.new("RGB", (COLUMNS * (128 * SCALE + GAP) + GAP, _place(cells, None)), (38, 40, 44))
    _place(cells, page)
    return page


def _cell(on: str, language: str, name: str) -> Image.Image:
    glass = enlarged(draw(EXAMPLES[name], glasses()[on], words_of(language), Moment()), SCALE)
    cell = Image.new("RGB", (glass.width, glass.height + CAPTION), (38, 40, 44))
    cell.paste(glass, (0, 0))
    place = "" if (on, language) == (DEFAULT_BOARD, "nl") else f"{language} · {on}   "
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
    files, panels = golden_files(), glasses()
    for old in GOLDEN.rglob("*.[tp][xn][tg]"):
        if old.relative_to(GOLDEN).with_suffix(".txt") not in files:
            old.unlink()
    for path, (glass, language, name) in files.items():
        target = GOLDEN / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(twins(EXAMPLES[name], panels[glass], language), encoding="utf-8")
        stacked(EXAMPLES[name], panels[glass], language).save(target.with_suffix(".png"), optimize=True)
    print(f"{len(files)} golden pictures")


if __name__ == "__main__":
    main()
