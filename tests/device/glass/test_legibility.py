"""Every word and number of every page, on every glass, in every language, is large enough and fits its place."""

from collections.abc import Iterator
from typing import get_args

import pytest

from broker.messages import Caller, LineState
from device.core import pages
from device.glass.burn_in import SEAT_STEPS, SEATS, STEP_S
from device.glass.canvas import Mark
from device.glass.draw import TURN_S, Moment, compose, draw, leaves
from device.glass.lettering import capital_height, face, fitted, width, wrapped
from device.glass.sizes import arc_minutes, least_pixels, sizes_of
from device.profile import Panel
from device.words import LANGUAGES, words_of
from tools.glass_examples import BUSY, EXAMPLES, LONG, QUIET, ZOE
from tools.glass_sheet import glasses

PANELS = glasses()
FROM_OUTSIDE = {ZOE.name, LONG.name, "Burgerzaken en belastingen", "020 123 45 67", "Jan de Vries"}
everywhere = pytest.mark.parametrize("language", LANGUAGES)
on_every_glass = pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)


def marks(page: pages.Page, panel: Panel, language: str) -> Iterator[Mark]:
    words = words_of(language)
    for leaf in range(leaves(page, panel, words)):
        yield from compose(page, panel, words, Moment(0.0, leaf * TURN_S)).marks


def every_page() -> Iterator[pages.Page]:
    """The examples, and whatever else there is a word for."""
    yield from EXAMPLES.values()
    for state in get_args(LineState):
        yield pages.Quiet(pages.Tally(0, None), pages.Margin(line=state, sign="lit", sign_minutes_left=59))
    for stage in get_args(pages.Stage):
        yield pages.NoteShown(QUIET, None, stage, 5)
        yield pages.NoteShown(BUSY, Caller(), stage)
    items = get_args(pages.MenuItem)
    for chosen in range(len(items)):
        yield pages.HoldMenu(items, chosen, 5)
    for for_s in (0, 59, 3599, 86_399, 8_640_000):
        yield pages.DataOld(BUSY, for_s)
        yield pages.NoHost(BUSY, for_s)
        yield pages.PbxAway(BUSY, for_s)
    for caller in (None, Caller(), Caller(withheld=True)):
        yield pages.Talking(pages.Tally(99, 35_999), QUIET, caller, 35_999, held=True)
        yield pages.Talking(pages.Tally(100, 0), QUIET, caller, 9)
        yield pages.Ringing(pages.Tally(None, None), QUIET, caller)


@on_every_glass
@everywhere
def test_the_main_numbers_are_seen_at_20_arc_minutes_and_all_else_at_12(panel: Panel, language: str) -> None:
    for page in every_page():
        for mark in marks(page, panel, language):
            least = 20 if mark.kind == "number" else 12
            assert arc_minutes(mark.height, panel) >= least, (page, mark)


@on_every_glass
@everywhere
def test_every_text_of_ours_fits_its_place_uncut(panel: Panel, language: str) -> None:
    for page in every_page():
        for mark in marks(page, panel, language):
            from_outside = any(text in mark.text for text in FROM_OUTSIDE if text)
            assert mark.shown == mark.text or from_outside, (page, mark)


@on_every_glass
@everywhere
def test_every_text_of_ours_fits_in_every_seat_and_loses_nothing_there(panel: Panel, language: str) -> None:
    words = words_of(language)
    for page in every_page():
        if not isinstance(page, pages.Quiet | pages.CallersWait | pages.OutOfHours | pages.DataOld):
            continue
        said = [
            sorted(mark.shown for mark in compose(page, panel, words, Moment(seat * SEAT_STEPS * STEP_S)).marks)
            for seat in range(SEATS)
        ]
        assert said == [said[0]] * SEATS, page
        for seat in range(SEATS):
            canvas = compose(page, panel, words, Moment(seat * SEAT_STEPS * STEP_S))
            still, moved = canvas.finished((0, 0)), canvas.finished((3, 2))
            assert sum(still.histogram()[1:]) == sum(moved.histogram()[1:]), page


