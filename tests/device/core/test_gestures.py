from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.core import gestures as g

Train = list[tuple[float, bool]]


def played(edges: Train, until: float) -> list[g.Gesture]:
    """What the machine makes of `edges`, asked at its own deadlines and at each edge."""
    button, felt = g.Button(), []
    for at, down in edges:
        while (due := g.deadline(button)) is not None and due <= at:
            button, made = g.advance(button, due)
            felt += made
        button, made = g.advance(button, at)
        felt += made
        button, made = g.edge(button, at, down)
        felt += made
    while (due := g.deadline(button)) is not None and due <= until:
        button, made = g.advance(button, due)
        felt += made
    return felt


@st.composite
def bounces(draw: st.DrawFn) -> list[float]:
    """Moments of contact changes within 20 ms, an even number: the level ends where it began."""
    count = draw(st.integers(0, 6)) * 2
    return sorted(draw(st.lists(st.floats(0.0001, 0.02), min_size=count, max_size=count, unique=True)))


def flips(start: float, level: bool, offsets: list[float]) -> Iterator[tuple[float, bool]]:
    yield start, level
    for offset in offsets:
        level = not level
        yield start + offset, level


@given(bounces(), bounces(), st.floats(0.06, 0.7))
def test_a_press_that_bounces_up_to_20_ms_at_both_ends_is_one_press(
    down: list[float], up: list[float], held: float
) -> None:
    edges = [*flips(1.0, True, down), *flips(1.0 + held, False, up)]
    felt = played(edges, 3.0)
    assert [type(one) for one in felt] == [g.Touched, g.Pressed]


# Trains as a logic analyser shows them, microseconds between edges, the first one closing the contact. Made after what
# is published of such switches: Ganssle, "A Guide to Debouncing" (2004): mostly under 6 ms, at worst 20 and more.
TRAINS: dict[str, tuple[list[int], list[int]]] = {
    "tactile, clean": ([], []),
    "tactile, worn": ([90, 60, 210, 40, 700, 130], [35, 50]),
    "arcade microswitch": ([310, 1200, 240, 900, 150, 400], [800, 1900, 60, 300]),
    "leaf, long": ([700, 2100, 1500, 3300, 900, 4000, 2000, 3200], [2500, 4200, 300, 5000]),
    "reed, ringing": ([30, 30] * 20, [25, 25] * 20),
    "release worse than press": ([80, 40], [1500, 3500, 2500, 4500, 1000, 3900]),
}


def seconds(gaps: list[int]) -> list[float]:
    return [sum(gaps[: n + 1]) / 1e6 for n in range(len(gaps))]


@pytest.mark.parametrize("name", TRAINS)
@pytest.mark.parametrize("held", [0.06, 0.15, 0.5])
def test_a_press_of_a_real_kind_of_switch_is_one_press(name: str, held: float) -> None:
    down, up = (seconds(gaps) for gaps in TRAINS[name])
    felt = played([*flips(1.0, True, down), *flips(1.0 + held, False, up)], 3.0)
    assert [type(one) for one in felt] == [g.Touched, g.Pressed]


@pytest.mark.parametrize("name", TRAINS)
def test_a_hold_of_a_real_kind_of_switch_takes_one_item(name: str) -> None:
    down, up = (seconds(gaps) for gaps in TRAINS[name])
    felt = played([*flips(1.0, True, down), *flips(3.3, False, up)], 6.0)
    assert [type(one) for one in felt] == [g.Touched, g.MenuTaken]
    assert isinstance(felt[-1], g.MenuTaken)
    assert felt[-1].index == 1


@given(bounces(), st.floats(0.06, 0.7))
def test_a_press_is_felt_within_50_ms_of_the_first_edge(down: list[float], held: float) -> None:
    button = g.Button()
    for at, level in flips(1.0, True, down):
        button, _ = g.advance(button, at)
        button, _ = g.edge(button, at, level)
    button, _ = g.advance(button, 1.03)
    assert button.phase == "pressed"


@given(st.lists(st.tuples(st.floats(0.0001, 0.0049), st.floats(0.001, 1.0)), max_size=20))
def test_spikes_shorter_than_5_ms_are_nothing(spikes: list[tuple[float, float]]) -> None:
    edges, at = [], 1.0
    for length, pause in spikes:
        edges += [(at, True), (at + length, False)]
        at += length + pause
    assert played(edges, at + 1) == []


