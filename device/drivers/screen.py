"""A glass as the desk sees it: `show(page)` and forget.

One thread draws the newest page and sends what changed. Whatever the panel does, the caller never waits for it.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

from device.glass.brightness import Brightness, brightness, darker, is_calm, next_dimming
from device.glass.draw import Moment, draw, next_change
from device.glass.frames import frame_of
from device.glass.lettering import FontMissing
from device.glass.rectangles import changed, cut, whole
from device.panel import GRIDS, PanelDevice, PanelFault
from device.profile import Panel
from device.words import words_of

if TYPE_CHECKING:
    from device.core.pages import Page

REOPEN_EVERY_S = 600.0  # a chip that lost its settings to a spike shows snow until then
CHECK_EVERY_S = 10.0  # a panel that was pulled out while its picture stood still is missed within this time
FIRST_RETRY_S = 0.5
LAST_RETRY_S = 10.0
HANGS_AFTER_S = 3.0
LEAVE_WITHIN_S = 2.0
DIM_CONTRAST = 8

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked of the glass. `since`: when this page came; `calm_since`: since when nothing happens."""

    page: "Page"
    since: float
    calm_since: float
    ceiling: Brightness

    def brightness(self, now: float) -> Brightness:
        return darker(brightness(self.page, now - self.calm_since), self.ceiling)

    def moment(self, now: float) -> Moment:
        return Moment(now, now - self.since)


class ScreenDriver:
    """Shows pages on `panel` in `language`, a context manager.

    `make_device` gives the panel (`device.panel.open_panel`, or a `ModelledPanel`'s); it is called once.
    `report(works, reason)` is called at each change, from the screen's own thread or from `show`.
    """

    def __init__(
        self,
        panel: Panel,
        make_device: Callable[[Panel], PanelDevice],
        language: str,
        report: Callable[[bool, str], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._panel = panel
        self._make_device = make_device
        self._words = words_of(language)
        self._report = report
        self._clock = clock
        self._grid = GRIDS[panel.chip]
        self._thread = threading.Thread(target=self._run, name="screen", daemon=True)
        self._news = threading.Condition()
        # Under `_news`:
        self._wish: _Wish | None = None
        self._ceiling: Brightness = "full"
        self._stopping = False
        self._busy_since: float | None = None
        self._works: bool | None = None
        # The thread's own:
        self._device: PanelDevice | None = None
        self._drawn: _Wish | None = None
        self._on_glass: bytes | None = None  # None: not known
        self._lit: Brightness | None = None
        self._opened_at = 0.0
        self._answered_at = 0.0
        self._changes_at = 0.0  # by itself
        self._traced = ""

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
        self._thread.join(LEAVE_WITHIN_S)

    def show(self, page: "Page") -> None:
        """Show `page` soon; of pages that come faster than the bus, the last."""
        now = self._clock()
        with self._news:
            old = self._wish
            if old is None or page != old.page:
                calm_since = old.calm_since if old is not None and is_calm(old.page) and is_calm(page) else now
                self._wish = _Wish(page, now, calm_since, self._ceiling)
                self._news.notify()
            hangs = self._busy_since is not None and now - self._busy_since > HANGS_AFTER_S
        if hangs:
            self._tell(False, "the panel's bus hangs: a transfer does not end; check its wiring")

    def dim(self, ceiling: Brightness) -> None:
        """Let the glass be no brighter than this; by itself it dims when nothing happens."""
        with self._news:
            self._ceiling = ceiling
            if self._wish is not None and self._wish.ceiling != ceiling:
                self._wish = _Wish(self._wish.page, self._wish.since, self._wish.calm_since, ceiling)
                self._news.notify()

    def speak(self, language: str) -> None:
        """Show everything in this language from now on."""
        words = words_of(language)
        with self._news:
            self._words = words
            if self._wish is not None:
                # The same page, to be drawn anew.
                self._wish = replace(self._wish)
                self._news.notify()

    def _run(self) -> None:
        retry_s = FIRST_RETRY_S
        while True:
            try:
                if not self._follow():
                    break
            except (PanelFault, FontMissing) as fault:
                reason = str(fault)
            except Exception as error:
                # A page that cannot be drawn must not be the last one: the next may be.
                reason = f"a page cannot be drawn: {type(error).__name__}"
                if reason != self._traced:
                    log.exception("glass: %s", reason)
                    self._traced = reason
            else:
                retry_s = FIRST_RETRY_S
                continue
            self._let_go()
            self._tell(False, reason)
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
            if self._wish is None or self._on_glass is not None:
                self._news.wait_for(lambda: self._stopping or self._wish is not self._drawn, self._patience_s())
            wish, stopping = self._wish, self._stopping
            self._busy_since = self._clock()
        # The last page is the farewell.
        if wish is not None and not (stopping and wish is self._drawn):
            if wish is self._drawn and self._on_glass is not None and self._clock() < self._changes_at:
                self._check()
            else:
                self._send(wish)
        return not stopping

    def _patience_s(self) -> float | None:
        """Until something changes by itself (burn-in, next part of a text, dimming, re-init) or is to be checked."""
        if self._drawn is None:
            return None
        now = self._clock()
        waits = [self._opened_at + REOPEN_EVERY_S - now]
        if (dimming := next_dimming(now - self._drawn.calm_since)) is not None:
            waits.append(dimming)
        if self._lit != "off":
            waits.append(next_change(self._drawn.page, self._panel, self._words, self._drawn.moment(now)))
        self._changes_at = now + min(waits)
        return max(min(self._changes_at, self._answered_at + CHECK_EVERY_S) - now, 0.001)

    def _check(self) -> None:
        """Whether the panel is still there, with the picture it was given. Raises PanelFault."""
        assert self._device is not None, "something is on the glass"
        self._device.check()
        self._answered_at = self._clock()

    def _send(self, wish: _Wish) -> None:
        now = self._clock()
        if self._device is None:
            self._device = self._make_device(self._panel)
        frame = frame_of(draw(wish.page, self._panel, self._words, wish.moment(now)), self._grid)
        if self._on_glass is None or now - self._opened_at >= REOPEN_EVERY_S:
            self._device.open()
            self._on_glass, self._lit, self._opened_at = None, None, now
        windows = whole(self._grid) if self._on_glass is None else changed(self._on_glass, frame, self._grid)
        # Should a transfer break off, nobody knows what is on the glass.
        self._on_glass, self._drawn = None, wish
        for window in windows:
            self._device.write(window, cut(frame, window, self._grid))
        if wish.brightness(now) != self._lit:
            self._brighten(self._device, wish.brightness(now))
        if windows:
            self._answered_at = now
        self._on_glass = frame
        self._tell(True, "the panel works")

    def _brighten(self, device: PanelDevice, level: Brightness) -> None:
        full = self._panel.contrast
        if level == "off":
            device.darken()
        else:
            device.contrast(full if level == "full" else min(DIM_CONTRAST, full))
            if self._lit in (None, "off"):
                device.light()
        self._lit = level

    def _let_go(self) -> None:
        self._on_glass = None
        if self._device is not None:
            try:
                self._device.close()
            except Exception:
                # It is opened anew, or never again: nothing hangs on how it closed.
                log.exception("glass: the panel's bus cannot be closed")

    def _tell(self, works: bool, reason: str) -> None:
        with self._news:
            if works == self._works:
                return
            self._works = works
        if works:
            self._traced = ""
            log.info("glass: %s", reason)
        else:
            log.warning("glass: %s", reason)
        self._report(works, reason)