@on_every_glass
@pytest.mark.parametrize("name", ["waiting-most", "ringing-long"])
def test_the_largest_numbers_fit(panel: Panel, name: str) -> None:
    shown = [mark.shown for mark in marks(EXAMPLES[name], panel, "nl") if mark.kind == "number"]
    assert set(shown) == {"99+", "1:02:33"}


@on_every_glass
@everywhere
def test_nothing_is_drawn_outside_the_glass_however_it_wanders(panel: Panel, language: str) -> None:
    for page in every_page():
        words = words_of(language)
        canvas = compose(page, panel, words, Moment())
        still, moved = canvas.finished((0, 0)), canvas.finished((3, 2))
        assert sum(still.histogram()[1:]) == sum(moved.histogram()[1:]), page


@on_every_glass
def test_an_unknown_number_is_a_dash_and_never_a_zero(panel: Panel) -> None:
    shown = [mark.shown for mark in marks(EXAMPLES["quiet-unknown"], panel, "nl") if mark.kind == "number"]
    assert shown == ["–", "–"]


def test_the_brief_s_own_figures() -> None:
    assert least_pixels(20, PANELS["oled-0.96-ssd1306"]) == 24
    assert least_pixels(20, PANELS["oled-1.3-sh1106"]) == 18
    assert least_pixels(12, PANELS["oled-0.96-ssd1306"]) == 15
    assert least_pixels(12, PANELS["oled-1.3-sh1106"]) == 11


@on_every_glass
def test_capitals_are_as_high_as_computed(panel: Panel) -> None:
    capital = sizes_of(panel).capital
    assert capital_height(face(capital)) == capital


def test_a_main_number_is_as_high_as_it_says() -> None:
    panel = PANELS["oled-1.3-sh1106"]
    canvas = compose(pages.CallersWait(pages.Tally(3, 67), QUIET), panel, words_of("nl"), Moment())
    height = next(mark.height for mark in canvas.marks if mark.kind == "number")
    # The right half above the margin holds nothing but the longest wait.
    _, top, _, bottom = canvas.finished((0, 0)).crop((70, 0, 128, canvas.row_top(-1) - 2)).getbbox() or (0, 0, 0, 0)
    assert bottom - top == height


def test_a_name_too_long_ends_in_an_ellipsis_and_keeps_still() -> None:
    panel = PANELS["oled-1.3-sh1106"]
    page, words = EXAMPLES["ringing-long"], words_of("nl")
    assert fitted("x" * 60, 11, 100).endswith("…")
    pictures = {draw(page, panel, words, Moment(0.0, shown_s)).tobytes() for shown_s in (0.0, 5.0, 50.0)}
    assert len(pictures) == 1


def test_a_number_gives_up_its_spaces_before_its_digits() -> None:
    room = width("0201234567", 15) + 2
    assert fitted("020 123 45 67", 15, room) == "0201234567"


@pytest.mark.parametrize("text", ["日本語", "🙂🙂", "नमस्ते", "\U000e0001x", "ﷺ", "مرحبا"])
def test_letters_the_typeface_lacks_take_room_and_break_nothing(text: str) -> None:
    assert width(text, 11) > 0
    panel = PANELS["oled-1.3-sh1106"]
    page = pages.Ringing(pages.Tally(1, 1), QUIET, Caller(name=text + " bv"), text)
    assert draw(page, panel, words_of("nl"), Moment()).getbbox() is not None


def test_a_long_word_is_broken_and_no_letter_lost() -> None:
    text = "Hottentottententententoonstelling in hal B"
    assert "".join(wrapped(text, 15, 80)).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, 15) <= 80 for line in wrapped(text, 15, 80))


def test_a_long_notice_is_shown_in_parts_that_hold_all_of_it() -> None:
    text = " ".join(f"woord{number}" for number in range(25))
    panel = PANELS["oled-0.96-ssd1306"]
    assert " ".join(mark.shown for mark in marks(pages.Notice(QUIET, text), panel, "nl")) == text
