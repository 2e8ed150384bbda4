"""The PBX sees that somebody was called back: what is proposed, and on which notes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_agent.core import events as e
from host_agent.core.lines import LineFacts
from host_agent.core.proposals import CallMade, OpenNote, OutgoingCall, Proposal, better, follow, outside, proposals
from host_agent.pbx.asterisk.translate import Translator
from host_agent.replay import Moment, moments_of
from tests.traces.recordings import recording

CALL = CallMade("201", "0612345678", 100.0, 180.0)
NOTE = OpenNote("a" * 32, "+31 6 1234 5678", 1000.0, asked="Anouk Bakker")
LINES = {"anouk bakker": frozenset({"201"})}


def _calling(at: float, dialled: str | None, *, answered: bool | None = None, line: str = "201") -> e.LineChanged:
    state = "idle" if dialled is None else "in_use"
    incoming = None if dialled is None else False
    return e.LineChanged(at, LineFacts(line, state, dialled=dialled, incoming=incoming, answered=answered))


def _made(events: list[e.PbxEvent]) -> list[CallMade]:
    under_way: dict[str, OutgoingCall] = {}
    made = []
    for event in events:
        under_way, ended = follow(under_way, event)  # type: ignore[assignment]
        made += [] if ended is None else [ended]
    return made


def test_the_recorded_office_made_one_call_from_the_phone_one_within_and_one_by_a_click() -> None:
    translator, events = Translator(asks_for_all=False), []
    for moment in moments_of(recording("22.10.1", "13-direct").events()):
        assert isinstance(moment, Moment)
        for packet in moment.packets:
            events += translator.feed((packet,), moment.t or 0.0)
    made = [(call.line, call.dialled, round(call.began_at), round(call.talked_s or -1)) for call in _made(events)]
    assert made == [("100", "0655443322", 7, 3), ("201", "100", 15, 6), ("100", "0655443322", 33, 4)]


def test_a_call_is_dated_by_its_dialling_and_measured_from_the_answer() -> None:
    events = [_calling(10.0, "0612345678", answered=False), _calling(22.0, "0612345678", answered=True)]
    assert _made([*events, _calling(202.0, None)]) == [CallMade("201", "0612345678", 10.0, 180.0)]


def test_a_call_that_nobody_answered_has_no_talk() -> None:
    events = [_calling(10.0, "0612345678", answered=False), _calling(40.0, None)]
    assert _made(events) == [CallMade("201", "0612345678", 10.0, None)]


def test_a_call_whose_end_was_not_seen_is_forgotten() -> None:
    events = [_calling(10.0, "0612345678", answered=True), e.PbxAway(20.0, "silent"), _calling(40.0, None)]
    assert _made(events) == []


def test_a_line_that_dials_another_number_made_the_first_call() -> None:
    events = [_calling(10.0, "0612345678", answered=False), _calling(20.0, "0201234567", answered=False)]
    assert _made(events) == [CallMade("201", "0612345678", 10.0, None)]


def test_a_call_from_the_colleagues_line_proposes_the_tick_in_whatever_notation() -> None:
    assert proposals(CALL, 2000.0, [NOTE], lines_of=LINES) == [Proposal(NOTE.id, 2000.0, 180.0, "201")]


@pytest.mark.parametrize(
    ("call", "note"),
    [
        (CALL, replace(NOTE, number="0612345679")),
        (CALL, replace(NOTE, pressed_at=2000.1)),
        (replace(CALL, line="202"), NOTE),
        (replace(CALL, dialled="201"), NOTE),
    ],
    ids=["another number", "a note made after the call", "a line that is not asked", "a call within the office"],
)
def test_nothing_is_proposed_for(call: CallMade, note: OpenNote) -> None:
    assert proposals(call, 2000.0, [note], lines_of=LINES) == []


def test_the_telephonists_own_line_counts_and_any_line_does_when_nobody_is_asked() -> None:
    elsewhere = replace(CALL, line="100")
    assert proposals(elsewhere, 2000.0, [replace(NOTE, line="100")], lines_of=LINES)
    assert proposals(elsewhere, 2000.0, [replace(NOTE, asked=None)], lines_of=LINES)
    assert proposals(elsewhere, 2000.0, [replace(NOTE, asked="Iemand zonder toestel")], lines_of=LINES)


def test_the_digit_for_an_outside_line_is_not_part_of_the_number() -> None:
    assert outside("00612345678", "0") == "0612345678"
    assert outside("0", "0") == "0"
    dialled = replace(CALL, dialled="00612345678")
    assert proposals(dialled, 2000.0, [NOTE], lines_of=LINES, prefix="0")


def test_an_answered_call_goes_before_an_unanswered_one_and_then_the_later() -> None:
    talked, rang = Proposal("a", 10.0, 60.0, "201"), Proposal("a", 20.0, None, "201")
    assert better(None, rang)
    assert better(rang, talked)
    assert not better(talked, rang)
    assert better(talked, replace(talked, called_at=30.0))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["201", "202"]),
            st.sampled_from([None, "0612345678", "0201234567"]),
            st.booleans(),
            st.sampled_from(["line", "away", "removed"]),
        ),
        max_size=30,
    )
)
def test_whatever_lines_do_no_call_ends_that_did_not_begin_and_no_talk_is_longer_than_its_call(
    steps: list[tuple[str, str | None, bool, str]],
) -> None:
    events: list[e.PbxEvent] = []
    for at, (line, dialled, answered, kind) in enumerate(steps):
        match kind:
            case "away":
                events.append(e.PbxAway(float(at), "gone"))
            case "removed":
                events.append(e.LineRemoved(float(at), line))
            case _:
                events.append(_calling(float(at), dialled, answered=answered if dialled else None, line=line))
    made = _made(events)
    began = {
        (event.line.extension, event.line.dialled, event.at) for event in events if isinstance(event, e.LineChanged)
    }
    for call in made:
        assert (call.line, call.dialled, call.began_at) in began
        assert call.talked_s is None or 0.0 <= call.talked_s <= len(steps) - call.began_at
