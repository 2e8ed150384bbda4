"""Every fault of the proxy on every link of a house, all at the same time, and what each glass showed meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.chair import Chair
from tests.crash.fault_line import BOTH, WELL, Fault
from tests.crash.fault_proxy import FaultProxies, FaultProxy
from tests.crash.glass_reader import Seen
from tests.crash.house import HOST, House, built, switchboard, until
from tests.crash.oracle import Press, outbox_count

HARD = {
    "cut": Fault(cut=True),
    "half-open": Fault(held=BOTH),
    "one-way-up-dead": Fault(held=frozenset(["up"])),
    "one-way-down-dead": Fault(held=frozenset(["down"])),
}
SOFT = {
    "delayed": Fault(delay_s=1.0),
    "sliced": Fault(piece=1),
    "throttled": Fault(bytes_per_s=4_000),
}
FAULTS = HARD | SOFT
LINKS = ("unit-broker", "host-broker", "host-pbx")
OLD_AFTER_S = 15.0
SEEN_LATE_S = 1.0
"""A picture is a transfer, a page's stream and a reading away from the moment."""
CALLER_LEAVES_AFTER_S = 3.0
HEALED_AFTER_S = 20.0
FOLLOWS_WITHIN_S = 8.0
FRESH_WITHIN_S = 20.0
"""10 s once the link is up, and a link may take as long to come up: a unit's pause between two tries is 8 s at most."""
EMPTY_WITHIN_S = 60.0


@dataclass
class Story:
    """What one glass showed. Times are CLOCK_MONOTONIC; `fresh_s`, `empty_s`: since all was healed."""

    chair: Chair
    began: float = 0.0
    left: float = 0.0
    healed: float = 0.0
    press: Press | None = None
    stages: list[str] = field(default_factory=list)
    fresh_s: float | None = None
    empty_s: float | None = None
    lost: list[str] = field(default_factory=list)

    def between(self, start: float, end: float) -> list[Seen]:
        """What stood on the glass in that time."""
        return [frame for frame in self.chair.since(start) if frame.at <= end]

    def last_news(self, link: str, fault: str) -> float:
        """When the newest word can have come. What the PBX says still arrives where only our own asking is lost."""
        return self.left if (link, fault) == ("host-pbx", "one-way-up-dead") else self.began

    def went_dark_s(self) -> float | None:
        """How long after the last caller left the sign went dark."""
        return next((max(0.0, frame.at - self.left) for frame in self.chair.since(self.left) if not frame.lamp), None)


@dataclass
class _Place:
    house: House
    unit: str
    proxy: FaultProxy
    fault: Fault
    story: Story


@contextmanager
def told(folder: Path) -> Iterator[dict[tuple[str, str], Story]]:
    """The stories by link and fault, once all has happened."""
    with ExitStack() as opened:
        proxies = opened.enter_context(FaultProxies())
        pbx = switchboard(folder)
        opened.callback(pbx.program.kill)
        pbx.program.start()
        until("the PBX is up", pbx.is_up)
        pbx.do("ring", number="0612345678", name="Jan", patience_s=600)
        places: dict[tuple[str, str], _Place] = {}
        houses = []

        def house(name: str, units: list[str], **ways: Callable[..., int]) -> House:
            place = folder / name
            place.mkdir()
            made = opened.enter_context(built(place, units, pbx=pbx, **ways))
            houses.append(made)
            return made

        def through(made: dict[str, FaultProxy], user: str, port: int) -> int:
            made[user] = proxies.to(port)
            return made[user].port

        at_units: dict[str, FaultProxy] = {}
        shared = house(
            "unit-broker",
            list(FAULTS),
            broker_of=lambda user, port: port if user == HOST else through(at_units, user, port),
        )
        for name, fault in FAULTS.items():
            unit = shared.units[name]
            places["unit-broker", name] = _Place(shared, name, at_units[name], fault, Story(unit.chair))
            own: dict[str, FaultProxy] = {}
            apart = house(
                f"host-broker-{name}",
                [name],
                broker_of=lambda user, port, own=own: through(own, user, port) if user == HOST else port,
            )
            places["host-broker", name] = _Place(apart, name, own[HOST], fault, Story(apart.units[name].chair))
            ami: dict[str, FaultProxy] = {}
            beside = house(f"host-pbx-{name}", [name], ami_of=lambda port, ami=ami: through(ami, "ami", port))
            places["host-pbx", name] = _Place(beside, name, ami["ami"], fault, Story(beside.units[name].chair))
        for each in houses:
            _start(each)
        for each in houses:
            each.wait_until_fresh(FRESH_WITHIN_S)
        for place in places.values():
            lit = place.story.chair.wait(lambda seen: seen.lamp == 1, FRESH_WITHIN_S)
            assert lit is not None, f"the sign of {place.unit} is not lit\n{place.house.words()}"
        _live_through(list(places.values()), lambda: pbx.do("calm"))
        yield {key: place.story for key, place in places.items()}


def _start(house: House) -> None:
    house.broker.start()
    house.broker.wait()
    house.host.start()
    for unit in house.units.values():
        unit.program.start()


def _live_through(places: list[_Place], callers_leave: Callable[[], None]) -> None:
    for place in places:
        place.proxy.suffer(place.fault)
        place.story.began = time.monotonic()
    began = time.monotonic()
    for place in places:
        _press(place)
    until("it is time for the caller to leave", lambda: time.monotonic() > began + CALLER_LEAVES_AFTER_S)
    callers_leave()
    left = time.monotonic()
    until("it is time to heal", lambda: time.monotonic() > began + HEALED_AFTER_S)
    healed = time.monotonic()
    for place in places:
        place.story.left, place.story.healed = left, healed
        place.proxy.suffer(WELL)
    waiting = list(places)
    while waiting and time.monotonic() < healed + EMPTY_WITHIN_S:
        for place in waiting:
            _look(place)
        waiting = [place for place in waiting if place.story.fresh_s is None or place.story.empty_s is None]
        threading.Event().wait(0.05)
    for place in places:
        place.story.lost = [each for each in place.house.oracle.judge() if place.unit in each or "shown" in each]


def _press(place: _Place) -> None:
    began = time.monotonic()
    felt = place.story.chair.press()
    assert felt is not None, f"nobody felt the press at {place.unit}"
    kept = place.story.chair.wait(lambda seen: seen.stage in ("kept", "sent", "received"), 2.0, after=began)
    place.story.press = Press(place.unit, *felt[:2], kept_shown=kept is not None)
    place.house.oracle.pressed(place.story.press)


def _look(place: _Place) -> None:
    story, now = place.story, time.monotonic()
    seen = story.chair.now
    if story.fresh_s is None and seen is not None and seen.is_fresh and not seen.lamp:
        story.fresh_s = now - story.healed
    if story.empty_s is None and outbox_count(place.house.units[place.unit].outbox) == 0:
        story.empty_s = now - story.healed
