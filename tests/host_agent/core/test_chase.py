"""Who is reminded when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from host_agent.core.chase import STILL_S, ChaseRules, Reminder, due, next_look, schedule
from host_agent.core.notes import CallbackNote
from host_agent.core.office_hours import OfficeHours, is_open

ZONE = ZoneInfo("Europe/Amsterdam")
HOURS = OfficeHours(exceptions={date(2026, 11, 25): ()}, zone=ZONE)
RULES = ChaseRules()


def _at(day: int, hour: int, minute: int = 0) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).timestamp()


MADE = _at(23, 9)
NOTE = CallbackNote(id="a" * 32, pressed_at=MADE, arrived_at=MADE)
ASKED = replace(NOTE, state="assigned", assigned_to="Jan", assigned_at=MADE)
PROMISED = replace(ASKED, state="seen", promised_by=_at(23, 12), promised_at=MADE)


def _told(
    note: CallbackNote, looks: Sequence[float], hours: OfficeHours = HOURS, rules: ChaseRules = RULES
) -> list[tuple[float, Reminder]]:
    """What is told in all when somebody looks at these moments."""
    keys: set[str] = set()
    told = []
    for now in looks:
        found = due(note, keys, now, hours, rules)
        keys |= set(found.keys)
        told += [(now, reminder) for reminder in found.tell]
    return told


def _words(told: list[tuple[float, Reminder]]) -> list[str]:
    return [f"{datetime.fromtimestamp(at, ZONE):%a %H:%M} {r.kind} {r.audience}" for at, r in told]


def _minutes(first: float, last: float) -> list[float]:
    return [first + 60.0 * n for n in range(int((last - first) // 60) + 1)]


def test_a_colleague_hears_of_an_assignment_at_once_even_at_night() -> None:
    night = _at(23, 23)
    asked = replace(NOTE, pressed_at=night, state="assigned", assigned_to="Jan", assigned_at=night)
    assert _words(_told(asked, [night])) == ["Mon 23:00 assigned assignee"]


def test_a_note_that_is_not_seen_is_chased_after_a_quarter_of_an_hour_and_at_the_fixed_moments() -> None:
    assert _words(_told(ASKED, _minutes(MADE, _at(24, 8)))) == [
        "Mon 09:00 assigned assignee",
        "Mon 09:15 unseen assignee",
        "Mon 10:00 round assignee",
        "Mon 13:00 round assignee",
        "Mon 16:00 round assignee",
    ]


def test_a_promise_is_chased_half_way_at_its_time_and_then_to_the_leads() -> None:
    told = _words(_told(replace(PROMISED, assigned_at=None), _minutes(MADE, _at(23, 13))))
    assert told == [
        "Mon 10:00 round assignee",
        "Mon 10:30 half_way assignee",
        "Mon 12:00 promise assignee",
        "Mon 12:01 overdue leads",
        "Mon 13:00 round assignee",
        "Mon 13:00 round leads",
    ]


def test_as_long_as_nobody_was_asked_the_desk_is_chased() -> None:
    unasked = replace(NOTE, promised_by=_at(23, 12), promised_at=MADE)
    assert {reminder.audience for _, reminder in _told(unasked, _minutes(MADE, _at(23, 12)))} == {"desk"}


def test_a_holiday_is_quiet_and_the_morning_after_says_it_once() -> None:
    late = replace(NOTE, pressed_at=_at(24, 16, 50), promised_by=_at(25, 12), promised_at=_at(24, 16, 50))
    told = _words(_told(late, _minutes(_at(24, 16, 50), _at(26, 9))))
    assert told == ["Tue 16:55 half_way desk", "Tue 17:00 promise desk", "Thu 08:30 overdue leads"]


def test_a_host_that_was_away_tells_the_weightiest_once() -> None:
    assert _words(_told(ASKED, [_at(23, 16, 30)])) == ["Mon 16:30 assigned assignee"]
    seen = replace(PROMISED, assigned_at=None)
    assert _words(_told(seen, [_at(24, 9), _at(24, 9, 1)])) == ["Tue 09:00 promise assignee", "Tue 09:00 overdue leads"]


def test_a_new_promise_is_chased_anew() -> None:
    keys = set(due(PROMISED, (), _at(23, 12, 1), HOURS, RULES).keys)
    renewed = replace(PROMISED, promised_by=_at(23, 15), promised_at=_at(23, 12, 30))
    assert [r.kind for r in due(renewed, keys, _at(23, 15), HOURS, RULES).tell] == ["promise"]


def test_whoever_is_asked_next_is_told_anew() -> None:
    keys = set(due(ASKED, (), MADE, HOURS, RULES).keys)
    passed_on = replace(ASKED, assigned_to="Piet", assigned_at=MADE + 60)
    assert [r.kind for r in due(passed_on, keys, MADE + 60, HOURS, RULES).tell] == ["assigned"]


_moment = st.floats(_at(20, 0), _at(28, 0))
any_note = st.builds(
    lambda pressed, asked, promise, state: replace(
        NOTE,
        pressed_at=pressed,
        arrived_at=pressed,
        state=state if asked is not None or state in ("done", "dropped", "withdrawn") else "open",
        assigned_to=None if asked is None else "Jan",
        assigned_at=None if asked is None else pressed + asked,
        promised_by=None if promise is None else pressed + promise,
        promised_at=None if promise is None else pressed,
    ),
    _moment,
    st.none() | st.floats(0, 90_000),
    st.none() | st.floats(1, 200_000),
    st.sampled_from(["assigned", "seen", "attempted", "done", "dropped", "withdrawn"]),
)
any_looks = st.lists(_moment, max_size=40).map(sorted)


@settings(max_examples=100, deadline=None)
@given(any_note, any_looks)
def test_no_reminder_is_told_twice_or_too_early_or_out_of_hours(note: CallbackNote, looks: list[float]) -> None:
    told = _told(note, looks)
    keys = [reminder.key for _, reminder in told]
    assert len(keys) == len(set(keys))
    for now, reminder in told:
        assert reminder.at <= now
        is_just_after = is_open(HOURS, reminder.at) and now - reminder.at <= STILL_S
        assert reminder.kind == "assigned" or is_open(HOURS, now) or is_just_after


@settings(max_examples=100, deadline=None)
@given(any_note, _moment)
def test_half_way_comes_before_the_promise_and_the_leads_after_it(note: CallbackNote, now: float) -> None:
    for reminder in schedule(note, now, HOURS, RULES):
        if note.promised_by is not None and reminder.kind in ("half_way", "promise"):
            assert reminder.at <= note.promised_by
        if reminder.audience == "leads":
            assert note.promised_by is not None
            assert reminder.at > note.promised_by


@settings(max_examples=100, deadline=None)
@given(any_note, _moment)
def test_an_ended_note_is_quiet(note: CallbackNote, now: float) -> None:
    if note.state in ("done", "dropped", "withdrawn"):
        assert due(note, (), now, HOURS, RULES) == due(note, (), now + 90_000, HOURS, RULES)
        assert not due(note, (), now, HOURS, RULES).tell
        assert next_look(note, (), now, HOURS, RULES) == float("inf")


@settings(max_examples=30, deadline=None)
@given(any_note, _moment)
def test_looking_only_when_told_to_look_misses_nothing(note: CallbackNote, first: float) -> None:
    """Whoever looks every ten minutes and whoever sleeps until `next_look` tell the same, the second never later."""
    last = first + 30 * 3600
    often = {r.key: now for now, r in _told(note, [first + 600.0 * n for n in range(181)])}
    keys: set[str] = set()
    slept: dict[str, float] = {}
    now = first
    for _ in range(500):
        found = due(note, keys, now, HOURS, RULES)
        keys |= set(found.keys)
        slept.update(dict.fromkeys((r.key for r in found.tell), now))
        now = next_look(note, keys, now, HOURS, RULES)
        if now > last:
            break
    assert set(often) <= keys
    for key, at in slept.items():
        assert key not in often or at <= often[key]


def test_a_promise_for_closing_time_is_told_then_by_a_host_that_looks_seconds_later() -> None:
    five = _at(23, 17)
    promised = replace(PROMISED, promised_by=five)
    # Every ten seconds, and never at the whole minute.
    looks = [MADE + 3.0 + 10.0 * n for n in range(6 * 60 * 24)]
    told = [(at, r) for at, r in _told(promised, looks) if r.kind == "promise"]
    assert [at for at, _ in told] == [five + 3.0]


def test_a_round_at_closing_time_is_not_lost() -> None:
    rules = ChaseRules(rounds=(17 * 60,))
    looks = [MADE + 3.0 + 10.0 * n for n in range(6 * 60 * 24)]
    told = [at for at, r in _told(PROMISED, looks, rules=rules) if r.kind == "round" and r.audience == "assignee"]
    assert told == [_at(23, 17) + 3.0]


def test_what_came_due_at_closing_time_waits_for_the_morning_when_nobody_looked_that_evening() -> None:
    promised = replace(PROMISED, promised_by=_at(23, 17))
    told = _words([each for each in _told(promised, [_at(23, 17, 11), _at(24, 9)]) if each[1].kind == "promise"])
    assert told == ["Tue 09:00 promise assignee"]
