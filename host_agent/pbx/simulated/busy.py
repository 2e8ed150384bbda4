"""A busy morning: a believable minute of arrivals, as a plan made beforehand. Pure, given its dice."""

import random
from dataclasses import dataclass

from host_agent.pbx.simulated.actions import Action, CallerRings, Pause
from host_agent.pbx.simulated.facts import Temper
from host_agent.pbx.simulated.people import somebody

MORNING_S = 75.0


@dataclass(frozen=True, slots=True)
class Planned:
    """`action` happens `after_s` seconds from the start."""

    after_s: float
    action: Action


def busy_morning(rng: random.Random, now: float) -> list[Planned]:
    """Callers in flocks, as they come at nine; the second telephonist helps out from the tenth second.

    `now`: the office's clock at the start; callers lose their patience on that clock.
    """
    plan: list[Planned] = []
    at = 0.3
    while at < MORNING_S - 10:
        queue = "service" if rng.random() < 0.15 else "receptie"
        patience = rng.uniform(14, 26) if rng.random() < 0.25 else rng.uniform(45, 120)
        temper = Temper(gives_up_at=now + at + patience, talks_s=rng.uniform(9, 22))
        plan.append(Planned(at, CallerRings(somebody(rng), queue, temper)))
        at += rng.uniform(0.4, 2.0) if rng.random() < 0.5 else rng.uniform(4, 9)
    plan += [Planned(10.0, Pause("101", paused=False)), Planned(MORNING_S, Pause("101", paused=True, reason="Lunch"))]
    return sorted(plan, key=lambda planned: planned.after_s)
