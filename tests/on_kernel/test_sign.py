"""The sign's line on the kernel's own GPIO device, read back from the other side."""

from device.core.rules import HELLO_EVERY_S, OLD_AFTER_S, PULSE_EVERY_S, PULSE_S
from tests.on_kernel.boards import office, ringing
from tests.on_kernel.virtual_pi import SERVICE, VirtualPi

RELAY_BOARD = "oled-1.3-sh1106-relay"
HEARD_S_AGO = 6.0
"""So old is the host's own knowledge in its board, which brings the fifteenth second nearer."""


def test_the_sign_is_lit_while_callers_wait_and_dark_when_they_are_gone(pi: VirtualPi) -> None:
    assert pi.lamp == 0
    pi.show(office(waiting=3, longest_wait_s=5.0))
    pi.until(lambda: pi.lamp == 1, "the sign to be lit")
    pi.show(office())
    pi.until(lambda: pi.lamp == 0, "the sign to be dark again")


def test_the_sign_is_lit_while_the_own_line_rings_and_somebody_waits(pi: VirtualPi) -> None:
    pi.show(ringing())
    pi.until(lambda: pi.lamp == 1, "the sign to be lit")


def test_a_sign_without_news_winks_and_is_neither_lit_nor_dark(pi: VirtualPi) -> None:
    pi.show(office(waiting=3, longest_wait_s=5.0, heard_s_ago=HEARD_S_AGO))
    pi.until(lambda: pi.lamp == 1, "the sign to be lit")
    pi.host(boards=False)
    assert pi.glow(OLD_AFTER_S - HEARD_S_AGO - HELLO_EVERY_S - 1) == 1.0
    pi.until(lambda: pi.lamp == 0, "the sign to give up its light", within_s=HELLO_EVERY_S + 2)
    winks_s = pi.glow(PULSE_EVERY_S) * PULSE_EVERY_S
    assert 0.3 * PULSE_S < winks_s < 3 * PULSE_S
    pi.host(boards=True)
    pi.until(lambda: pi.glow(0.5) == 1.0, "the sign to be lit again")


def test_a_relay_is_switched_by_the_kernel_s_line_alone_and_on_old_news_it_rests_open(pi: VirtualPi) -> None:
    pi.run(f"sed -i 's/^board = .*/board = \"{RELAY_BOARD}\"/' /etc/belbord/desk.toml && systemctl restart {SERVICE}")
    pi.show(office(waiting=3, longest_wait_s=5.0, heard_s_ago=HEARD_S_AGO))
    pi.until(lambda: pi.lamp == 1, "the relay to close", within_s=60)
    pi.host(boards=False)
    pi.until(lambda: pi.lamp == 0, "the relay to open", within_s=OLD_AFTER_S + HELLO_EVERY_S)
    assert pi.glow(PULSE_EVERY_S) == 0.0
