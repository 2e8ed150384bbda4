"""What the unit costs a Pi while nobody calls: how often it wakes, and its memory."""

from tests.on_kernel.virtual_pi import VirtualPi

SETTLES_WITHIN_S = 3.0
WATCHED_FOR_S = 20.0
WAKES_A_SECOND = 1.0
MOST_MIB = 45.0


def test_an_idle_unit_wakes_at_most_once_a_second_in_all_its_threads(pi: VirtualPi) -> None:
    pi.wait(SETTLES_WITHIN_S)
    before, began_s = pi.wake_ups(), pi.now_s
    pi.wait(WATCHED_FOR_S)
    after, lasted_s = pi.wake_ups(), pi.now_s - began_s
    each = {thread: after[thread] - before[thread] for thread in after}
    print(f"\nwake-ups in {lasted_s:.1f} s by thread: {each}")
    assert sum(each.values()) / lasted_s <= WAKES_A_SECOND, each


def test_an_idle_unit_fits_in_45_mib(pi: VirtualPi) -> None:
    status = pi.run(f"cat /proc/{pi.told_by_systemd('MainPID')}/status")
    used_kib = int(status.split("VmRSS:")[1].split()[0])
    print(f"\nresident: {used_kib / 1024:.1f} MiB")
    assert used_kib / 1024 <= MOST_MIB
