"""The life of a callback note."""

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from host_agent.core.notes import (
    LIFE,
    Action,
    Assign,
    Attempt,
    CallbackNote,
    Changed,
    Drop,
    FillIn,
    Finish,
    NotNow,
    Overtaken,
    PassOn,
    Reopen,
    See,
    State,
    Unassign,
    Withdraw,
    change,
    is_live,
    is_overdue,
    made,
    step,
)

NOTE = CallbackNote(id="a" * 32, pressed_at=1000.0, arrived_at=1001.0, caller_number="0612345678", unit="balie-1")
FILLED = FillIn(caller_name="M. de Vries", caller_number="0612345678", for_whom="Jan", reason="dak", promised_by=9000.0)

actions = st.one_of(
    st.builds(
        FillIn,
        caller_name=st.none() | st.text(max_size=5),
        caller_number=st.none() | st.just("06"),
        for_whom=st.none() | st.text(max_size=5),
        reason=st.none(),
        promised_by=st.none() | st.floats(0, 1e9),
    ),
    st.builds(Assign, st.text(max_size=5)),
    st.just(Unassign()),
    st.builds(PassOn, st.text(max_size=5), st.none() | st.just("met vakantie")),
    st.just(See()),
    st.builds(Attempt, st.sampled_from(["no_answer", "left_message"])),
    st.builds(Finish, st.none() | st.text(max_size=5)),
    st.builds(Drop, st.text(min_size=1, max_size=5)),
    st.just(Withdraw()),
    st.just(Reopen()),
)


def _changed(outcome: object) -> Changed:
    assert isinstance(outcome, Changed)
    return outcome


def test_filling_in_writes_only_what_differs_in_the_history() -> None:
    done = _changed(step(NOTE, FILLED, who="Anja", at=1100.0))
    assert (done.note.caller_name, done.note.for_whom, done.note.version) == ("M. de Vries", "Jan", 2)
    assert done.entry is not None
    assert (done.entry.who, done.entry.at) == ("Anja", 1100.0)
    assert set(done.entry.fields) == {"caller_name", "for_whom", "reason", "promised_by"}


def test_writing_the_same_again_is_no_change() -> None:
    first = _changed(step(NOTE, FILLED, who="Anja", at=1100.0))
    again = _changed(step(first.note, FILLED, who="Bert", at=1200.0))
    assert again == Changed(first.note, None)


def test_the_second_of_two_editors_is_told_and_overwrites_nothing() -> None:
    first = _changed(change(NOTE, 1, Assign("Piet"), who="Anja", at=1100.0))
    second = change(first.note, 1, Assign("Klaas"), who="Bert", at=1101.0)
    assert second == Overtaken(first.note)


def test_a_note_ticked_off_keeps_its_outcome_and_the_time() -> None:
    done = _changed(step(NOTE, Finish("Gesproken"), who="Anja", at=2000.0))
    assert (done.note.state, done.note.outcome, done.note.closed_at) == ("done", "Gesproken", 2000.0)


def test_a_closed_note_is_not_edited_until_it_is_reopened() -> None:
    dropped = _changed(step(NOTE, Drop("dubbel"), who="Anja", at=2000.0)).note
    assert step(dropped, Assign("Piet"), who="Bert", at=2001.0) == NotNow(dropped)
    reopened = _changed(step(dropped, Reopen(), who="Bert", at=2002.0)).note
    assert (reopened.state, reopened.outcome, reopened.closed_at) == ("open", None, None)


def test_a_late_withdrawal_does_not_undo_what_a_person_ended() -> None:
    done = _changed(step(NOTE, Finish("Gesproken"), who="Anja", at=2000.0)).note
    late = _changed(step(done, Withdraw(), who="balie-1", at=3000.0))
    assert (late.note.state, late.note.outcome, late.note.closed_at) == ("done", "Gesproken", 2000.0)
    assert late.entry is not None
    assert late.entry.what == "withdrawn"


