"""Taking notes in from units: once per id, whatever happens on the way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.messages import Caller, Note
from host_agent.core.intake import Arrival, TakenIn, Tombstone, press_time, take_in
from host_agent.core.notes import CallbackNote, FillIn, Finish, step

ID = "0123456789abcdef" * 2
SAID = Note(id=ID, pressed_s_ago=60.0, caller=Caller(number="0612345678", name="M. de Vries"), queue="receptie")
WITHDRAWN = Note(id=ID, rev=2, pressed_s_ago=62.0, caller=SAID.caller, queue="receptie", withdrawn=True)


def _arrive(known: CallbackNote | None, note: Note, at: float = 10_000.0, unit: str = "balie-1") -> TakenIn:
    return take_in(known, Arrival(unit, note, at))


def _kept(note: Note = SAID) -> CallbackNote:
    taken = _arrive(None, note).note
    assert taken is not None
    return taken


def test_a_press_is_dated_by_its_age_on_the_hosts_clock() -> None:
    note = _kept()
    assert (note.pressed_at, note.certainty, note.arrived_at) == (9940.0, "exact", 10_000.0)


@pytest.mark.parametrize(
    ("clock", "at", "certainty"),
    [
        pytest.param(9_000.0, 9_000.0, "approximate", id="a believable clock"),
        pytest.param(11_000.0, 10_000.0, "arrival", id="a clock that runs ahead"),
        pytest.param(-9e9, 10_000.0, "arrival", id="a clock that was never set"),
        pytest.param(None, 10_000.0, "arrival", id="no clock"),
    ],
)
def test_a_press_before_a_restart_is_dated_as_well_as_can_be(clock: float | None, at: float, certainty: str) -> None:
    assert press_time(Note(id=ID, pressed_clock=clock), 10_000.0) == (at, certainty)


def test_the_same_revision_again_is_receipted_and_changes_nothing() -> None:
    again = _arrive(_kept(), Note(**{f: getattr(SAID, f) for f in SAID.__struct_fields__} | {"pressed_s_ago": 95.0}))
    assert again == TakenIn(1)


def test_a_withdrawal_ends_the_note() -> None:
    taken = _arrive(_kept(), WITHDRAWN)
    assert taken.note is not None
    assert (taken.note.state, taken.note.rev, taken.receipt_rev) == ("withdrawn", 2, 2)
    assert [entry.what for entry in taken.entries] == ["withdrawn"]


def test_a_withdrawal_that_overtakes_its_note_leaves_it_withdrawn() -> None:
    first = _kept(WITHDRAWN)
    assert first.state == "withdrawn"
    assert _arrive(first, SAID) == TakenIn(2)


def test_another_content_under_the_same_id_loses_and_is_recorded_once() -> None:
    other = Note(id=ID, pressed_s_ago=60.0, caller=Caller(number="0600000000"))
    first = _kept()
    taken = _arrive(first, other)
    assert taken.note is not None
    assert taken.note.caller_number == "0612345678"
    assert [entry.what for entry in taken.entries] == ["conflict"]
    assert _arrive(taken.note, other) == TakenIn(1)


def test_another_unit_cannot_withdraw_this_units_note() -> None:
    taken = _arrive(_kept(), WITHDRAWN, unit="balie-2")
    assert taken.note is not None
    assert taken.note.state == "open"
    assert taken.note.conflict is not None


def test_a_newer_revision_fills_what_is_empty_and_leaves_what_a_person_wrote() -> None:
    first = _kept(Note(id=ID, pressed_s_ago=1.0))
    person = FillIn(caller_name="Mevr. De Vries", caller_number=None, for_whom=None, reason=None, promised_by=None)
    edited = step(first, person, who="Anja", at=10_001.0).note
    newer = Note(id=ID, rev=2, pressed_s_ago=9.0, caller=Caller(number="0612345678", name="DE VRIES M"))
    taken = _arrive(edited, newer)
    assert taken.note is not None
    assert (taken.note.caller_name, taken.note.caller_number) == ("Mevr. De Vries", "0612345678")


def test_a_deleted_note_stays_deleted_and_is_receipted() -> None:
    assert take_in(Tombstone(ID, 1), Arrival("balie-1", WITHDRAWN, 1.0)) == TakenIn(2)


def test_a_note_ticked_off_before_its_withdrawal_arrives_stays_ticked_off() -> None:
    done = step(_kept(), Finish("Gesproken"), who="Anja", at=10_001.0).note
    taken = _arrive(done, WITHDRAWN, at=20_000.0)
    assert taken.note is not None
    assert (taken.note.state, taken.note.rev) == ("done", 2)


@given(st.lists(st.sampled_from([SAID, WITHDRAWN]), min_size=1, max_size=8))
def test_in_whatever_order_and_number_revisions_come_the_newest_holds(sent: list[Note]) -> None:
    known: CallbackNote | None = None
    newest = 0
    for moment, note in enumerate(sent):
        newest = max(newest, note.rev)
        taken = _arrive(known, note, at=10_000.0 + moment)
        assert taken.receipt_rev == newest
        if taken.note is not None:
            known = taken.note
    assert known is not None
    assert known.rev == newest
    assert known.state == ("withdrawn" if newest == 2 else "open")
    assert known == replace(known, conflict=None)
