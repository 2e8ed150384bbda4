"""Callers who hung up while waiting: each is offered once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_agent.core import events as e
from host_agent.core.callers import Party
from host_agent.core.lines import LineFacts
from host_agent.core.missed import SHORTEST_TALK_S, Missed, Talk, follow_talks, missed
from host_agent.core.phone_plan import e164

ID = "c" * 32


def _gave_up(number: str | None, *, withheld: bool = False, call: str = "1.1") -> e.CallerAbandoned:
    return e.CallerAbandoned(50.0, "receptie", call, Party(number, None, withheld), 40.0)


def test_a_caller_who_hung_up_is_offered_with_number_queue_time_and_wait() -> None:
    found = missed(_gave_up("0612345678"), 1000.0, new_id=ID, offered={}, open_note=None)
    assert found == Missed(ID, "+31612345678", "0612345678", None, "receptie", 1000.0, 1000.0, 40.0)


@pytest.mark.parametrize("call", [_gave_up(None), _gave_up("0612345678", withheld=True), _gave_up("anonymous")])
def test_a_caller_who_cannot_be_called_back_is_not_offered(call: e.CallerAbandoned) -> None:
    assert missed(call, 1000.0, new_id=ID, offered={}, open_note=None) is None


def test_a_second_call_in_another_notation_is_the_same_offer() -> None:
    first = missed(_gave_up("0612345678"), 1000.0, new_id=ID, offered={}, open_note=None)
    assert first is not None
    again = missed(_gave_up("+31612345678"), 1060.0, new_id="d" * 32, offered={first.key: first}, open_note=None)
    assert again is not None
    assert (again.id, again.times, again.first_at, again.last_at) == (ID, 2, 1000.0, 1060.0)


def test_a_caller_with_an_open_note_joins_it_and_is_not_offered() -> None:
    found = missed(_gave_up("0612345678"), 1000.0, new_id=ID, offered={}, open_note="a" * 32)
    assert found is not None
    assert (found.fate, found.note_id) == ("joined", "a" * 32)


def _talks(at: float, state: str, number: str | None = None, *, incoming: bool | None = True) -> e.LineChanged:
    party = None if number is None else Party(number)
    return e.LineChanged(at, LineFacts("100", state, party=party, incoming=incoming if number else None))  # type: ignore[arg-type]


def test_a_caller_who_got_through_was_spoken_to_when_the_talk_ends() -> None:
    talks, ended = follow_talks({}, _talks(10.0, "ringing", "0612345678"))
    assert (talks, ended) == ({}, None)
    talks, ended = follow_talks(talks, _talks(12.0, "in_use", "0612345678"))
    assert (talks, ended) == ({"100": Talk("0612345678", 12.0)}, None)
    talks, ended = follow_talks(talks, _talks(20.0, "on_hold", "0612345678"))
    assert ended is None
    talks, ended = follow_talks(talks, _talks(80.0, "idle"))
    assert (talks, ended) == ({}, "0612345678")


def test_click_to_dial_is_no_talk_with_a_caller() -> None:
    talks, _ = follow_talks({}, _talks(10.0, "in_use", "0612345678"))
    dials = LineFacts("100", "in_use", dialled="0612345678", incoming=False)
    talks, ended = follow_talks(talks, e.LineChanged(10.0 + SHORTEST_TALK_S / 2, dials))
    assert (talks, ended) == ({}, None)


def test_a_talk_whose_end_was_not_seen_is_forgotten() -> None:
    talks, _ = follow_talks({}, _talks(10.0, "in_use", "0612345678"))
    assert follow_talks(talks, e.PbxAway(90.0, "silent")) == ({}, None)


_NUMBERS = st.sampled_from(["0612345678", "+31612345678", "0031612345678", "0201234567", "100", None])


@given(st.lists(st.tuples(_NUMBERS, st.booleans(), st.booleans()), max_size=30))
def test_every_call_that_can_be_called_back_counts_once_and_a_number_stands_there_once(
    calls: list[tuple[str | None, bool, bool]],
) -> None:
    offered: dict[str, Missed] = {}
    joined: dict[str, Missed] = {}
    for at, (number, withheld, has_note) in enumerate(calls):
        found = missed(
            _gave_up(number, withheld=withheld), float(at), new_id=f"{at:032x}", offered=offered,
            open_note="a" * 32 if has_note else None,
        )  # fmt: skip
        if found is None:
            assert withheld or number is None
            continue
        offered.pop(found.key, None)
        (joined if found.fate == "joined" else offered)[found.key if found.fate == "offered" else found.id] = found
        assert found.key == e164(number)
    counted = sum(each.times for each in (*offered.values(), *joined.values()))
    assert counted == sum(not withheld and number is not None for number, withheld, _ in calls)
    assert all(key == each.key for key, each in offered.items())