def test_a_note_is_assigned_seen_tried_twice_and_done() -> None:
    note = NOTE
    deeds: list[Action] = [Assign("Jan"), See(), Attempt("no_answer"), Attempt("left_message"), Finish("Gesproken")]
    states = []
    for moment, deed in enumerate(deeds):
        note = _changed(step(note, deed, who="Jan", at=2000.0 + moment)).note
        states.append(note.state)
    assert states == ["assigned", "seen", "attempted", "attempted", "done"]
    assert (note.assigned_at, note.seen_at, note.attempts, note.attempted_at) == (2000.0, 2001.0, 2, 2003.0)


def test_opening_a_note_twice_is_one_entry() -> None:
    seen = _changed(step(_changed(step(NOTE, Assign("Jan"), who="Anja", at=1.0)).note, See(), who="Jan", at=2.0)).note
    assert step(seen, See(), who="Jan", at=3.0) == Changed(seen, None)


def test_whoever_gets_a_note_passed_on_has_not_seen_it() -> None:
    seen = _changed(step(_changed(step(NOTE, Assign("Jan"), who="Anja", at=1.0)).note, See(), who="Jan", at=2.0)).note
    passed = _changed(step(seen, PassOn("Piet", "gaat over de garantie"), who="Jan", at=3.0))
    assert (passed.note.state, passed.note.assigned_to, passed.note.assigned_at) == ("assigned", "Piet", 3.0)
    assert passed.note.seen_at is None
    assert passed.entry is not None
    assert passed.entry.fields == {"remark": "gaat over de garantie", "assigned_to": "Piet"}


def test_nobody_has_seen_what_nobody_was_asked() -> None:
    assert step(NOTE, See(), who="Jan", at=1.0) == NotNow(NOTE)
    assert step(NOTE, PassOn("Piet"), who="Jan", at=1.0) == NotNow(NOTE)


def test_a_promise_is_dated_when_it_is_made_and_when_it_is_made_anew() -> None:
    first = _changed(step(NOTE, FILLED, who="Anja", at=1100.0)).note
    assert first.promised_at == 1100.0
    other = _changed(step(first, replace(FILLED, reason="zolder"), who="Anja", at=1200.0)).note
    assert other.promised_at == 1100.0
    renewed = _changed(step(first, replace(FILLED, promised_by=9500.0), who="Anja", at=1300.0)).note
    assert renewed.promised_at == 1300.0


def test_a_note_made_by_hand_holds_what_was_typed() -> None:
    note = made(replace(FILLED, urgent=True), note_id="b" * 32, at=500.0)
    assert (note.caller_name, note.urgent, note.promised_at, note.unit) == ("M. de Vries", True, 500.0, None)


def test_only_an_open_note_can_be_overdue() -> None:
    promised = replace(NOTE, promised_by=5000.0)
    assert not is_overdue(promised, 4999.0)
    assert is_overdue(promised, 5001.0)
    assert not is_overdue(replace(promised, state="done"), 5001.0)


def test_the_table_names_only_states_and_actions_that_exist() -> None:
    for (state, action), after in LIFE.items():
        assert state in get_args(State)
        assert after in get_args(State)
        assert action in get_args(Action)


@given(st.lists(actions, max_size=12))
def test_whatever_is_done_every_change_is_in_the_history_once(deeds: list[Action]) -> None:
    note, entries = NOTE, []
    for moment, deed in enumerate(deeds):
        match step(note, deed, who="x", at=float(moment)):
            case Changed(after, entry):
                assert (entry is None) == (after == note)
                if entry is not None:
                    entries.append(entry)
                    assert after.version == note.version + 1
                note = after
            case NotNow(same):
                assert same == note
    assert note.version == 1 + len(entries)
    assert (note.closed_at is None) == is_live(note)
    assert (note.assigned_at is None) == (note.assigned_to is None)
    assert note.attempts == sum(entry.what == "attempted" for entry in entries)
