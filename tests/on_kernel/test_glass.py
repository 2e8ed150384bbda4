"""The glass as the chip on the I2C bus would show it: each pixel, against what the product draws for that page."""

import random

from device.core.pages import CallersWait, Margin, NoteShown, Ringing, Tally
from device.core.rules import HELLO_EVERY_S
from device.drivers.screen import CHECK_EVERY_S
from tests.on_kernel.boards import CALLER, office, ringing
from tests.on_kernel.set_up import QUIET
from tests.on_kernel.virtual_pi import PATIENCE_S, VirtualPi

AT_REST = Margin(line="idle", sign="dark")
BACK_OFF_S = 10.0


def waiting_page(waited_s: int, margin: Margin = AT_REST) -> list[CallersWait]:
    """Two wait, the longest since `waited_s` or some seconds more: it ticks while we look."""
    return [CallersWait(Tally(2, waited_s + more), margin) for more in range(int(PATIENCE_S))]


def test_a_quiet_office_stands_in_the_chip_as_drawn(pi: VirtualPi) -> None:
    assert pi.shows(QUIET)


def test_waiting_callers_stand_in_the_chip_as_drawn(pi: VirtualPi) -> None:
    pi.show(office(waiting=2, longest_wait_s=20.0))
    pi.await_page(*waiting_page(20))


def test_the_ringing_caller_stands_in_the_chip_as_drawn_and_the_kept_note_after_the_press(pi: VirtualPi) -> None:
    pi.show(ringing())
    margin = Margin(line="ringing", sign="lit")
    tallies = [Tally(1, 20 + more) for more in range(int(PATIENCE_S))]
    pi.await_page(*(Ringing(tally, margin, CALLER, "Receptie", None) for tally in tallies))
    pi.press()
    pi.await_page(*(NoteShown(margin, CALLER, "received", left) for left in (5, 4, 3, 2, 1, None)))


def test_a_panel_that_is_pulled_out_stops_neither_button_nor_sign_and_comes_back_with_its_page(pi: VirtualPi) -> None:
    pi.unplug_panel()
    pi.show(office(waiting=3, longest_wait_s=20.0))
    pi.until(lambda: pi.lamp == 1, "the sign to be lit")
    pi.press()
    pi.until(lambda: len(pi.notes) == 1, "the note")
    pi.until(lambda: pi.hellos[-1].health.glass == "fault", "a hello that says the glass is away")
    pi.show(office())
    pi.until(lambda: pi.lamp == 0, "the sign to be dark")
    pi.plug_panel(random.Random(1).randbytes(1024))
    pi.await_page(QUIET, within_s=BACK_OFF_S + PATIENCE_S)
    pi.until(lambda: pi.hellos[-1].health.glass == "ok", "a hello that says the glass is well")
    assert "Traceback" not in pi.journal


def test_a_panel_that_is_pulled_out_while_its_picture_stands_still_is_missed(pi: VirtualPi) -> None:
    pi.unplug_panel()
    within_s = CHECK_EVERY_S + HELLO_EVERY_S + PATIENCE_S
    pi.until(lambda: pi.hellos[-1].health.glass == "fault", "a hello that says the glass is away", within_s)
    pi.plug_panel(random.Random(3).randbytes(1024))
    pi.await_page(QUIET, within_s=BACK_OFF_S + PATIENCE_S)


def test_a_panel_that_loses_its_power_for_a_moment_gets_its_page_back(pi: VirtualPi) -> None:
    pi.unplug_panel()
    pi.plug_panel(random.Random(4).randbytes(1024))
    pi.await_page(QUIET, within_s=CHECK_EVERY_S + PATIENCE_S)
    assert "without power for a moment" in pi.journal


def test_a_unit_that_starts_without_its_panel_works_and_shows_its_page_when_it_is_plugged_in(pi: VirtualPi) -> None:
    pi.unplug_panel()
    pi.run("systemctl restart belbord-desk.service")
    pi.show(office(waiting=3, longest_wait_s=20.0))
    pi.until(lambda: pi.lamp == 1, "the sign to be lit", within_s=60)
    assert pi.hellos[-1].health.glass == "missing"
    pi.plug_panel(random.Random(2).randbytes(1024))
    lit = Margin(line="idle", sign="lit")
    pages = [CallersWait(Tally(3, 20 + more), lit) for more in range(90)]
    pi.await_page(*pages, within_s=BACK_OFF_S + PATIENCE_S)
