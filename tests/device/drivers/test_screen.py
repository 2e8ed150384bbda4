"""The screen against modelled chips: what is in their memory is the page, whatever came before."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from device.core import pages
from device.core.pages import Page
from device.drivers import screen
from device.drivers.modelled_panel import ModelledPanel
from device.drivers.screen import ScreenDriver
from device.glass.burn_in import STEP_S
from device.glass.draw import Moment, draw
from device.glass.lettering import FontMissing
from device.panel import NOP
from device.profile import board_files, load_profile
from device.words import words_of
from tools.glass_examples import EXAMPLES, QUIET

BOARDS = [file.stem for file in board_files()]
DEFAULT = "oled-1.3-sh1106"
WITHIN_S = 10.0
# A failure here is a wait that ran out: to make it smaller by trying takes minutes.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
ONE, TWO = EXAMPLES["quiet"], EXAMPLES["ringing"]


@dataclass
class Desk:
    """A screen on a modelled panel, with a clock that stands still until it is set."""

    board: str = DEFAULT
    now: float = 0.0
    told: list[tuple[bool, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.profile = load_profile(self.board)
        self.panel = ModelledPanel(self.profile.panel)
        self.news = threading.Condition()
        self.panel.changed = self._stir
        self.screen = ScreenDriver(
            self.profile.panel, self.panel.make_device, "nl", self._report, clock=lambda: self.now
        )

    def _stir(self) -> None:
        with self.news:
            self.news.notify_all()

    def _report(self, works: bool, reason: str) -> None:
        with self.news:
            self.told.append((works, reason))
            self.news.notify_all()

    def until(self, what: Callable[[], bool]) -> bool:
        with self.news:
            return self.news.wait_for(what, WITHIN_S)

    def picture_of(self, page: Page, shown_s: float = 0.0) -> Image.Image:
        return draw(page, self.profile.panel, words_of("nl"), Moment(self.now, shown_s))

    def shows(self, page: Page, shown_s: float = 0.0) -> bool:
        expected = self.picture_of(page, shown_s).tobytes()
        return self.until(lambda: self.panel.on and self.panel.picture().tobytes() == expected)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(screen, "FIRST_RETRY_S", 0.005)
    desk = Desk()
    with desk.screen:
        yield desk
        desk.panel.bus.let_go()


@pytest.mark.parametrize("board", BOARDS)
@given(sequence=st.lists(st.sampled_from([*EXAMPLES, "unplug"]), min_size=1, max_size=6), memory=st.binary(max_size=9))
@settings(
    max_examples=12, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_after_any_sequence_the_glass_is_the_last_page(
    board: str, sequence: list[str], memory: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "FIRST_RETRY_S", 0.005)
    desk = Desk(board)
    with desk.screen:
        desk.screen.show(ONE)
        assert desk.shows(ONE)
        for turn, name in enumerate(sequence):
            if name == "unplug":
                desk.panel.bus.unplug()
                # A page that certainly differs, so that the loss is noticed.
                desk.screen.show(pages.Starting(str(turn), "x"))
                assert desk.until(lambda: not desk.told[-1][0])
                desk.panel.bus.replug(memory)
            else:
                desk.screen.show(EXAMPLES[name])
        desk.screen.show(TWO)
        assert desk.shows(TWO)


def test_the_first_picture_is_there_before_the_display_is_lit(desk: Desk) -> None:
    desk.panel.bus.replug(b"\xff\x55")
    lit_with: list[bool] = []
    expected = desk.picture_of(ONE).tobytes()
    desk.panel.changed = lambda: (desk.panel.on and lit_with.append(desk.panel.picture().tobytes() == expected)) or None
    desk.screen.show(ONE)
    assert desk.until(lambda: bool(desk.told))
    assert set(lit_with) == {True}


def test_the_same_page_again_costs_nothing(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.until(lambda: bool(desk.told))
    sent = desk.panel.bus.bytes_sent
    desk.screen.show(EXAMPLES["quiet"])
    desk.screen.show(TWO)
    assert desk.shows(TWO)
    full_frame = 128 * 8
    assert 0 < desk.panel.bus.bytes_sent - sent < full_frame


def test_a_missing_panel_is_told_once_and_found_when_it_comes(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.panel.bus.unplug()
    desk.screen.show(ONE)
    assert desk.until(lambda: len(desk.told) == 1)
    assert desk.told[0][0] is False
    assert "sh1106 on I2C 1, 0x3C" in desk.told[0][1]
    desk.panel.bus.replug(b"\x99")
    assert desk.shows(ONE)
    assert desk.until(lambda: len(desk.told) == 2)
    assert [works for works, _ in desk.told] == [False, True]
    assert sum("no answer" in record.getMessage() for record in caplog.records) == 1


def test_a_bus_that_hangs_holds_nobody_up_and_is_told(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    desk.panel.bus.hang()
    desk.screen.show(TWO)
    assert desk.panel.bus.held.wait(WITHIN_S)
    returned = threading.Event()

    def press_on() -> None:
        for name in EXAMPLES:
            desk.screen.show(EXAMPLES[name])
        desk.now += screen.HANGS_AFTER_S + 1
        desk.screen.show(ONE)
        desk.now += screen.HANGS_AFTER_S + 1
        desk.screen.show(TWO)
        returned.set()

    threading.Thread(target=press_on, daemon=True).start()
    assert returned.wait(WITHIN_S)
    assert desk.until(lambda: any("hangs" in reason for _, reason in desk.told))
    desk.panel.bus.let_go()
    assert desk.shows(TWO)
    assert desk.until(lambda: desk.told[-1][0])


def test_a_chip_that_lost_its_settings_is_set_up_anew_within_ten_minutes(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    desk.panel.bus.replug(b"\x42\x99")
    desk.now += screen.REOPEN_EVERY_S
    desk.screen.show(TWO)
    assert desk.shows(TWO)


@pytest.fixture
def often_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "CHECK_EVERY_S", 0.01)


@pytest.mark.usefixtures("often_checked")
def test_a_panel_that_is_pulled_out_while_its_picture_stands_still_is_missed_and_found_again(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    desk.panel.bus.unplug()
    assert desk.until(lambda: desk.told[-1][0] is False)
    assert "sh1106 on I2C 1, 0x3C" in desk.told[-1][1]
    desk.panel.bus.replug(b"\x24")
    assert desk.shows(ONE)
    assert desk.until(lambda: desk.told[-1][0])


@pytest.mark.usefixtures("often_checked")
def test_a_panel_that_lost_its_power_for_a_moment_gets_its_picture_back_though_it_answers(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    desk.panel.bus.replug(b"\x24\x99")
    assert desk.shows(ONE)
    assert desk.until(lambda: [works for works, _ in desk.told] == [True, False, True])


@pytest.mark.usefixtures("often_checked")
@pytest.mark.parametrize("lie", [0x00, 0x40, 0xFF])
def test_a_clone_whose_status_byte_means_nothing_is_left_in_peace(
    desk: Desk, lie: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    nop = desk.panel.bus.command
    monkeypatch.setattr(desk.panel.bus, "status", lambda: lie)
    monkeypatch.setattr(desk.panel.bus, "command", lambda *command: (asked.extend(command), nop(*command)))
    desk.screen.show(ONE)
    assert desk.until(lambda: asked[-3:] == [NOP] * 3)
    assert [works for works, _ in desk.told] == [True]
    assert desk.shows(ONE)


@pytest.mark.usefixtures("often_checked")
def test_a_check_costs_two_bytes_and_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    checks = threading.Event()
    read = desk.panel.bus.status
    counted: list[int] = []

    def counting() -> int:
        counted.append(desk.panel.bus.bytes_sent)
        if len(counted) == 10:
            checks.set()
        return read()

    monkeypatch.setattr(desk.panel.bus, "status", counting)
    assert checks.wait(WITHIN_S)
    assert counted[9] - counted[0] == 9 * 2
    assert desk.shows(ONE)


def test_the_picture_wanders_by_itself(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    before = desk.panel.picture().tobytes()
    desk.now = STEP_S
    desk.screen.show(EXAMPLES["waiting"])
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    assert desk.panel.picture().tobytes() != before


def test_a_calm_glass_dims_then_darkens_and_a_call_lights_it_at_once(desk: Desk) -> None:
    calm = pages.Quiet(pages.Tally(0, None), QUIET)
    other = pages.Callbacks(QUIET)
    desk.screen.show(calm)
    assert desk.until(lambda: desk.panel.contrast == desk.profile.panel.contrast)
    desk.now = 601.0
    desk.screen.show(other)
    assert desk.until(lambda: desk.panel.contrast == screen.DIM_CONTRAST)
    desk.now = 3 * 3600.0 + 1
    desk.screen.show(calm)
    assert desk.until(lambda: not desk.panel.on)
    desk.screen.show(TWO)
    assert desk.shows(TWO)
    assert desk.until(lambda: desk.panel.contrast == desk.profile.panel.contrast)


def test_the_glass_is_no_brighter_than_asked(desk: Desk) -> None:
    desk.screen.show(TWO)
    assert desk.shows(TWO)
    desk.screen.dim("off")
    assert desk.until(lambda: not desk.panel.on)
    desk.screen.dim("dim")
    assert desk.shows(TWO)
    assert desk.panel.contrast == screen.DIM_CONTRAST


def test_a_page_that_stands_is_drawn_anew_in_another_language(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    german = draw(ONE, desk.profile.panel, words_of("de"), Moment(0.0, 0.0)).tobytes()
    assert german != desk.picture_of(ONE).tobytes()
    desk.screen.speak("de")
    assert desk.until(lambda: desk.panel.picture().tobytes() == german)
    desk.screen.speak("nl")
    assert desk.shows(ONE)


def test_the_farewell_is_still_drawn_when_leaving() -> None:
    desk = Desk()
    with desk.screen:
        desk.screen.show(ONE)
        assert desk.shows(ONE)
        desk.screen.show(EXAMPLES["stopping"])
    assert desk.panel.picture().tobytes() == desk.picture_of(EXAMPLES["stopping"]).tobytes()


def test_a_page_that_cannot_be_drawn_is_told_and_the_next_is_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = screen.draw

    def fails_for_two(page: Page, *rest: object) -> Image.Image:
        if page == TWO:
            raise FontMissing("the typeface x is missing: apt-get install y")
        return real(page, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(screen, "draw", fails_for_two)
    desk.screen.show(TWO)
    assert desk.until(lambda: (False, "the typeface x is missing: apt-get install y") in desk.told)
    desk.screen.show(ONE)
    assert desk.shows(ONE)


def test_any_other_error_is_told_once_with_its_trace_and_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, tries = screen.draw, []

    def fails_at_first(*arguments: object) -> Image.Image:
        tries.append(None)
        if len(tries) < 4:
            raise ZeroDivisionError
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(screen, "draw", fails_at_first)
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    assert desk.until(lambda: desk.told[-1][0])
    assert desk.told[0] == (False, "a page cannot be drawn: ZeroDivisionError")
    assert len(desk.told) == 2
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_luma_s_own_threads_are_never_started(desk: Desk) -> None:
    desk.screen.show(ONE)
    assert desk.shows(ONE)
    assert [thread for thread in threading.enumerate() if type(thread).__module__ == "luma.core.threadpool"] == []
