"""The telephonist's glass as the desk sees it: `show(page)` and forget.

One thread draws the newest page and sends what changed. Whatever the panel does, the caller never waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from device.core.pages import Page
from device.glass.draw import Moment, draw, next_change
from device.glass.frames import frame_of
from device.glass.rectangles import changed, cut, whole
from device.panel import GRIDS, PanelDevice, PanelFault
from device.profile import Panel, Profile
from device.words import words_of

Brightness = Literal["full", "dim", "off"]

REOPEN_EVERY_S = 600.0  # a chip that lost its settings to a spike shows snow until then
FIRST_RETRY_S = 0.5
LAST_RETRY_S = 10.0
HANGS_AFTER_S = 3.0
DIM_CONTRAST = 8

log = logging.getLogger(__name__)


class ScreenDriver:
    """Shows pages on the panel of `profile` in `language`.

    `make_device` gives the panel (`device.panel.open_panel`, or a `ModelledPanel`'s); it is called once.
    `report(works, reason)` is called at each change, from the screen's own thread or from `show`.
    """

    def __init__(
        self,
        profile: Profile,
        make_device: Callable[[Panel], PanelDevice],
        language: str,
        report: Callable[[bool, str], None],
    ) -> None:
        self._panel = profile.panel
        self._make_device = make_device
        self._words = words_of(language)
        self._report = report
        self._grid = GRIDS[profile.panel.chip]
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)
        self._news = threading.Condition()
        # Under `_news`:
        self._page: Page | None = None
        self._since = 0.0  # when this page came, for texts that turn their own pages
        self._brightness: Brightness = "full"
        self._stopping = False
        self._busy_since: float | None = None
        self._works: bool | None = None
        # The thread's own:
        self._device: PanelDevice | None = None
        self._on_glass: bytes | None = None
        self._lit: Brightness | None = None
        self._opened_at = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._news:
            self._stopping = True
            self._news.notify()
        # A bus that hangs keeps its thread, which is a daemon: leaving does not wait for it.
        self._thread.join(2.0)

    def show(self, page: Page) -> None:
        """Show `page` soon; of pages that come faster than the bus, the last."""
        with self._news:
            if page != self._page:
                self._page, self._since = page, time.monotonic()
                self._news.notify()
            hangs = self._busy_since is not None and time.monotonic() - self._busy_since > HANGS_AFTER_S
        if hangs:
            self._tell(False, "the panel's bus hangs: a transfer does not end; check its wiring")

    def dim(self, brightness: Brightness) -> None:
        """Make the glass as bright as the board file says, dim, or dark."""
        with self._news:
            if brightness != self._brightness:
                self._brightness = brightness
                self._news.notify()

    def _run(self) -> None:
        retry_s = FIRST_RETRY_S
        while True:
            try:
                if not self._follow():
                    break
                retry_s = FIRST_RETRY_S
            except PanelFault as fault:
                self._tell(False, str(fault))
                self._let_go()
                with self._news:
                    self._busy_since = None
                    # Only leaving cuts this wait short: new pages come often and would make it none.
                    if self._news.wait_for(lambda: self._stopping, retry_s):
                        break
                retry_s = min(retry_s * 2, LAST_RETRY_S)
        self._let_go()

    def _follow(self) -> bool:
        """Wait for something to show and show it; False: it is time to leave. Raises PanelFault."""
        with self._news:
            self._busy_since = None
            if self._page is None or self._on_glass is not None:
                self._news.wait_for(self._is_news, self._patience_s())
            if self._stopping:
                return False
            page, since, brightness = self._page, self._since, self._brightness
            self._busy_since = time.monotonic()
        if page is not None:
            self._send(page, since, brightness)
        return True

    def _is_news(self) -> bool:
        return self._stopping or self._page is not self._drawn or self._brightness != self._lit

    _drawn: Page | None = None

    def _patience_s(self) -> float | None:
        """Until the picture changes by itself (burn-in shift, next page of a text, re-init), or without end."""
        if self._drawn is None:
            return None
        now = time.monotonic()
        due = self._opened_at + REOPEN_EVERY_S
        if self._brightness != "off":
            due = min(due, now + next_change(self._drawn, self._panel, self._words, Moment(now, now - self._since)))
        return max(due - now, 0.001)

    def _send(self, page: Page, since: float, brightness: Brightness) -> None:
        now = time.monotonic()
        if self._device is None:
            self._device = self._make_device(self._panel)
        frame = frame_of(draw(page, self._panel, self._words, Moment(now, now - since)), self._grid)
        if self._on_glass is None or now - self._opened_at >= REOPEN_EVERY_S:
            self._device.open()
            self._on_glass, self._lit, self._opened_at = None, None, now
        windows = whole(self._grid) if self._on_glass is None else changed(self._on_glass, frame, self._grid)
        # Should a transfer break off, nobody knows what is on the glass.
        self._on_glass, self._drawn = None, page
        for window in windows:
            self._device.write(window, cut(frame, window, self._grid))
        self._on_glass = frame
        if brightness != self._lit:
            self._brighten(self._device, brightness)
        self._tell(True, "the panel works")

    def _brighten(self, device: PanelDevice, brightness: Brightness) -> None:
        match brightness:
            case "off":
                device.darken()
            case "full" | "dim":
                device.contrast(
                    self._panel.contrast if brightness == "full" else min(DIM_CONTRAST, self._panel.contrast)
                )
                if self._lit in (None, "off"):
                    device.light()
        self._lit = brightness

    def _let_go(self) -> None:
        self._on_glass = None
        if self._device is not None:
            self._device.close()

    def _tell(self, works: bool, reason: str) -> None:
        with self._news:
            if works == self._works:
                return
            self._works = works
        if works:
            log.info("glass: %s", reason)
        else:
            log.warning("glass: %s", reason)
        self._report(works, reason)
