"""Burn-in, simulated: a working week on the default glass, each pixel's lit time added up."""

from itertools import pairwise

import pytest

from device.core import pages
from device.core.pages import Page
from device.glass.brightness import brightness
from device.glass.burn_in import REACH_X, REACH_Y, SEATS, STEP_S, next_shift, seat_at, shift_at
from device.glass.draw import Moment, draw
from device.words import words_of
from tools.glass_examples import OPEN, QUIET, ZOE
from tools.glass_sheet import FACING, glasses

DAY_S, OPENS_S, CLOSES_S = 86_400, 8 * 3600, 18 * 3600
STEP = 60
GLASSES = glasses()


def page_at(second: int) -> tuple[Page, float]:
    """What a desk shows on a slow day, and how long nothing has happened: the worst for what never moves.

    Of every half hour in which the office is open twenty minutes pass without a caller.
    """
    in_day = second % DAY_S
    if second // DAY_S >= 5 or not OPENS_S <= in_day < CLOSES_S:
        closed_for = in_day - CLOSES_S if in_day >= CLOSES_S else in_day + DAY_S - CLOSES_S
        return pages.OutOfHours(QUIET, "08:00"), float(closed_for)
    minute = second // 60 % 30
    if minute < 20:
        return pages.Quiet(pages.Tally(0, None), OPEN), minute * 60.0
    if minute < 24:
        return pages.CallersWait(pages.Tally(minute % 4 + 1, second % 300), OPEN), 0.0
    return pages.Talking(pages.Tally(minute % 3, None), OPEN, ZOE, second % 600, queue="Receptie"), 0.0


def page_for_colleagues_at(second: int) -> tuple[Page, float]:
    """What the glass at the counter shows on that day."""
    page, calm_s = page_at(second)
    match page:
        case pages.OutOfHours():
            return pages.CounterClosed("08:00"), calm_s
        case pages.CallersWait():
            return pages.CounterBusy(page.tally.waiting, (page.tally.longest_wait_s or 0) // 60), calm_s
        case _:
            return pages.CounterFree(), calm_s


@pytest.mark.parametrize("glass", GLASSES)
def test_in_a_working_week_no_pixel_is_lit_more_than_60_percent_of_the_time(glass: str) -> None:
    panel, words = GLASSES[glass], words_of("nl")
    shown_at = page_for_colleagues_at if glass.endswith(FACING) else page_at
    lit = [0] * (panel.width * panel.height)
    cache: dict[tuple[Page, tuple[int, int], int], bytes] = {}
    seen: dict[bytes, int] = {}
    on = steps = 0
    for second in range(0, 7 * DAY_S, STEP):
        page, calm_s = shown_at(second)
        steps += 1
        if brightness(page, calm_s) == "off":
            continue
        on += 1
        key = (page, shift_at(second), seat_at(second))
        if key not in cache:
            cache[key] = draw(page, panel, words, Moment(float(second), 0.0)).tobytes()
        seen[cache[key]] = seen.get(cache[key], 0) + 1
    for picture, times in seen.items():
        for at, byte in enumerate(picture):
            for bit in range(8) if byte else ():
                if byte & 0x80 >> bit:
                    lit[at * 8 + bit] += times
    assert on * STEP > 5 * (CLOSES_S - OPENS_S)
    assert 0 < max(lit) / steps <= 0.60
    # The same over the time that the glass is on, which is harder: nights and weekends do not count.
    over = [times / on for times in lit if times / on > 0.60]
    if glass == "oled-0.96-ssd1306":
        # Its letters are 15 pixels high with strokes of three, and its rows leave no room to wander further.
        assert len(over) <= 20
        assert max(over) <= 0.70
    else:
        assert over == []


def test_the_path_visits_every_place_and_never_jumps() -> None:
    path = [shift_at(step * STEP_S) for step in range(200)]
    assert set(path) == {(x, y) for x in range(REACH_X) for y in range(REACH_Y)}
    assert all(abs(a - c) + abs(b - d) <= 2 and max(abs(a - c), abs(b - d)) <= 1 for (a, b), (c, d) in pairwise(path))


def test_every_place_of_the_path_meets_every_seat() -> None:
    met = {(shift_at(step * STEP_S + 1), seat_at(step * STEP_S + 1)) for step in range(2000)}
    assert len(met) == REACH_X * REACH_Y * SEATS


@pytest.mark.parametrize("now_s", [0.0, 1.0, 96.9, 97.0, 1e6])
def test_the_next_shift_is_when_it_is_said_to_be(now_s: float) -> None:
    at = now_s + next_shift(now_s)
    assert 0 < next_shift(now_s) <= STEP_S
    assert shift_at(at + 0.001) != shift_at(now_s)


def test_what_ails_the_unit_never_goes_dark() -> None:
    week = 7 * float(DAY_S)
    assert brightness(pages.PbxAway(QUIET, 60), week) == "dim"
    assert brightness(pages.HardwareFault(QUIET, "button"), week) == "full"
    assert brightness(pages.Quiet(pages.Tally(0, None), QUIET), week) == "off"
    assert brightness(pages.Quiet(pages.Tally(None, None), QUIET), week) == "off"
    assert brightness(pages.CallersWait(pages.Tally(1, 1), QUIET), week) == "full"
