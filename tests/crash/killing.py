"""Kill -9 of unit, host and broker, again and again, while people press; then let all heal, and ask the oracle.

Half of the deaths come from outside at a random instant, half from within at a boundary of `deadly_moments`. Each
program dies and comes back on its own, so deaths of several fall together.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash import deadly_moments
from tests.crash.glass_reader import Seen
from tests.crash.house import House, Unit, built, until
from tests.crash.oracle import Press, outbox_count
from tests.crash.programs import Death, Program

UNITS = ("balie-1", "balie-2", "balie-3", "balie-4", "balie-5", "balie-6")
LONG_LIVED = UNITS[-2:]
"""They live long enough to see most of their notes received; the others die as often as they can."""
FRESH_WITHIN_S = 10.0
RUNS_WITHIN_S = 40.0
EMPTY_WITHIN_S = 60.0
PRESS_ANSWERED_WITHIN_S = 1.2
A_PRESS_NOT_A_HOLD_S = 0.6
"""Held for longer it may have become a walk through the menu, and then it is no note."""
REACHES_IT_WITHIN_S = 2.5
"""A program that does not come to its deadly moment is killed all the same."""
DEATHS_OF_A_HOUSE = 2_000
"""More come in several houses, one after the other: for each tick the oracle reads the whole store."""


@dataclass
class Tally:
    """What a run came to."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    presses: int = 0
    kept: int = 0
    received: int = 0
    refused: int = 0
    stored: int = 0
    took_s: float = 0.0
    fresh_s: float = 0.0
    empty_s: float = 0.0
    broken: list[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        who = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (
            f"seed {self.seed}: {self.kills.total()} kills in {self.took_s:.0f} s ({who}); {self.presses} presses, "
            f"{self.kept} shown as kept, {self.received} as received, {self.refused} refused, {self.stored} in the "
            f"store; fresh {self.fresh_s:.1f} s and outboxes empty {self.empty_s:.1f} s after the last death"
        )

    def add(self, other: "Tally") -> None:
        """Take in another house's."""
        self.kills += other.kills
        for name in ("presses", "kept", "received", "refused", "stored", "took_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.fresh_s, self.empty_s = max(self.fresh_s, other.fresh_s), max(self.empty_s, other.empty_s)
        self.broken += other.broken


def kill_many(folder: Path, kills: int, seed: int) -> Tally:
    """So many kills in as many houses as that takes."""
    all_of_them = Tally(seed)
    for number, first in enumerate(range(0, kills, DEATHS_OF_A_HOUSE)):
        place = folder / f"house-{number}"
        place.mkdir()
        all_of_them.add(kill_in_one_house(place, min(DEATHS_OF_A_HOUSE, kills - first), seed + number))
    return all_of_them


def kill_in_one_house(folder: Path, kills: int, seed: int) -> Tally:
    """Start a house, kill in it, heal it, judge it."""
    tally = Tally(seed)
    with built(folder, UNITS) as house:
        house.start()
        began = time.monotonic()
        _Deaths(house, kills, seed, tally).come()
        tally.took_s = time.monotonic() - began
        # Starting is the machine's affair; what is promised begins when everyone runs.
        until("the host and its link are up", house.is_host_linked, RUNS_WITHIN_S)
        for unit in house.units.values():
            until(f"{unit.name} runs", lambda chair=unit.chair: chair.now is not None, RUNS_WITHIN_S)
        tally.fresh_s = house.wait_until_fresh(FRESH_WITHIN_S)
        tally.empty_s = tally.fresh_s + until(
            "the outboxes are empty", lambda: _owed(house) == 0, EMPTY_WITHIN_S - tally.fresh_s
        )
        tally.broken += house.oracle.judge()
        presses = house.oracle.presses
        tally.presses, tally.stored = len(presses), house.oracle.stored()
        tally.kept = sum(press.kept_shown for press in presses)
        tally.received = sum(press.received_shown for press in presses)
        tally.refused = sum(press.refused_shown for press in presses)
        if tally.broken:
            tally.broken.append(house.words())
    return tally


def _owed(house: House) -> int:
    return sum(outbox_count(unit.outbox) for unit in house.units.values())


class _Deaths:
    """Everyone dies and comes back in a thread of its own until enough have died."""

    def __init__(self, house: House, kills: int, seed: int, tally: Tally) -> None:
        self._house = house
        self._left = kills
        self._seed = seed
        self._tally = tally
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._faults: list[BaseException] = []

    def come(self) -> None:
        """All deaths; when it returns, everyone lives."""
        rounds = [(self._die_as_host, "host"), (self._die_as_broker, "broker")]
        threads = [threading.Thread(target=self._lived, args=(live, name)) for live, name in rounds]
        for unit in self._house.units.values():
            for live in (self._die_as_unit, self._press):
                threads.append(threading.Thread(target=self._lived, args=(live, unit.name)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._faults:
            raise self._faults[0]

    def _lived(self, live: Callable[[str, random.Random], None], name: str) -> None:
        try:
            live(name, random.Random(f"{self._seed} {name} {live.__name__}"))
        except BaseException as fault:
            self._faults.append(fault)
            self._over.set()

    def _may_die(self, who: str) -> bool:
        """One death of those that are left, for `who`."""
        with self._lock:
            if self._left <= 0 or self._over.is_set():
                self._over.set()
                return False
            self._left -= 1
            self._tally.kills[who] += 1
            return True

    def _die_as_unit(self, name: str, chance: random.Random) -> None:
        lives_s = (2.0, 6.0) if name in LONG_LIVED else (0.05, 1.6)
        self._die(self._house.units[name].program, "unit", deadly_moments.DESK, chance, lives_s)

    def _die_as_host(self, _name: str, chance: random.Random) -> None:
        self._die(self._house.host, "host", deadly_moments.HOST, chance, (0.1, 5.0))

    def _die(
        self, program: Program, who: str, moments: tuple[str, ...], chance: random.Random, lives_s: tuple[float, float]
    ) -> None:
        death: Death | None = None
        while True:
            if death is None or not program.died_within(REACHES_IT_WITHIN_S):
                self._over.wait(chance.uniform(*lives_s))
            how = death.moment if death is not None and not program.is_alive else f"{who} at random"
            if not self._may_die(how):
                break
            program.kill()
            if not program.was_killed:
                self._tally.broken.append(f"{program.which} ended by itself ({how}):\n{program.said[-2000:]}")
            death = Death(chance.choice(moments), chance.randint(1, 3)) if chance.random() < 0.5 else None
            program.start(death)
        # The last life is a whole one.
        program.kill()
        program.start()

    def _die_as_broker(self, _name: str, chance: random.Random) -> None:
        broker = self._house.broker
        while True:
            self._over.wait(chance.uniform(0.5, 5.0))
            if not self._may_die("broker at random"):
                return
            broker.kill()
            self._over.wait(chance.choice([0.0, 0.0, 0.5]))
            broker.start()

    def _press(self, name: str, chance: random.Random) -> None:
        unit = self._house.units[name]
        while not self._over.is_set():
            began = time.monotonic()
            felt = unit.chair.press()
            if felt is None:
                self._over.wait(0.05)
                continue
            before, after, held_s = felt
            press = Press(name, before, after)
            self._house.oracle.pressed(press)
            if held_s > A_PRESS_NOT_A_HOLD_S or not self._watch(unit, press, began, chance):
                self._let_it_pass(unit, began)
            self._over.wait(max(0.0, began + 0.4 + chance.uniform(0.0, 0.4) - time.monotonic()))

    def _watch(self, unit: Unit, press: Press, began: float, chance: random.Random) -> bool:
        """What the glass says of this press: what follows its own "saving" is about it. False: it said nothing."""
        saving = unit.chair.wait(lambda seen: seen.stage == "saving", 0.3, after=began)
        if saving is None:
            return False
        answer = unit.chair.wait(_is_answer, PRESS_ANSWERED_WITHIN_S, after=saving.at)
        if answer is None:
            return False
        press.refused_shown = answer.stage == "refused"
        press.kept_shown = not press.refused_shown
        if press.kept_shown and (answer.stage == "received" or unit.name in LONG_LIVED or chance.random() < 0.5):
            received = unit.chair.wait(lambda seen: seen.stage == "received", 0.6, after=answer.at)
            if received is not None:
                self._house.oracle.received(press)
        return True

    def _let_it_pass(self, unit: Unit, began: float) -> None:
        """Until no answer of a press that was not watched to its end can be taken for one of the next."""
        while not self._over.is_set() and not unit.chair.was_blank_after(began):
            now = unit.chair.now
            if now is not None and now.stage is None and time.monotonic() > began + PRESS_ANSWERED_WITHIN_S:
                return
            self._over.wait(0.02)


def _is_answer(seen: Seen) -> bool:
    return seen.stage in ("kept", "sent", "received", "refused")
