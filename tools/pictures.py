"""Draws the pictures in docs/ by running the product: `make pictures`. Needs Debian's Chromium."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect, sync_playwright

DOCS = Path(__file__).parents[1] / "docs"
READY_WITHIN_S = 30.0
_ADDRESS = re.compile(r"open (http://127\.0\.0\.1:\d+/)")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_CALLERS = (("0612345678", "Jan de Jong"), ("0201234567", "Fam. de Vries"), ("0302223344", "Garage Hoekstra"))


@contextmanager
def _demo() -> Iterator[str]:
    """The address of a demo that runs until the block ends."""
    with tempfile.NamedTemporaryFile("r") as said:
        command = [sys.executable, "-m", "demo.app", "--port", "0", "--no-browser"]
        with open(said.name, "w") as output:  # noqa: PTH123  # a file that exists already, by its name
            process = subprocess.Popen(command, stdout=output)
        try:
            deadline = time.monotonic() + READY_WITHIN_S
            while not (found := _ADDRESS.search(Path(said.name).read_text())):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("pictures: the demo did not start; `make demo` says why")
                time.sleep(0.1)
            yield found[1]
        finally:
            process.terminate()
            process.wait(15)


def _a_morning(page: Page, address: str) -> None:
    """A call answered, a note kept of it, two who wait, and the sign lit."""
    unit, inbox = page.frame_locator("#unit"), page.frame_locator("#inbox")
    # The unit is at work once the host knows it: then a note has a caller.
    expect(inbox.get_by_text(re.compile("bordje uit"))).to_be_visible(timeout=15_000)
    for number, name in _CALLERS:
        httpx.post(f"{address}switchboard/ring", json={"number": number, "name": name}).raise_for_status()
    page.get_by_role("button", name="Neem op").click()
    expect(page.locator("#phone-state")).to_have_text("in gesprek")
    page.wait_for_timeout(1500)
    unit.locator("#press").click(delay=80)
    expect(inbox.get_by_text("Jan de Jong")).to_be_visible()
    expect(unit.locator("#sign")).to_have_attribute("data-lamp", "lit")
    page.mouse.move(2, 2)
    page.wait_for_timeout(8000)  # the glass goes back to who waits, and the seconds are worth looking at


def main() -> None:
    """Write docs/belbord.png, and docs/belbord-dark.png."""
    DOCS.mkdir(exist_ok=True)
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 810})
        page.goto(address)
        _a_morning(page, address)
        for name, scheme in (("belbord.png", "light"), ("belbord-dark.png", "dark")):
            page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
            page.wait_for_timeout(800)
            page.screenshot(path=DOCS / name)
            print(f"drawn: docs/{name}")
        browser.close()


if __name__ == "__main__":
    main()
