"""The board's own rules, without any PBX."""

from dataclasses import replace

import pytest

from host_agent.core.agents import Agent, AgentCounts, count
from host_agent.core.board import ABANDONED_KEPT, OfficeBoard, apply, doubts, line_state
from host_agent.core.callers import Party, RingingTransfer, WaitingCaller
from host_agent.core.events import (
    AgentChanged,
    AgentRemoved,
    CallerAbandoned,
    CallerDated,
    CallerJoined,
    CallerLeft,
    LineChanged,
    LineRemoved,
    PbxAway,
    PbxConnected,
    PbxEvent,
    PbxHeard,
    QueueSeen,
    SnapshotTaken,
    TransferRang,
    TransferSettled,
)
from host_agent.core.lines import LineFacts
from host_agent.core.queues import longest_wait

JAN = Party("0612345678", "Jan de Jong")
ANNA = Agent("PJSIP/100", "Anna", "100", "idle")


def after(*events: PbxEvent, board: OfficeBoard | None = None) -> OfficeBoard:
    board = board or OfficeBoard()
    for event in events:
        board = apply(board, event)
    return board


def waiting(call: str, since: float | None = 0.0) -> WaitingCaller:
    return WaitingCaller(call, JAN, since)


UP = after(PbxConnected(0.0), SnapshotTaken(1.0, (QueueSeen("receptie", 0, (), (ANNA,)), QueueSeen("service", 0))))


def test_the_link_is_away_then_starting_then_up() -> None:
    assert OfficeBoard().link == "away"
    assert after(PbxConnected(1.0)).link == "starting"
    assert UP.link == "up"
    assert after(PbxAway(9.0, "cut"), board=UP).link == "away"


def test_when_the_link_is_lost_all_is_unknown_until_a_new_snapshot() -> None:
    busy = after(
        CallerJoined(2.0, "receptie", waiting("a"), 1),
        LineChanged(2.0, LineFacts("100", "in_use", JAN)),
        TransferRang(2.0, RingingTransfer("leg", "100", "Piet", "202", JAN, 2.0)),
        CallerAbandoned(2.0, "receptie", "z", JAN, 3.0),
        board=UP,
    )
    for event in (PbxAway(3.0, "cut"), PbxConnected(3.0)):
        lost = after(event, board=busy)
        assert [(q.known, q.waiting, q.callers, dict(q.agents)) for q in lost.queues.values()] == [
            (False, None, (), {})
        ] * 2
        assert line_state(lost, "100") == "unknown"
        assert lost.lines["100"].facts.party is None
        assert lost.transfers == ()
        assert len(lost.abandoned) == 1, "who gave up must still be called back"


def test_the_age_of_the_link_is_that_of_the_last_sign_of_life() -> None:
    assert after(PbxHeard(7.5), board=UP).heard_at == 7.5
    assert after(PbxAway(9.0, "silent"), board=UP).heard_at == 1.0


def test_callers_stand_where_they_joined_and_move_up_when_one_leaves() -> None:
    board = after(
        CallerJoined(2.0, "receptie", waiting("a", 2.0), 1, 1),
        CallerJoined(3.0, "receptie", waiting("b", 3.0), 2, 2),
        CallerJoined(4.0, "receptie", waiting("vip", 4.0), 3, 1),
        board=UP,
    )
    assert [c.call for c in board.queues["receptie"].callers] == ["vip", "a", "b"]
    assert longest_wait(board.queues["receptie"], 10.0) == 8.0
    board = after(CallerLeft(5.0, "receptie", "a", 2), board=board)
    assert [c.call for c in board.queues["receptie"].callers] == ["vip", "b"]
    assert longest_wait(board.queues["receptie"], 10.0) == 7.0


def test_the_count_of_the_pbx_wins_and_the_queue_is_in_doubt() -> None:
    board = after(CallerJoined(2.0, "receptie", waiting("a"), 4), board=UP)
    assert board.queues["receptie"].waiting == 4
    assert doubts(board) == {"receptie"}
    assert longest_wait(board.queues["receptie"], 9.0) is None, "one of the others may wait longer"
    assert doubts(after(CallerLeft(3.0, "receptie", "x", 0), board=board)) == frozenset()


