"""Made-up people who ring a Dutch office."""

import random
from dataclasses import dataclass

from host_agent.pbx.simulated.facts import UNTOLD

# What Asterisk says of a number and name that were withheld, without P-Asserted-Identity.
WITHHELD = ("anonymous", "Anonymous")

_NAMES = (
    "Jan de Jong", "Fam. de Vries", "Mw. A. van den Berg", "Zoë Çelik", "Garage Hoekstra", "Van 't Hof",
    "Huisartsenpost", "Noor Bakker", "B. el Amrani", "Stichting Woonzorg", "P. Dijkstra", "Bakkerij Smit",
    "Mw. Jansen-Visser", "Ömer Yıldız", "Wouter Peters", "Gemeente, balie 3", "Koerier", "T. Nguyễn",
)  # fmt: skip
_ABROAD = (("+4930123456", "Müller GmbH"), ("+33140000000", "Hôtel du Parc"), ("+3225550100", "J. Peeters"))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody outside. `number` and `name` as a trunk would deliver them; `UNTOLD` when it does not."""

    number: str
    name: str


def somebody(rng: random.Random) -> Person:
    """One in twelve withholds the number, one in ten calls from abroad, one in five has no name."""
    dice = rng.random()
    if dice < 1 / 12:
        return Person(*WITHHELD)
    if dice < 1 / 12 + 1 / 10:
        return Person(*rng.choice(_ABROAD))
    start = rng.choice(("06123456", "06123450", "02012345", "03022233", "07012312"))
    number = f"{start}{rng.randrange(100):02d}"
    return Person(number, UNTOLD if rng.random() < 1 / 5 else rng.choice(_NAMES))
