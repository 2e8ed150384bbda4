"""The rules of the simulated office, and that it never contradicts itself."""

import random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated import snapshot
from host_agent.pbx.simulated.busy import MORNING_S, busy_morning
from host_agent.pbx.simulated.facts import Temper, phone_state, the_office
from host_agent.pbx.simulated.office import restarted, step
from host_agent.pbx.simulated.people import Person, somebody
from host_agent.pbx.simulated.view import view

EXTENSIONS = st.sampled_from(["100", "101", "201", "202", "999"])


def test_a_caller_who_is_not_answered_keeps_the_place_and_rings_again(story: Any) -> None:
    call = story.rings()
    told = story.pass_time(18)
    assert "AgentRingNoAnswer" in [live.event for live in told]
    assert [waiting.call for waiting in story.office.waiting] == [call]
    assert phone_state(story.office, "100") == "ringing"


def test_who_loses_patience_abandons(story: Any) -> None:
    story.rings(temper=Temper(gives_up_at=5.0))
    story.pass_time(6)
    assert story.office.channels == {}
    assert phone_state(story.office, "100") == "idle"
    assert story.office.tallies["receptie"].abandoned == 1


def test_the_next_in_line_rings_when_the_phone_is_free_again(story: Any) -> None:
    story.rings()
    second = story.rings(Person("0201234567", "Fam. de Vries"))
    story.happens(do.Answer("100"))
    story.happens(do.HangUp("100"))
    assert story.office.ring_at("100").call == second


def test_a_colleague_who_answers_by_herself_takes_a_call_passed_on(story: Any) -> None:
    story.rings()
    story.happens(do.Answer("100"))
    story.happens(do.Transfer("100", "201"))
    assert phone_state(story.office, "100") == "idle"
    story.pass_time(7)
    assert phone_state(story.office, "201") == "in_use"


def test_a_call_that_nobody_takes_comes_back_to_who_passed_it_on(story: Any) -> None:
    story.rings()
    story.happens(do.Answer("100"))
    story.happens(do.Transfer("100", "202"))
    story.pass_time(61)
    assert phone_state(story.office, "202") == "idle"
    assert phone_state(story.office, "100") == "ringing"
    assert not story.office.waiting


def test_a_call_that_comes_back_to_a_busy_phone_waits_in_the_queue(story: Any) -> None:
    first = story.rings()
    story.happens(do.Answer("100"))
    story.happens(do.Transfer("100", "202"))
    story.rings(Person("0201234567", "Fam. de Vries"))
    story.happens(do.Answer("100"))
    told = story.pass_time(61)
    assert [waiting.call for waiting in story.office.waiting] == [first]
    joined = [dict(live.fields)["Uniqueid"] for live in told if live.event == "QueueCallerJoin"]
    assert joined == [first]


def test_what_does_not_fit_the_moment_changes_nothing(story: Any) -> None:
    before = story.office
    for action in (do.Answer("100"), do.HangUp("100"), do.Hold("100", held=True), do.Transfer("100", "202"),
                   do.CallerHangsUp("1.1"), do.CallerRings(Person("1", "x"), "unheard-of"),
                   do.Pause("202", paused=True)):  # fmt: skip
        assert story.happens(action) == []
        assert not story.done
    assert story.office == before


def test_a_restart_ends_every_call_and_says_so(story: Any) -> None:
    story.rings()
    story.rings()
    story.happens(do.Answer("100"))
    taken = restarted(story.office, 99.0)
    assert taken.office.channels == {}
    assert taken.office.waiting == taken.office.rings == taken.office.talks == ()
    assert taken.told[-1].event == "Shutdown"
    assert [live.event for live in taken.told].count("QueueCallerAbandon") == 1
    assert dict(snapshot.core_status(taken.office)) != dict(snapshot.core_status(story.office))


def test_the_people_who_ring_are_of_all_kinds() -> None:
    people = [somebody(random.Random(seed)) for seed in range(400)]
    assert any(person.number == "anonymous" for person in people)
    assert any(person.number.startswith("+") for person in people)
    assert any(person.name == "<unknown>" for person in people)
    assert len({person.number for person in people}) > 50