def told_late(edges: Train, late_s: float) -> list[g.Gesture]:
    """What the machine makes of edges that each come to its ears so long after they happened."""
    button, felt = g.Button(), []
    for at, down in edges:
        button, made = g.advance(button, at + late_s)
        felt += made
        button, made = g.edge(button, at, down)
        felt += made
    return felt + list(g.advance(button, edges[-1][0] + 0.2)[1] if edges else ())


@given(st.lists(st.tuples(st.floats(0.0001, 0.0049), st.floats(0.001, 1.0)), max_size=20), st.floats(0, 0.1))
def test_spikes_shorter_than_5_ms_are_no_press_however_late_they_are_told(
    spikes: list[tuple[float, float]], late_s: float
) -> None:
    edges, at = [], 1.0
    for length, pause in spikes:
        edges += [(at, True), (at + length, False)]
        at += length + pause
    # It may have been believed for a moment, while the opening was not yet known.
    assert {type(one) for one in told_late(edges, late_s)} <= {g.Touched}


@given(bounces(), bounces(), st.floats(0.06, 0.7), st.floats(0, 0.015))
def test_a_press_that_is_told_late_is_one_press(down: list[float], up: list[float], held: float, late_s: float) -> None:
    felt = told_late([*flips(1.0, True, down), *flips(1.0 + held, False, up)], late_s)
    [pressed] = [one for one in felt if not isinstance(one, g.Touched)]
    assert isinstance(pressed, g.Pressed)
    assert 1.0 <= pressed.at <= 1.02


def test_a_spike_does_not_lock_out_the_press_after_it() -> None:
    felt = played([(1.0, True), (1.002, False), (1.05, True), (1.15, False)], 2.0)
    assert felt == [g.Touched(1.05), g.Pressed(1.05)]


def test_a_tap_shorter_than_the_bounce_is_a_press() -> None:
    assert played([(1.0, True), (1.012, False)], 2.0) == [g.Touched(1.0), g.Pressed(1.0)]


def test_the_release_of_a_press_counts_at_once() -> None:
    button, _ = g.edge(g.Button(), 1.0, True)
    button, _ = g.advance(button, 1.1)
    _, felt = g.edge(button, 1.1, False)
    assert felt == (g.Pressed(1.0),)


def test_mashing_is_at_most_one_press_in_250_ms() -> None:
    edges = [(1.0 + 0.05 * n + half * 0.025, half == 0) for n in range(40) for half in (0, 1)]
    pressed = [one.at for one in played(edges, 5.0) if isinstance(one, g.Pressed)]
    assert len(pressed) > 2
    assert all(later - earlier >= 0.25 - 1e-6 for earlier, later in pairwise(pressed))


def test_two_presses_half_a_second_apart_are_two() -> None:
    edges = [(1.0, True), (1.1, False), (1.5, True), (1.6, False)]
    assert [one.at for one in played(edges, 3.0) if isinstance(one, g.Pressed)] == [1.0, 1.5]


@pytest.mark.parametrize(("held", "index"), [(0.9, 0), (1.75, 0), (1.85, 1), (2.9, 2), (10.0, 9)])
def test_letting_go_takes_the_item_of_that_second(held: float, index: int) -> None:
    felt = played([(1.0, True), (1.0 + held, False)], 20.0)
    assert felt == [g.Touched(1.0), g.MenuTaken(1.0 + held, index)]


def test_a_hold_is_no_press() -> None:
    assert not [one for one in played([(1.0, True), (4.0, False)], 10.0) if isinstance(one, g.Pressed)]


def test_a_button_held_for_30_s_is_stuck_until_it_is_let_go() -> None:
    felt = played([(1.0, True), (600.0, False)], 700.0)
    assert felt == [g.Touched(1.0), g.Stuck(31.0), g.Unstuck(600.0)]


@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=60))
def test_any_edges_make_gestures_in_order_and_never_two_presses_within_the_lockout(edges: Train) -> None:
    felt = played(sorted(edges), 100.0)
    pressed = [one.at for one in felt if isinstance(one, g.Pressed)]
    assert pressed == sorted(pressed)
    assert all(later - earlier >= 0.25 - 1e-6 for earlier, later in pairwise(pressed))
    assert len([one for one in felt if isinstance(one, g.Touched)]) >= len(pressed)
