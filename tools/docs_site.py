"""What mkdocs does not know by itself (a hook of mkdocs.yml): pages that stand elsewhere, and pictures of the glass.

A page keeps its place in the repository, so that its links hold there too; they are rewritten for the site. A link to a
file that is not on the site, such as a source, is its words alone there.
"""

import io
import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage

from device.core import pages
from device.core.press import MENU
from device.glass.draw import Moment, draw
from device.profile import DEFAULT_BOARD, load_profile
from device.show import enlarged
from device.words import words_of
from tools.glass_examples import OLD, QUIET, ZOE

ROOT = Path(__file__).resolve().parent.parent
DOCS = "docs/"
ELSEWHERE = (
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "broker/asyncapi.yaml",
    "hardware/README.md",
    "hardware/parts-list.md",
    "hardware/enclosure/*.png",
    "hardware/enclosure/*.svg",
    "hardware/wiring/*.md",
    "hardware/wiring/*.svg",
)
LOGO = "host_agent/web/static/belbord.svg"
SCALE = 4
OPEN = pages.Margin(line="idle", sign="dark", open=4)
BUSY = pages.Margin(line="idle", sign="lit")
TALKS = pages.Margin(line="in_use", sign="lit")
GLASS: dict[str, pages.Page] = {
    "quiet": pages.Quiet(pages.Tally(0, None), OPEN),
    "waiting": pages.CallersWait(pages.Tally(3, 67), BUSY),
    "ringing": pages.Ringing(pages.Tally(2, 41), BUSY, ZOE, "Receptie"),
    "talking": pages.Talking(pages.Tally(3, 125), TALKS, ZOE, 67, queue="Receptie"),
    "note-kept": pages.NoteShown(TALKS, ZOE, "kept", 4),
    "note-received": pages.NoteShown(TALKS, ZOE, "received"),
    "menu": pages.HoldMenu(MENU, 0, 6),
    "colleague": pages.ColleagueSilent(QUIET, "Jan de Vries", ZOE, 27),
    "callbacks": pages.Callbacks(pages.Margin(line="idle", sign="dark", open=12, overdue=3)),
    "data-old": pages.DataOld(OLD, 40),
    "pbx-away": pages.PbxAway(OLD, 125),
    "refused": pages.NoteRefused(QUIET, "storage"),
    "counter-busy": pages.CounterBusy(3, 4),
    "counter-free": pages.CounterFree(),
    "counter-unsure": pages.CounterUnsure(),
}
"""What the pages show of the glass, on its usual panel: `glass/<name>.png` in Dutch, `glass/en/<name>.png`."""

_FENCE = re.compile(r"^(```.*?^```|~~~.*?^~~~)$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?P<is_picture>!?)\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what stands outside docs/, and the pictures."""
    for pattern in ELSEWHERE:
        for path in sorted(ROOT.glob(pattern)):
            files.append(File.generated(config, path.relative_to(ROOT).as_posix(), abs_src_path=str(path)))
    files.append(File.generated(config, "belbord.svg", abs_src_path=str(ROOT / LOGO)))
    for language, folder in (("nl", "glass"), ("en", "glass/en")):
        for name, page in GLASS.items():
            files.append(File.generated(config, f"{folder}/{name}.png", content=picture(page, language)))
    return files


def picture(page: pages.Page, language: str) -> bytes:
    """The page on the usual glass, as PNG."""
    glass = draw(page, load_profile(DEFAULT_BOARD).panel, words_of(language), Moment())
    png = io.BytesIO()
    enlarged(glass, SCALE).quantize(8).save(png, "PNG", optimize=True)
    return png.getvalue()


def on_page_markdown(markdown: str, page: SitePage, files: Files, **_: object) -> str:
    """The page with its links as they are on the site."""
    here = in_repository(page.file.src_uri)
    parts = _FENCE.split(markdown)
    # What is within a fence is at the odd places.
    return "".join(part if at % 2 else with_links(part, here, files) for at, part in enumerate(parts))


def with_links(text: str, here: str, files: Files) -> str:
    """`text` of the page at `here` in the repository, its links as the site has them."""

    def on_site(link: re.Match[str]) -> str:
        target, hash_, anchor = link["target"].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
        uri = path.removeprefix(DOCS) if path.startswith(DOCS) else path
        if files.get_file_from_path(uri) is not None:
            start = posixpath.dirname(here.removeprefix(DOCS))
            return f"{link['is_picture']}[{link['words']}]({posixpath.relpath(uri, start or '.')}{hash_}{anchor})"
        return link["words"] if (ROOT / path).exists() else link[0]

    return _LINK.sub(on_site, text)


def on_post_page(output: str, page: SitePage, **_: object) -> str:
    """The finished page, said to be in the language that its front matter names: screen readers speak it so."""
    return output.replace('<html lang="en"', f'<html lang="{page.meta.get("lang", "en")}"', 1)


def in_repository(uri: str) -> str:
    """Where a page of the site stands in the repository."""
    return DOCS + uri if (ROOT / DOCS / uri).exists() else uri
