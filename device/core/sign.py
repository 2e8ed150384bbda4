"""When the sign is lit for colleagues. The first row that fits decides (docs/sign.md has the table):

1. by hand, from the menu or the host: as wished, also on old data
2. out of opening hours: dark
3. data older than 15 s, or the PBX away, or nothing known: unsure
4. own line rings or is in use, and as many wait as the rule says: lit
5. so many wait, or the longest waits so long: lit
6. else dark

Lit, dark and unsure each stand for a minimum time, so that the sign never flickers; only a wish by hand and old data
do not wait for it.
"""

from dataclasses import dataclass, replace
from typing import Literal

from broker.messages import SignReason, SignState
from device.core import counts
from device.core.freshness import DatedBoard, is_fresh, old_at
from device.core.rules import FADE_STEPS, PULSE_EVERY_S, PULSE_S, SOFT_PULSE, SOFT_PULSE_S, SignRules


@dataclass(frozen=True, slots=True)
class ByHand:
    """A wish that beats the rest until `until`."""

    wish: Literal["lit", "dark"]
    until: float


@dataclass(frozen=True, slots=True)
class Sign:
    """What the sign says, why, and since when; `faded_from`: how bright it was then, 0-1."""

    state: SignState = "unsure"
    reason: SignReason = "old"
    since: float = float("-inf")
    faded_from: float = 0.0


_EXACTLY = 1e-6
"""Deadlines are sums of floats: what is due within a microsecond is due."""


def decide(
    sign: Sign, rules: SignRules, board: DatedBoard | None, by_hand: ByHand | None, now: float, *, closed: bool = False
) -> Sign:
    """The sign at `now`."""
    state, reason = wanted(rules, board, by_hand, now, closed=closed)
    if state == sign.state:
        return replace(sign, reason=reason)
    at_once = reason in ("by_hand", "old")
    if not at_once and now < minimum_until(sign, rules):
        return replace(sign, reason="minimum")
    return Sign(state, reason, now, level(sign, rules, now))


def wanted(
    rules: SignRules, board: DatedBoard | None, by_hand: ByHand | None, now: float, *, closed: bool = False
) -> tuple[SignState, SignReason]:
    """What the policy asks for, minimum times aside."""
    if by_hand is not None and now < by_hand.until:
        return by_hand.wish, "by_hand"
    if closed and rules.out_of_hours == "dark":
        return "dark", "calm"
    if board is None or not is_fresh(board, now) or board.board.pbx != "up":
        return "unsure", "old"
    return _by_policy(rules, board, now)


def _by_policy(rules: SignRules, board: DatedBoard, now: float) -> tuple[SignState, SignReason]:
    busy, many, since = counts.line_is_busy(board), counts.waiting(board), counts.longest_since(board)
    if busy and rules.line_with_waiting is not None and (many or 0) >= rules.line_with_waiting:
        return "lit", "line"
    if many is not None and rules.waiting is not None and many >= rules.waiting:
        return "lit", "waiting"
    if since is not None and rules.longest_wait_s is not None and now >= since + rules.longest_wait_s:
        return "lit", "longest_wait"
    # "Dark" says "come in": it is said only when something is known. A PBX without queues is known by its line alone.
    unknown = many is None if board.board.queues else busy is None
    return ("unsure", "old") if unknown else ("dark", "calm")


def minimum_until(sign: Sign, rules: SignRules) -> float:
    """Until when the sign keeps its state, if neither hand nor old data asks otherwise."""
    match sign.state:
        case "lit":
            return sign.since + rules.minimum_lit_s
        case "dark":
            return sign.since + rules.minimum_dark_s
        case "unsure":
            return sign.since + rules.unsure_at_least_s


def moments(sign: Sign, rules: SignRules, board: DatedBoard | None, by_hand: ByHand | None) -> list[float]:
    """All moments at which the sign may change by time alone, past ones too."""
    found = [minimum_until(sign, rules)]
    if by_hand is not None:
        found.append(by_hand.until)
    if board is not None:
        found.append(old_at(board))
        since = counts.longest_since(board)
        if since is not None and rules.longest_wait_s is not None:
            found.append(since + rules.longest_wait_s)
    return found


def level(sign: Sign, rules: SignRules, now: float) -> float:
    """How bright the sign is, 0-1. It fades by steps if it can; in `unsure` it winks or pulses softly, or is dark."""
    if sign.state == "unsure":
        return _pulse(sign, rules, now)
    target = 1.0 if sign.state == "lit" else 0.0
    if now >= sign.since + rules.fade_s:
        return target
    # The first step is taken at once: a wish by hand is seen without delay.
    steps = min(int((now - sign.since) / rules.fade_s * FADE_STEPS + _EXACTLY) + 1, FADE_STEPS)
    return round(sign.faded_from + (target - sign.faded_from) * steps / FADE_STEPS, 3)


def _pulse(sign: Sign, rules: SignRules, now: float) -> float:
    if not _pulses(sign, rules):
        return 0.0
    into = now - _round_began(sign, now) + _EXACTLY
    if rules.fade_s <= 0:
        return 1.0 if into >= PULSE_EVERY_S - PULSE_S else 0.0
    begins = PULSE_EVERY_S - SOFT_PULSE_S
    if into < begins:
        return 0.0
    step = min(int((into - begins) / SOFT_PULSE_S * 2 * FADE_STEPS), 2 * FADE_STEPS - 1)
    return round(SOFT_PULSE * min(step + 1, 2 * FADE_STEPS - 1 - step) / FADE_STEPS, 3)


def _pulses(sign: Sign, rules: SignRules) -> bool:
    return sign.state == "unsure" and rules.when_unsure == "pulse" and sign.since != float("-inf")


def _round_began(sign: Sign, now: float) -> float:
    """When the present round of pulsing began."""
    return sign.since + int((now - sign.since) / PULSE_EVERY_S + _EXACTLY) * PULSE_EVERY_S


def next_level(sign: Sign, rules: SignRules, now: float) -> float | None:
    """When `level` changes next by time alone; None: it does not."""
    if not _pulses(sign, rules):
        if sign.state == "unsure" or now >= sign.since + rules.fade_s:
            return None
        return _next_step(sign.since, rules.fade_s / FADE_STEPS, now)
    began = _round_began(sign, now)
    begins = began + PULSE_EVERY_S - (SOFT_PULSE_S if rules.fade_s > 0 else PULSE_S)
    if now < begins - _EXACTLY:
        return begins
    if rules.fade_s <= 0:
        return began + PULSE_EVERY_S
    return _next_step(begins, SOFT_PULSE_S / (2 * FADE_STEPS), now)


def _next_step(since: float, step_s: float, now: float) -> float:
    return since + (int((now - since) / step_s + _EXACTLY) + 1) * step_s
