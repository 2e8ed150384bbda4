from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.messages import OverrideSign
from device.core import effects as do
from device.core import events as was
from device.core.rules import FADE_S, FADE_STEPS, Rules, SignKind, SignRules, fitting
from device.core.sign import next_level
from tests.device.core.made_up_time import Desk

NO_MINIMUM = SignRules(minimum_lit_s=0, minimum_dark_s=0)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"waiting": 0, "state": "idle"}, "dark"),
        ({"waiting": 1, "longest": 3.0, "state": "idle"}, "dark"),
        ({"waiting": 1, "longest": 3.0, "state": "ringing"}, "lit"),
        ({"waiting": 1, "longest": 3.0, "state": "in_use"}, "lit"),
        ({"waiting": 1, "longest": 3.0, "state": "on_hold"}, "lit"),
        ({"waiting": 0, "state": "in_use"}, "dark"),
        ({"waiting": 3, "longest": 3.0, "state": "idle"}, "lit"),
        ({"waiting": 1, "longest": 60.0, "state": "idle"}, "lit"),
        ({"waiting": None, "state": "idle"}, "unsure"),
        ({"waiting": 3, "longest": 3.0, "pbx": "away"}, "unsure"),
        ({"waiting": 3, "longest": 3.0, "pbx": "starting"}, "unsure"),
        ({"waiting": 3, "longest": 3.0, "pbx_age": 14.9}, "unsure"),
    ],
)  # fmt: skip
def test_the_sign_follows_its_table(desk: Any, fields: dict[str, Any], state: str) -> None:
    desk.board(100.5, **fields)
    desk.pass_to(100.6)
    assert desk.sign == state


def test_a_rule_that_is_switched_off_lights_nothing(make_desk: Any) -> None:
    rules = Rules(SignRules(line_with_waiting=None, waiting=None, longest_wait_s=None))
    desk = make_desk(rules).start()
    desk.board(100.5, waiting=9, longest=900.0, state="in_use")
    assert desk.sign == "dark"


def test_a_pbx_without_queues_lights_the_sign_by_its_line_when_asked(make_desk: Any) -> None:
    desk = make_desk(Rules(SignRules(line_with_waiting=0))).start()
    desk.board(100.5, state="in_use")
    assert desk.sign == "lit"


def test_the_sign_lights_when_the_longest_wait_passes_its_limit_without_news(desk: Any) -> None:
    desk.board(100.5, waiting=1, longest=50.0)
    desk.pass_to(110.4)
    assert desk.sign == "dark"
    desk.pass_to(110.6)
    assert desk.sign == "lit"


def test_on_old_data_the_sign_is_unsure_even_within_its_minimum(make_desk: Any) -> None:
    desk = make_desk(Rules(SignRules(minimum_lit_s=600))).start()
    desk.board(100.5, waiting=5, longest=1.0)
    assert desk.sign == "lit"
    desk.take(was.LinkDown(101.0))
    desk.pass_to(115.001)
    assert desk.sign == "unsure"


def test_a_wish_by_hand_beats_the_minimum_and_old_data_and_ends_by_itself(make_desk: Any) -> None:
    desk = make_desk(Rules(SignRules(minimum_dark_s=600))).start()
    desk.board(100.5)
    assert desk.sign == "dark"
    desk.take(was.Edge(101.0, True, 0.0))
    desk.take(was.Edge(102.0, False, 0.0))
    desk.pass_to(102.1)
    assert desk.sign == "lit"
    assert desk.page.margin.sign_minutes_left == 15
    desk.pass_to(102.0 + 15 * 60 - 1)
    assert desk.sign == "lit"
    desk.pass_to(102.0 + 15 * 60 + 1)
    assert desk.sign == "unsure"


def test_the_host_can_set_the_sign_and_give_it_back(desk: Any) -> None:
    desk.board(100.5)
    desk.take(was.CommandArrived(101.0, OverrideSign(wish="lit", minutes=5)))
    assert desk.sign == "lit"
    desk.take(was.CommandArrived(130.0, OverrideSign(wish="policy")))
    desk.board(130.1)
    desk.pass_to(132.1)
    assert desk.sign == "dark"


def test_an_unsure_sign_winks_or_stays_dark_as_the_config_says(make_desk: Any) -> None:
    winking, dark = make_desk().start(), make_desk(Rules(SignRules(when_unsure="dark"))).start()
    for desk in (winking, dark):
        desk.pass_to(120.0)
    glows = [[effect.glowing for _, effect in desk.did if isinstance(effect, do.SetSign)] for desk in (winking, dark)]
    assert any(glows[0])
    assert not any(glows[1])


def test_leaving_makes_the_sign_dark(desk: Any) -> None:
    desk.board(100.5, waiting=5, longest=1.0)
    desk.take(was.StopAsked(101.0))
    assert desk.did[-1][1] == do.Stop()
    assert desk.sign == "dark"


def brightness(desk: Any) -> list[tuple[float, float]]:
    """(when, how bright), a pair for each change."""
    return [(round(at, 3), effect.glowing) for at, effect in desk.did if isinstance(effect, do.SetSign)]


def test_a_sign_that_can_fade_does_so_in_steps_and_rests_at_both_ends(make_desk: Any) -> None:
    rules = fitting(NO_MINIMUM, "pwm")
    desk = make_desk(Rules(rules)).start()
    desk.board(100.5)
    done = len(desk.did)
    desk.board(101.0, waiting=5, longest=1.0)
    desk.pass_to(104.0)
    steps = [(at, level) for at, level in brightness(desk) if at >= 101.0]
    assert [level for _, level in steps] == pytest.approx([n / 10 for n in range(1, 11)])
    assert steps[0][0] == 101.0
    assert steps[-1][0] == pytest.approx(101.0 + FADE_S, abs=0.05)
    assert len(desk.did) > done
    desk.board(104.0)
    desk.pass_to(104.9)
    assert brightness(desk)[-1][1] == 0.0
    assert next_level(desk.unit.sign, rules, desk.now) is None


