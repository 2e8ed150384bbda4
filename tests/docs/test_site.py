"""The documentation as a site: whole, at home on a machine without a network, and one A4 for the telephonist."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from device.core.pages import Quiet
from tests.docs.reading import ROOT
from tools.docs_site import GLASS, picture

SHEETS = ("telefonist.html", "telephonist.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make docs` does: mkdocs refuses links and anchors that lead nowhere, and pages not in its list.

    Without --quiet: what it does not say it does not count, and so does not refuse.
    """
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [Path(sys.executable).parent / "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


class _Quietly(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's own name
        """Nobody reads it."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quietly, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_every_page_shows_its_pictures_and_asks_nobody_else_for_anything(
    address: str, site: Path, chromium: Browser
) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    names = [path.relative_to(site).as_posix() for path in site.rglob("*.html")]
    assert {"index.html", "hardware/index.html", *SHEETS} <= set(names)
    for name in names:
        page.goto(address + name)
        broken = page.evaluate("[...document.images].filter(each => !each.naturalWidth).map(each => each.src)")
        assert broken == [], name
        assert "**" not in page.inner_text("article"), name
    page.close()
    assert {url for url in asked if not url.startswith((address, "data:"))} == set()


def test_what_is_searched_for_is_found(address: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{address}?q=revoke")
    page.wait_for_selector(".md-search-result__link", state="attached")
    found = page.eval_on_selector_all(".md-search-result__link", "links => links.map(link => link.href)")
    assert any("provisioning.html" in link for link in found), found
    page.close()


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_telephonists_page_is_one_a4(sheet: str, address: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(address + sheet)
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    [(width, height)] = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    # 210 by 297 mm in points.
    assert (float(width), float(height)) == pytest.approx((595.3, 841.9), abs=1.0)


def test_a_dutch_page_says_that_it_is_dutch(site: Path) -> None:
    languages = {
        name: re.findall(r'<html lang="(\w+)"', (site / name).read_text("utf-8")) for name in (*SHEETS, "balie.html")
    }
    assert languages == {"telefonist.html": ["nl"], "telephonist.html": ["en"], "balie.html": ["nl"]}


def test_the_pictures_are_what_the_glass_draws_now(site: Path) -> None:
    assert isinstance(GLASS["quiet"], Quiet)
    assert (site / "glass" / "quiet.png").read_bytes() == picture(GLASS["quiet"], "nl")
    assert picture(GLASS["quiet"], "nl") != picture(GLASS["quiet"], "en")


def test_every_picture_of_the_glass_is_on_a_page() -> None:
    text = "".join(page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert [name for name in GLASS if f"glass/{name}.png" not in text] == []
