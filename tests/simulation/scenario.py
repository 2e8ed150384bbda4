"""One run from one seed: build the world, let things go wrong, mend everything, and see that all is well."""

import traceback
from dataclasses import dataclass, field, replace

from device.core.rules import NoteRules, Rules, SignRules
from tests.simulation.desk import Desk
from tests.simulation.exchange import Exchange, small_office
from tests.simulation.faults import Faults
from tests.simulation.host import Disk, Host
from tests.simulation.mosquitto_model import MosquittoModel
from tests.simulation.oracle import Oracle
from tests.simulation.people import Callers, Clerks, Finger
from tests.simulation.watched import Watched
from tests.simulation.world import Violation, World

MOST_DESKS = 4
LINKED_WITHIN_S = 75.0
"""After all is mended: a host that could not reach its broker or was refused by its PBX looks again within a minute."""
FRESH_WITHIN_S = 10.0
EMPTY_WITHIN_S = 60.0


@dataclass
class Outcome:
    """How a run went. `broken`: the first violation."""

    seed: int
    desks: int
    minutes: float
    broken: str | None = None
    trace: str = ""
    samples: int = 0
    fresh_samples: int = 0
    recovery_s: float = 0.0
    counted: dict[str, int] = field(default_factory=dict)


class Scenario:
    """One world, put together."""

    def __init__(self, seed: int, minutes: float) -> None:
        self.minutes = minutes
        self.world = World(seed)
        dice = self.world.chance("scenario")
        self.count = dice.randrange(1, MOST_DESKS + 1)
        self.broker = MosquittoModel(self.world)
        self.disk = Disk()
        self.oracle = Oracle(self.world, self.disk.shelf)
        faults: list[Faults] = []

        def boundary(place: str) -> bool:
            return bool(faults) and faults[0].boundary(place)

        names = [(f"balie-{number}", str(100 + number)) for number in range(1, self.count + 1)]
        rules = Rules(notes=NoteRules(outbox_limit=dice.choice((6, 20, 500))))
        if dice.random() < 0.3:
            rules = replace(rules, sign=SignRules(waiting=2, longest_wait_s=20.0))
        queues = {name: ("receptie", "service") if number % 2 else ("receptie",)
                  for number, (name, _) in enumerate(names)}  # fmt: skip
        self.desks = [Desk(self.world, name, rules, self.broker, self.oracle, boundary) for name, _ in names]
        for desk, (name, line) in zip(self.desks, names, strict=True):
            self.oracle.desks[name] = Watched(name, desk.card, queues[name], line, rules.notes.outbox_limit)
        self.host = Host(self.world, [(name, line, queues[name]) for name, line in names],
                         self.broker, self.oracle, self.disk, boundary)  # fmt: skip
        office = small_office(1_795_000_000.0, self.count, ringall=dice.random() < 0.5)
        self.exchange = Exchange(self.world, office, self.host, self.oracle)
        self.callers = Callers(self.world, self.exchange, [line for _, line in names])
        self.callers.start(dice.choice((0.3, 1.0, 4.0)))
        self.fingers = [Finger(self.world, desk, self.oracle, dice.choice((15.0, 60.0, 300.0))) for desk in self.desks]
        self.clerks = Clerks(self.world, self.host, dice.choice((20.0, 200.0)))
        self.faults = Faults(self.world, self.desks, self.host, self.broker, self.exchange, self.oracle)
        faults.append(self.faults)
        self._fault_mean_s = dice.choice((8.0, 30.0, 120.0))
        self._sampling = True

    def run(self) -> Outcome:
        outcome = Outcome(self.world.seed, self.count, self.minutes)
        try:
            self._run(outcome)
        except Violation as broken:
            outcome.broken = str(broken)
        except Exception as error:  # whatever a core raises is a broken promise too
            place = traceback.extract_tb(error.__traceback__)[-1]
            outcome.broken = f"I7: {error!r} in {place.filename}:{place.lineno} (at {self.world.now:.3f} s)"
        finally:
            self.host.loop.end()
        outcome.trace = self.world.trace
        outcome.samples, outcome.fresh_samples = self.oracle.samples, self.oracle.fresh_samples
        outcome.counted = dict(self.world.counted)
        outcome.minutes = self.world.now / 60
        return outcome

    def _run(self, outcome: Outcome) -> None:
        self.host.start()
        for desk in self.desks:
            desk.boot()
        self._sample()
        self.world.run_until(20.0)
        self.faults.start(self._fault_mean_s)
        self.world.run_until(self.minutes * 60)
        self._heal(outcome)

    def _heal(self, outcome: Outcome) -> None:
        self._sampling = False
        self.faults.heal()
        self.callers.busy = self.clerks.busy = False
        for finger in self.fingers:
            finger.busy = False
        mended_at = self.world.now
        well_since: dict[str, float] = {}
        while self.world.now < mended_at + LINKED_WITHIN_S + FRESH_WITHIN_S:
            self.world.run_until(self.world.now + 1.0)
            self._look_after(well_since)
            if all(self.oracle.is_fresh(watched) for watched in self.oracle.desks.values()):
                outcome.recovery_s = outcome.recovery_s or self.world.now - mended_at
                if self.world.now >= mended_at + EMPTY_WITHIN_S:
                    break
        self.oracle.all_is_well()

    def _look_after(self, well_since: dict[str, float]) -> None:
        """Whoever is linked, with the host and its PBX there too, is fresh within ten seconds."""
        now = self.world.now
        served = self.host.runs and self.host.bus.is_up and self.host.live.office.link == "up"
        for desk in self.desks:
            if served and desk.unit is not None and desk.unit.link_up:
                since = well_since.setdefault(desk.name, now)
                if now - since > FRESH_WITHIN_S + 1.0 and not self.oracle.is_fresh(self.oracle.desks[desk.name]):
                    self.oracle.broken("I5", f"{desk.name} has a link for {now - since:.0f} s and is not fresh")
            else:
                well_since.pop(desk.name, None)

    def _sample(self) -> None:
        if self._sampling:
            self.oracle.sample()
            self.world.after(5.0, self._sample)


def play(seed: int, minutes: float) -> Outcome:
    """The outcome of one seed."""
    return Scenario(seed, minutes).run()