def test_a_fade_that_is_turned_back_goes_on_from_where_it_was(make_desk: Any) -> None:
    desk = make_desk(Rules(fitting(NO_MINIMUM, "pwm"))).start()
    desk.board(100.5)
    desk.board(101.0, waiting=5, longest=1.0)
    desk.board(101.2)
    levels = [level for at, level in brightness(desk) if at >= 101.0]
    assert max(abs(a - b) for a, b in pairwise(levels)) <= 0.101
    desk.pass_to(103.0)
    assert brightness(desk)[-1][1] == 0.0


def test_old_news_ends_the_light_at_once_also_where_it_could_fade(make_desk: Any) -> None:
    desk = make_desk(Rules(fitting(NO_MINIMUM, "pwm"))).start()
    desk.board(100.5, waiting=5, longest=1.0)
    desk.take(was.LinkDown(101.0))
    desk.pass_to(115.1)
    assert desk.sign == "unsure"
    assert brightness(desk)[-1][1] == 0.0
    desk.pass_to(131.0)
    pulse = [level for at, level in brightness(desk) if at > 115.1]
    assert max(pulse) == pytest.approx(0.4)
    assert max(abs(a - b) for a, b in pairwise(pulse)) < 0.1


def test_a_relay_is_spared_and_its_third_state_is_dark(make_desk: Any) -> None:
    desk = make_desk(Rules(fitting(NO_MINIMUM, "relay"))).start()
    desk.board(100.5, waiting=5, longest=1.0)
    for turn in range(30):
        desk.board(101.0 + turn, waiting=5 * (turn % 2), longest=1.0)
    desk.take(was.LinkDown(131.5))
    desk.pass_to(200.0)
    changes = brightness(desk)
    assert all(later - before >= 10.0 - 1e-6 for (before, a), (later, b) in pairwise(changes[1:]) if a != b)
    assert changes[-1][1] == 0.0


def test_what_needs_no_care_is_as_the_config_says() -> None:
    assert fitting(NO_MINIMUM, "lamp") == NO_MINIMUM
    assert fitting(SignRules(minimum_lit_s=30), "relay").minimum_lit_s == 30


boards = st.fixed_dictionaries(
    {
        "waiting": st.sampled_from([None, 0, 1, 2, 3, 5]),
        "longest": st.sampled_from([1.0, 55.0, 70.0]),
        "state": st.sampled_from(["idle", "ringing", "in_use", "unknown"]),
        "pbx": st.sampled_from(["up", "up", "up", "away"]),
    }
)
acts = st.lists(
    st.tuples(st.floats(0.01, 9.0), st.one_of(boards, st.sampled_from(["lit", "dark", "policy", "cut", "back"]))),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(acts, st.sampled_from(get_args(SignKind)))
def test_the_sign_never_flickers_and_is_never_busy_on_old_data(acts: list[tuple[float, Any]], kind: SignKind) -> None:
    rules = fitting(SignRules(minimum_lit_s=8, minimum_dark_s=6), kind)
    desk = Desk(Rules(rules)).start()
    at, by_hand_until, fresh_until = 100.0, 0.0, 0.0
    hands: list[tuple[float, str]] = []
    for pause, act in acts:
        at += pause
        desk.pass_to(at)
        if isinstance(act, dict):
            if desk.unit.link_up:
                asked = desk.unit.nonces[-1].at
                desk.board(at, **act)
                fresh_until = asked + 15.0
        elif act == "cut":
            desk.take(was.LinkDown(at))
        elif act == "back":
            desk.take(was.LinkUp(at))
        else:
            desk.take(was.CommandArrived(at, OverrideSign(wish=act, minutes=1)))
            hands.append((at, act))
            by_hand_until = at + 60 if act != "policy" else 0.0
            if act != "policy":
                assert desk.sign == act, "a wish by hand is answered at once"
                _assert_seen_within_100_ms(desk, at, act)
                at += 0.1
        assert desk.sign != "lit" or at <= max(by_hand_until, fresh_until) + 1e-6
    desk.pass_to(at + 40)
    assert desk.sign != "lit" or at + 40 <= by_hand_until
    _assert_minimum(desk, hands, rules)


def _assert_seen_within_100_ms(desk: Any, at: float, wish: str) -> None:
    """Seen: as far on its way as a lamp that fades can be by then, and no lamp waits."""
    was_lit = [level for when, level in brightness(desk) if when < at - 1e-3]
    desk.pass_to(at + 0.1)
    level = brightness(desk)[-1][1]
    before = was_lit[-1] if was_lit else 0.0
    target = 1.0 if wish == "lit" else 0.0
    # A wish in the middle of a fade the other way finds the lamp one step further than it was last seen.
    assert abs(level - target) <= abs(before - target) * 0.8 + 1 / FADE_STEPS


def _assert_minimum(desk: Any, hands: list[tuple[float, str]], rules: SignRules) -> None:
    least = {"lit": rules.minimum_lit_s, "dark": rules.minimum_dark_s, "unsure": rules.unsure_at_least_s}
    changes: list[tuple[float, str]] = []
    for at, effect in desk.did:
        if isinstance(effect, do.SetSign) and (not changes or changes[-1][1] != effect.state):
            changes.append((at, effect.state))
    for (before, was_state), (after, state) in pairwise(changes[1:]):
        by_hand = any(at <= after + 1e-6 and after <= at + 60 and wish == state for at, wish in hands)
        assert state == "unsure" or by_hand or after - before >= least[was_state] - 1e-6
