"""Two ends and what is between them, in made-up time."""

import heapq
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker import cable as rules
from broker.cable import Cable
from broker.frames import Carried, Frame, Greeting, Refused, Speaker
from broker.names import UnitName

UNIT = UnitName("balie-1")


@dataclass
class End:
    cable: Cable
    heard: list[tuple[float, bytes]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class Line:
    """Both ends turn as the line's thread does; what is said takes `delay_s` and is lost by `lose`."""

    def __init__(self, seed: int = 1, lose: float = 0.0, delay_s: float = 0.01) -> None:
        self.dice = random.Random(seed)
        self.lose, self.delay_s, self.now = lose, delay_s, 0.0
        self.deaf: set[int] = set()
        self.ends = [End(Cable(Speaker.UNIT, UNIT)), End(Cable(Speaker.HOST, UNIT))]
        self.under_way: list[tuple[float, int, int, Frame]] = []
        self.count = 0

    def put(self, to: int, frame: Frame) -> None:
        if to not in self.deaf and self.dice.random() >= self.lose:
            self.count += 1
            heapq.heappush(self.under_way, (self.now + self.delay_s, self.count, to, frame))

    def say(self, by: int, payload: bytes) -> None:
        self.put(1 - by, rules.carry(self.ends[by].cable, "t", payload))

    def run(self, until: float) -> None:
        for _ in range(100_000):
            wakes = [max(self.now, rules.next_wake(end.cable, self.now)) for end in self.ends]
            comes = self.under_way[0][0] if self.under_way else float("inf")
            self.now = min(until, comes, *wakes)
            if self.now == until:
                return
            for number, end in enumerate(self.ends):
                if self.now >= end.cable.greet_at:
                    end.cable, greeting = rules.greet(end.cable, self.dice.randbytes(4), self.now)
                    self.put(1 - number, greeting)
            while self.under_way and self.under_way[0][0] <= self.now:
                _, _, to, frame = heapq.heappop(self.under_way)
                self.hear(to, frame)
        raise AssertionError("the ends spin")

    def hear(self, to: int, frame: Frame) -> None:
        end = self.ends[to]
        end.cable, brought = rules.hear(end.cable, frame, self.now)
        match brought:
            case Carried(payload=payload):
                end.heard.append((self.now, payload))
            case Refused(reason):
                end.refused.append(reason)

    @property
    def up(self) -> list[bool]:
        return [rules.is_up(end.cable, self.now) for end in self.ends]


def test_two_ends_find_each_other_within_half_a_second_and_then_only_greet_now_and_then() -> None:
    line = Line()
    line.run(0.5)
    assert line.up == [True, True]
    before = line.count
    line.run(60.5)
    assert line.up == [True, True]
    assert line.count - before <= 2 * 60 / rules.GREET_S + 2


def test_one_that_is_alone_greets_once_a_second_and_is_never_up() -> None:
    line = Line(lose=1.0)
    line.run(10.0)
    assert line.up == [False, False]
    assert len(line.ends[0].cable.marks) == 10


def test_a_line_that_carries_one_way_only_is_up_at_neither_end() -> None:
    line = Line()
    line.deaf = {0}
    line.run(20.0)
    assert line.up == [False, False]


def test_a_cut_line_is_down_at_both_ends_within_the_silence_and_comes_back() -> None:
    line = Line()
    line.run(10.0)
    line.deaf = {0, 1}
    line.run(10.0 + rules.SILENT_S + 0.1)
    assert line.up == [False, False]
    line.deaf = set()
    line.run(line.now + 2.5)
    assert line.up == [True, True]


def test_what_lay_in_a_buffer_for_too_long_is_not_taken_for_news() -> None:
    line = Line()
    line.run(1.0)
    late = rules.carry(line.ends[0].cable, "t", b"old")
    line.run(1.0 + rules.SILENT_S + rules.GREET_S)
    line.hear(1, late)
    line.say(0, b"new")
    line.run(line.now + 0.1)
    assert [payload for _, payload in line.ends[1].heard] == [b"new"]
    assert line.ends[1].refused == ["a message from before, or meant for another"]


def test_what_was_meant_for_an_earlier_opening_of_the_port_is_refused() -> None:
    line = Line()
    line.run(1.0)
    early = rules.carry(line.ends[0].cable, "t", b"early")
    line.ends[1].cable = Cable(Speaker.HOST, UNIT)
    line.hear(1, early)
    assert line.ends[1].heard == []


def test_an_end_that_starts_again_is_found_again_at_once() -> None:
    line = Line()
    line.run(5.0)
    line.ends[1].cable = Cable(Speaker.HOST, UNIT)
    line.run(5.5)
    assert line.up == [True, True]
    line.say(0, b"note")
    line.say(1, b"board")
    line.run(6.0)
    assert [[payload for _, payload in end.heard] for end in line.ends] == [[b"board"], [b"note"]]


def test_its_own_echo_is_named_and_brings_nothing_up() -> None:
    cable, greeting = rules.greet(Cable(Speaker.UNIT, UNIT), b"mark", 0.0)
    after, said = rules.hear(cable, greeting, 0.1)
    assert (after, said) == (cable, Refused(rules.ECHOES))


def test_another_units_cable_is_named_and_brings_nothing_up() -> None:
    cable, mine = rules.greet(Cable(Speaker.HOST, UNIT), b"mark", 0.0)
    other = Greeting(Speaker.UNIT, mine.mark, UnitName("balie-2"), b"kram")
    after, said = rules.hear(cable, other, 0.1)
    assert after == cable
    assert said == Refused("unit balie-2 is on this cable, not balie-1: name it in the configuration")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 0.7), st.floats(0.001, 2.0))
def test_nothing_older_than_the_silence_is_ever_believed_and_a_line_that_heals_comes_up(
    seed: int, lose: float, delay_s: float
) -> None:
    line = Line(seed, lose, delay_s)
    said: dict[bytes, float] = {}
    for number in range(60):
        line.run(line.now + line.dice.uniform(0.0, 1.0))
        line.delay_s = delay_s * line.dice.choice((1.0, 1.0, 1.0, 20.0))
        payload = b"%d" % number
        said[payload] = line.now
        line.say(number % 2, payload)
    line.lose, line.delay_s = 0.0, 0.01
    line.run(line.now + 60.0)
    assert line.up == [True, True]
    for end in line.ends:
        assert all(at - said[payload] < rules.SILENT_S for at, payload in end.heard)


@pytest.mark.parametrize("speaker", list(Speaker))
@given(st.lists(st.builds(Greeting, st.sampled_from(Speaker), st.sampled_from([b"mark", b"none"]),
                          st.sampled_from([UNIT, UnitName("x")]), st.binary(min_size=4, max_size=4))))  # fmt: skip
def test_whatever_greets_the_marks_stay_few_and_the_next_greeting_is_near(
    speaker: Speaker, greetings: list[Greeting]
) -> None:
    cable, now = Cable(speaker, UNIT), 0.0
    for greeting in greetings:
        cable, _ = rules.hear(cable, greeting, now)
        if now >= cable.greet_at:
            cable, _ = rules.greet(cable, b"mark", now)
        assert len(cable.marks) <= rules.MARKS_KEPT
        assert rules.next_wake(cable, now) <= now + rules.GREET_S
        now += 0.05
