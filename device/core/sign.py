"""When the sign is lit for colleagues. The first row that fits decides (see docs for the table):

1. by hand, from the menu or the host: as wished, also on old data
2. data older than 15 s, or the PBX away, or nothing known: unsure
3. own line rings or is in use, and as many wait as the rule says: lit
4. so many wait, or the longest waits so long: lit
5. else dark

Lit, dark and unsure each stand for a minimum time, so that the sign never flickers; only a wish by hand and old data
do not wait for it.
"""

from dataclasses import dataclass
from typing import Literal

from broker.messages import SignReason, SignState
from device.core import counts
from device.core.freshness import DatedBoard, is_fresh, old_at
from device.core.rules import PULSE_EVERY_S, PULSE_S, UNSURE_AT_LEAST_S, SignRules


@dataclass(frozen=True, slots=True)
class ByHand:
    """A wish that beats the rest until `until`."""

    wish: Literal["lit", "dark"]
    until: float


@dataclass(frozen=True, slots=True)
class Sign:
    """What the sign says, why, and since when."""

    state: SignState = "unsure"
    reason: SignReason = "old"
    since: float = float("-inf")


def decide(sign: Sign, rules: SignRules, board: DatedBoard | None, by_hand: ByHand | None, now: float) -> Sign:
    """The sign at `now`."""
    state, reason = wanted(rules, board, by_hand, now)
    if state == sign.state:
        return Sign(state, reason, sign.since)
    at_once = reason in ("by_hand", "old")
    if not at_once and now < minimum_until(sign, rules):
        return Sign(sign.state, "minimum", sign.since)
    return Sign(state, reason, now)


def wanted(
    rules: SignRules, board: DatedBoard | None, by_hand: ByHand | None, now: float
) -> tuple[SignState, SignReason]:
    """What the policy asks for, minimum times aside."""
    if by_hand is not None and now < by_hand.until:
        return by_hand.wish, "by_hand"
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
            return sign.since + UNSURE_AT_LEAST_S


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


def glows(sign: Sign, rules: SignRules, now: float) -> bool:
    """Whether the lamp glows: in `unsure` it winks for 0.3 s every 4 s, or stays dark, by config."""
    if sign.state != "unsure":
        return sign.state == "lit"
    if rules.when_unsure == "dark" or sign.since == float("-inf"):
        return False
    return (now - sign.since) % PULSE_EVERY_S >= PULSE_EVERY_S - PULSE_S


def next_wink(sign: Sign, rules: SignRules, now: float) -> float | None:
    """When the lamp's glow changes next within `unsure`; None when it does not wink."""
    if sign.state != "unsure" or rules.when_unsure == "dark" or sign.since == float("-inf"):
        return None
    into = (now - sign.since) % PULSE_EVERY_S
    return now - into + (PULSE_EVERY_S - PULSE_S if into < PULSE_EVERY_S - PULSE_S else PULSE_EVERY_S)
