"""Changed rectangles: applied to the old memory they give the new one, and they cost no more than they must."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.core import pages
from device.glass.draw import Moment, draw
from device.glass.frames import frame_of
from device.glass.rectangles import Grid, Rectangle, changed, cut, whole
from device.panel import GRIDS
from device.profile import load_profile
from device.words import words_of
from tools.glass_examples import QUIET

SMALL = [
    Grid(columns=9, rows=4, cell_bytes=1, cost_bytes=3, tall=True),
    Grid(columns=9, rows=4, cell_bytes=1, cost_bytes=2, tall=False),
    Grid(columns=5, rows=6, cell_bytes=2, cost_bytes=3, tall=True),
]


def applied(old: bytes, new: bytes, windows: list[Rectangle], grid: Grid) -> bytes:
    """The memory after the chip filled each window in turn."""
    memory = bytearray(old)
    for window in windows:
        content = iter(cut(new, window, grid))
        for row in range(window.top, window.bottom):
            for at in range(window.left * grid.cell_bytes, window.right * grid.cell_bytes):
                memory[row * grid.columns * grid.cell_bytes + at] = next(content)
        assert next(content, None) is None
    return bytes(memory)


@pytest.mark.parametrize("grid", SMALL)
@given(st.data())
def test_the_windows_turn_the_old_frame_into_the_new_one(grid: Grid, data: st.DataObject) -> None:
    frames = st.lists(st.sampled_from([0, 0, 0, 1]), min_size=grid.size, max_size=grid.size).map(bytes)
    old, new = data.draw(frames), data.draw(frames)
    windows = changed(old, new, grid)
    assert applied(old, new, windows, grid) == new
    assert grid.tall or all(window.bottom == window.top + 1 for window in windows)
    cost = sum(grid.cost_bytes + window.cells * grid.cell_bytes for window in windows)
    one_by_one = sum(a != b for a, b in zip(old, new, strict=True)) * (grid.cost_bytes + grid.cell_bytes)
    assert cost <= one_by_one


@pytest.mark.parametrize("grid", SMALL)
def test_nothing_changed_is_nothing_to_send(grid: Grid) -> None:
    assert changed(bytes(grid.size), bytes(grid.size), grid) == []


@pytest.mark.parametrize("grid", [*SMALL, *GRIDS.values()])
def test_a_whole_frame_is_all_of_it(grid: Grid) -> None:
    new = bytes(at % 251 for at in range(grid.size))
    assert applied(bytes(grid.size), new, whole(grid), grid) == new


def test_a_frame_has_the_top_pixel_in_bit_0_and_the_left_one_in_the_high_half() -> None:
    from PIL import Image

    upright = Image.new("1", (128, 64))
    upright.putpixel((3, 9), 255)
    assert frame_of(upright, GRIDS["ssd1306"])[128 + 3] == 0b10
    wide = Image.new("1", (256, 64))
    wide.putpixel((5, 1), 255)
    assert frame_of(wide, GRIDS["ssd1322"])[128 + 2] == 0x0F


@pytest.mark.parametrize("board", ["oled-1.3-sh1106", "oled-0.96-ssd1306"])
def test_a_tick_of_the_clock_travels_as_little_more_than_its_digit(board: str) -> None:
    panel = load_profile(board).panel
    grid = GRIDS[panel.chip]
    frames = [
        frame_of(draw(pages.CallersWait(pages.Tally(3, second), QUIET), panel, words_of("nl"), Moment()), grid)
        for second in (61, 62)
    ]
    windows = changed(frames[0], frames[1], grid)
    assert sum(grid.cost_bytes + window.cells for window in windows) < grid.size / 5
