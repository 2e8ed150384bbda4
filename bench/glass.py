"""What the glass costs the I2C bus, on the modelled SH1106 of the default board, and how soon it is there.

A busy minute: somebody waits, so the clock ticks each second, and 20 times the page changes: a call comes in, is
taken, ends in a note, and the queue is back. The baseline sends each of the same pictures through luma's own
`display()`. A transfer's time: nine clocks a byte (I2C-bus specification UM10204, 3.1.5), start and stop one each.
"""

import statistics
import subprocess
import sys
import time
import warnings
from itertools import pairwise

from broker.messages import Caller
from device.core import pages
from device.core.pages import Page
from device.drivers.modelled_panel import ModelledPanel
from device.glass.draw import Moment, draw
from device.glass.frames import frame_of
from device.glass.rectangles import Rectangle, changed, cut, whole
from device.panel import GRIDS, PanelDevice, luma_class
from device.profile import DEFAULT_BOARD, Panel, load_profile
from device.words import words_of

CALLER = Caller(number="0612345678", name="Zoë Müller")
MARGIN = pages.Margin(line="idle", sign="lit")


def measure() -> dict[str, float]:
    """Bytes, shares and milliseconds."""
    panel = load_profile(DEFAULT_BOARD).panel
    pictures = _busy_minute()
    ours = _ours(panel, pictures)
    full = _lumas(panel, pictures)
    tick = pages.Tally(3, 61), pages.Tally(3, 62)
    digit, transfers = _one_digit(panel, *(pages.CallersWait(tally, MARGIN) for tally in tick))
    return {
        "pictures_in_a_busy_minute": float(len(pictures)),
        "busy_minute_bytes": float(ours),
        # Only the bytes that differ, with no address at all: what no choice of rectangles can beat.
        "busy_minute_bytes_that_differ": float(_differing(panel, pictures)),
        "busy_minute_bytes_by_luma": float(full),
        "busy_minute_share_of_luma": ours / full,
        # A program that redraws through luma at ten frames a second, as luma's own examples do.
        "busy_minute_share_of_luma_at_10_fps": ours / (full / len(pictures) * 600),
        "one_digit_bytes": float(digit),
        "one_digit_ms_at_100_khz": (digit * 9 + transfers * 2) / 100,
        "one_digit_ms_at_400_khz": (digit * 9 + transfers * 2) / 400,
        "draw_and_compare_ms": _draw_ms(panel),
        "first_frame_ms": _median_ms(_FIRST_FRAME),
        "bare_luma_and_pillow_ms": _median_ms(_BARE),
    }


def _busy_minute() -> list[Page]:
    """A page for each second, and twenty of them another page than the second before."""
    minute: list[Page] = []
    for second in range(60):
        tally = pages.Tally(3, 30 + second)
        match second // 3 % 4:
            case 0:
                minute.append(pages.CallersWait(tally, MARGIN))
            case 1:
                minute.append(pages.Ringing(tally, MARGIN, CALLER, "Receptie"))
            case 2:
                minute.append(pages.Talking(tally, MARGIN, CALLER, second % 3))
            case _:
                minute.append(pages.NoteShown(MARGIN, CALLER, "kept", 5 - second % 3))
    return minute


def _ours(panel: Panel, minute: list[Page]) -> int:
    modelled = ModelledPanel(panel)
    device = modelled.make_device(panel)
    grid, words = GRIDS[panel.chip], words_of("nl")
    device.open()
    frame = frame_of(draw(minute[-1], panel, words, Moment()), grid)
    _send(device, whole(grid), frame, panel)
    before = modelled.bus.bytes_sent
    for page in minute:
        new = frame_of(draw(page, panel, words, Moment()), grid)
        _send(device, changed(frame, new, grid), new, panel)
        frame = new
    return modelled.bus.bytes_sent - before


def _differing(panel: Panel, minute: list[Page]) -> int:
    grid, words = GRIDS[panel.chip], words_of("nl")
    frames = [frame_of(draw(page, panel, words, Moment()), grid) for page in (minute[-1], *minute)]
    return sum(a != b for old, new in pairwise(frames) for a, b in zip(old, new, strict=True))


def _send(device: PanelDevice, windows: list[Rectangle], frame: bytes, panel: Panel) -> None:
    for window in windows:
        device.write(window, cut(frame, window, GRIDS[panel.chip]))


def _lumas(panel: Panel, minute: list[Page]) -> int:
    bus = ModelledPanel(panel).bus
    device = luma_class(panel.chip)(bus, width=panel.width, height=panel.height)
    device.persist = True
    before = bus.bytes_sent
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for page in minute:
            device.display(draw(page, panel, words_of("nl"), Moment()))
    return bus.bytes_sent - before


def _one_digit(panel: Panel, old: Page, new: Page) -> tuple[int, int]:
    """Bytes and transfers."""
    grid, words = GRIDS[panel.chip], words_of("nl")
    frames = [frame_of(draw(page, panel, words, Moment()), grid) for page in (old, new)]
    windows = changed(frames[0], frames[1], grid)
    modelled = ModelledPanel(panel)
    device = modelled.make_device(panel)
    device.open()
    before = modelled.bus.bytes_sent
    _send(device, windows, frames[1], panel)
    return modelled.bus.bytes_sent - before, 2 * len(windows)


def _draw_ms(panel: Panel) -> float:
    words, grid = words_of("nl"), GRIDS[panel.chip]
    frame = bytes(grid.size)
    took = []
    for second in range(300):
        start = time.perf_counter()
        new = frame_of(draw(pages.CallersWait(pages.Tally(3, second), MARGIN), panel, words, Moment()), grid)
        changed(frame, new, grid)
        took.append(time.perf_counter() - start)
        frame = new
    return statistics.median(took) * 1000


_BARE = "import luma.oled.device, luma.core.interface.serial, PIL.Image, PIL.ImageDraw, PIL.ImageFont"
_FIRST_FRAME = f"""
import threading
from device.core.pages import Starting
from device.drivers.modelled_panel import ModelledPanel
from device.drivers.screen import ScreenDriver
from device.profile import load_profile
panel = load_profile("{DEFAULT_BOARD}").panel
there = threading.Event()
with ScreenDriver(panel, ModelledPanel(panel).make_device, "nl", lambda works, why: there.set()) as screen:
    screen.show(Starting("0", "x"))
    assert there.wait(10)
"""


def _median_ms(program: str) -> float:
    took = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True)
        took.append(time.perf_counter() - start)
    return statistics.median(took) * 1000