def test_a_busy_morning_is_the_same_for_the_same_dice_and_believable() -> None:
    plan = busy_morning(random.Random(3), 100.0)
    assert plan == busy_morning(random.Random(3), 100.0)
    arrivals = [planned for planned in plan if isinstance(planned.action, do.CallerRings)]
    assert 12 <= len(arrivals) <= 40
    assert all(0 <= planned.after_s <= MORNING_S for planned in plan)
    office, waited = the_office(0.0), 0
    for planned in plan:
        office = step(office, planned.action, 100.0 + planned.after_s).office
        waited = max(waited, len(office.in_queue("receptie")))
    assert waited >= 3


class AnOfficeAtWork(RuleBasedStateMachine):
    """Anything in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.office = the_office(1_795_344_000.0)
        self.now = 0.0
        self.counts = {"receptie": 0, "service": 0}

    def _happens(self, action: do.Action) -> None:
        self.now += 0.5
        taken = step(self.office, action, self.now)
        self.office = taken.office
        for live in taken.told:
            fields = dict(live.fields)
            if live.event in ("QueueCallerJoin", "QueueCallerLeave"):
                self.counts[fields["Queue"]] = int(fields["Count"])

    @rule(number=st.integers(0, 9), queue=st.sampled_from(["receptie", "service"]), patience=st.integers(1, 30))
    def a_caller_rings(self, number: int, queue: str, patience: int) -> None:
        temper = Temper(gives_up_at=self.now + patience, talks_s=10.0)
        self._happens(do.CallerRings(Person(f"061234567{number}", "x"), queue, temper))

    @rule(extension=EXTENSIONS)
    def answer(self, extension: str) -> None:
        self._happens(do.Answer(extension))

    @rule(extension=EXTENSIONS)
    def hang_up(self, extension: str) -> None:
        self._happens(do.HangUp(extension))

    @rule(extension=EXTENSIONS, held=st.booleans())
    def hold(self, extension: str, held: bool) -> None:
        self._happens(do.Hold(extension, held=held))

    @rule(extension=EXTENSIONS, to=EXTENSIONS)
    def transfer(self, extension: str, to: str) -> None:
        self._happens(do.Transfer(extension, to))

    @rule(extension=EXTENSIONS, paused=st.booleans())
    def pause(self, extension: str, paused: bool) -> None:
        self._happens(do.Pause(extension, paused=paused))

    @rule(which=st.integers(0, 20))
    def a_caller_hangs_up(self, which: int) -> None:
        callers = [key for key, channel in self.office.channels.items() if channel.context == "from-trunk"]
        if callers:
            self._happens(do.CallerHangsUp(callers[which % len(callers)]))

    @rule(seconds=st.integers(1, 70))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self._happens(do.TimePasses())

    @invariant()
    def every_leg_belongs_to_one_call(self) -> None:
        office = self.office
        legs = [ring.leg for ring in office.rings] + [talk.leg for talk in office.talks]
        assert len(set(legs)) == len(legs)
        callers = {key for key, channel in office.channels.items() if channel.context == "from-trunk"}
        assert set(office.channels) == callers | set(legs)
        assert set(office.tempers) <= callers
        assert set(office.silent_until) <= callers

    @invariant()
    def a_phone_does_one_thing(self) -> None:
        busy = [each.extension for each in (*self.office.rings, *self.office.talks)]
        assert len(set(busy)) == len(busy)

    @invariant()
    def every_caller_is_somewhere_once(self) -> None:
        office = self.office
        waiting = [each.call for each in office.waiting]
        assert len(set(waiting)) == len(waiting)
        talking = {talk.call for talk in office.talks}
        assert not talking & set(waiting)
        placed = set(waiting) | talking | {ring.call for ring in office.rings}
        assert placed == {key for key, channel in office.channels.items() if channel.context == "from-trunk"}

    @invariant()
    def what_was_said_agrees_with_what_is(self) -> None:
        for queue, count in self.counts.items():
            assert count == len(self.office.in_queue(queue))
        view(self.office, self.now, link="up", busy=False)


TestAnOfficeAtWork = AnOfficeAtWork.TestCase
TestAnOfficeAtWork.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
