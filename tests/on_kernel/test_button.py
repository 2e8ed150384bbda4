"""The button's line pulled low on the kernel's own GPIO device, cleanly and as a worn contact does."""

import random

import pytest

from device.core.gestures import HOLD_S, ITEM_S
from device.core.pages import HoldMenu, Margin, Quiet, Tally
from device.core.press import MENU
from device.core.rules import SignRules
from tests.on_kernel.boards import CALLER, LINE, ringing
from tests.on_kernel.set_up import QUIET
from tests.on_kernel.virtual_pi import SERVICE, VirtualPi, bouncing

LONG_ENOUGH_FOR_A_SECOND_S = 1.0


def test_a_press_while_the_phone_rings_puts_exactly_one_note_on_the_bus(pi: VirtualPi) -> None:
    pi.show(ringing())
    pi.until(lambda: pi.lamp == 1, "the board to arrive")
    pi.press()
    pi.until(lambda: pi.notes, "the note")
    pi.wait(LONG_ENOUGH_FOR_A_SECOND_S)
    [note] = pi.notes
    assert (note.caller, note.queue, note.line) == (CALLER, "receptie", LINE)
    assert (note.rev, note.withdrawn) == (1, False)


@pytest.mark.parametrize("seed", range(3))
def test_a_bouncing_contact_is_one_press(pi: VirtualPi, seed: int) -> None:
    pi.move_button(bouncing(seed, down_s=0.15))
    pi.until(lambda: pi.notes, "the note")
    pi.wait(LONG_ENOUGH_FOR_A_SECOND_S)
    [note] = pi.notes
    assert not note.withdrawn


def test_a_spike_on_the_line_is_no_press(pi: VirtualPi) -> None:
    pi.move_button([(0.0, "pull-down"), (0.0005, "pull-up")])
    pi.wait(LONG_ENOUGH_FOR_A_SECOND_S)
    assert pi.notes == []


def test_a_train_of_spikes_of_up_to_4_7_ms_is_no_press(pi: VirtualPi) -> None:
    dice = random.Random(7)
    train = []
    for spike in range(40):
        at_s = spike * 0.06
        train += [(at_s, "pull-down"), (at_s + dice.uniform(0.003, 0.0047), "pull-up")]
    pi.move_button(train)
    pi.wait(LONG_ENOUGH_FOR_A_SECOND_S)
    assert pi.notes == []
    assert pi.shows(QUIET)


def test_a_note_outlives_the_process_and_is_sent_until_the_receipt(pi: VirtualPi) -> None:
    pi.host(receipts=False)
    pi.press()
    pi.until(lambda: pi.notes, "the note")
    killed = pi.told_by_systemd("MainPID")
    pi.run(f"systemctl kill --signal KILL {SERVICE}")
    before = len(pi.notes)
    pi.until(lambda: len(pi.notes) > before, "the note to come again from the unit that systemd started again")
    assert pi.told_by_systemd("MainPID") != killed
    assert len({(note.id, note.rev) for note in pi.notes}) == 1
    assert pi.hellos[-1].notes_waiting == 1
    pi.host(receipts=True)
    pi.until(lambda: pi.hellos[-1].notes_waiting == 0, "the outbox to be empty", within_s=30)


def test_a_note_on_the_bus_is_on_the_disk_of_a_unit_whose_power_is_cut(pi: VirtualPi) -> None:
    pi.host(receipts=False)
    pi.press()
    pi.until(lambda: pi.notes, "the note")
    assert pi.notes_after_a_power_cut() == [pi.notes[0].id]


def test_a_hold_walks_the_menu_on_the_glass(pi: VirtualPi) -> None:
    pi.move_button([(0.0, "pull-down")])
    for chosen in range(len(MENU)):
        pi.await_page(*(HoldMenu(MENU, chosen, progress) for progress in range(11)))
    pi.move_button([(0.0, "pull-up")])
    pi.wait(LONG_ENOUGH_FOR_A_SECOND_S)
    assert pi.notes == []


def test_letting_go_at_the_first_item_lights_the_sign_by_hand(pi: VirtualPi) -> None:
    assert MENU[0] == "sign_on"
    pi.press(HOLD_S + 0.5 * ITEM_S)
    pi.until(lambda: pi.lamp == 1, "the sign to be lit by hand")
    minutes = int(SignRules().by_hand_s // 60)
    pi.await_page(Quiet(Tally(0, 0), Margin(line="idle", sign="lit", sign_minutes_left=minutes)))
    assert pi.notes == []