def test_an_empty_queue_has_waited_nothing_and_an_unknown_one_is_unknown() -> None:
    assert longest_wait(UP.queues["receptie"], 9.0) == 0.0
    assert longest_wait(after(PbxAway(2.0, "cut"), board=UP).queues["receptie"], 9.0) is None


def test_a_better_join_time_replaces_a_rough_one() -> None:
    board = after(CallerJoined(2.0, "receptie", waiting("a", None), 1), board=UP)
    assert longest_wait(board.queues["receptie"], 9.0) is None
    assert longest_wait(after(CallerDated(3.0, "receptie", "a", 1.5), board=board).queues["receptie"], 9.0) == 7.5


def test_a_part_of_the_queues_leaves_the_others_and_unlisted_agents_as_they_are() -> None:
    part = SnapshotTaken(5.0, (QueueSeen("receptie", 1, (waiting("a"),)),), whole=False)
    board = after(part, board=UP)
    assert set(board.queues) == {"receptie", "service"}
    assert board.queues["receptie"].agents == {"PJSIP/100": ANNA}
    whole = after(replace(part, whole=True), board=UP)
    assert set(whole.queues) == {"receptie"}
    assert whole.queues["receptie"].agents == {}


def test_an_idle_line_is_paused_when_its_agent_is_in_every_queue() -> None:
    board = after(LineChanged(1.0, LineFacts("100", "idle")), board=UP)
    assert line_state(board, "100") == "idle"
    board = after(AgentChanged(2.0, "receptie", replace(ANNA, paused=True)), board=board)
    assert line_state(board, "100") == "paused"
    board = after(AgentChanged(2.0, "service", ANNA), board=board)
    assert line_state(board, "100") == "idle"
    board = after(AgentRemoved(3.0, "service", "PJSIP/100"), board=board)
    assert line_state(board, "100") == "paused"
    assert line_state(after(LineChanged(4.0, LineFacts("100", "ringing", JAN)), board=board), "100") == "ringing"
    assert line_state(board, "999") == "unknown"


def test_a_line_keeps_the_moment_its_state_began() -> None:
    board = after(LineChanged(1.0, LineFacts("100", "idle")), board=UP)
    assert board.lines["100"].since is None, "it was found like that"
    board = after(LineChanged(4.0, LineFacts("100", "ringing")), board=board)
    board = after(LineChanged(4.2, LineFacts("100", "ringing", JAN)), board=board)
    assert board.lines["100"].since == 4.0
    assert "100" not in after(LineRemoved(5.0, "100"), board=board).lines


def test_a_transfer_rings_until_it_is_settled() -> None:
    rang = TransferRang(2.0, RingingTransfer("leg", "100", "Piet", "202", JAN, 2.0))
    board = after(rang, rang, board=UP)
    assert len(board.transfers) == 1
    assert after(TransferSettled(9.0, "leg"), board=board).transfers == ()


def test_abandoned_calls_are_kept_to_a_bound_the_newest_last() -> None:
    board = after(*(CallerAbandoned(float(n), "receptie", str(n), JAN, 1.0) for n in range(ABANDONED_KEPT + 5)))
    assert len(board.abandoned) == ABANDONED_KEPT
    assert board.abandoned[-1].call == str(ABANDONED_KEPT + 4)


@pytest.mark.parametrize(
    ("agent", "counts"),
    [
        (ANNA, AgentCounts(free=1)),
        (replace(ANNA, state="ringing"), AgentCounts(busy=1)),
        (replace(ANNA, state="in_use", paused=True), AgentCounts(paused=1)),
        (replace(ANNA, state="unavailable", paused=True), AgentCounts()),
        (replace(ANNA, wrap_up_until=10.5), AgentCounts(busy=1)),
        (replace(ANNA, wrap_up_until=9.5), AgentCounts(free=1)),
    ],
)
def test_each_agent_counts_once(agent: Agent, counts: AgentCounts) -> None:
    assert count([agent], now=10.0) == counts
