"""Those who ring, pick up, press the button and work through the inbox."""

from host_agent.core.notes import Drop, Finish
from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated.facts import Temper
from host_agent.pbx.simulated.people import somebody
from tests.simulation.desk import Desk
from tests.simulation.exchange import Exchange
from tests.simulation.host import Host
from tests.simulation.oracle import Oracle
from tests.simulation.world import World

BY_HAND_S = 15 * 60.0 + 5.0


class Callers:
    """Callers come in flocks, lose patience, and are picked up by who sits at the desk."""

    def __init__(self, world: World, exchange: Exchange, lines: list[str]) -> None:
        self._world = world
        self._exchange = exchange
        self._lines = lines
        self._dice = world.chance("callers")
        self._rung: set[str] = set()
        self._talked: set[str] = set()
        self.busy = True
        exchange.changed = self._look

    def start(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._next()

    def _next(self) -> None:
        self._world.after(self._dice.expovariate(self._per_minute / 60.0), self._ring)

    def _ring(self) -> None:
        dice = self._dice
        if self.busy:
            patience = dice.uniform(5, 40) if dice.random() < 0.3 else dice.uniform(40, 200)
            temper = Temper(gives_up_at=self._world.now + patience, talks_s=dice.uniform(5, 60))
            queue = "service" if dice.random() < 0.2 else "receptie"
            self._world.counted["caller"] += 1
            self._exchange.perform(do.CallerRings(somebody(dice), queue, temper))
        self._next()

    def _look(self) -> None:
        office = self._exchange.office
        for ring in office.rings:
            if ring.leg not in self._rung and ring.extension in self._lines:
                self._rung.add(ring.leg)
                if self._dice.random() < 0.8:
                    self._world.after(self._dice.uniform(1, 12), self._exchange.perform, do.Answer(ring.extension))
        for talk in office.talks:
            if talk.leg not in self._talked and talk.extension in self._lines:
                self._talked.add(talk.leg)
                self._during(talk.extension)

    def _during(self, line: str) -> None:
        dice, at = self._dice, self._dice.uniform(2, 20)
        fate = dice.random()
        if fate < 0.15:
            self._world.after(at, self._exchange.perform, do.Transfer(line, "202" if dice.random() < 0.6 else "201"))
        elif fate < 0.3:
            self._world.after(at, self._exchange.perform, do.Hold(line, True))
            self._world.after(at + dice.uniform(1, 9), self._exchange.perform, do.Hold(line, False))
        elif fate < 0.4:
            self._world.after(at, self._exchange.perform, do.HangUp(line))
        elif fate < 0.45:
            self._world.after(at, self._exchange.perform, do.Pause(line, True, "Lunch"))
            self._world.after(at + dice.uniform(10, 90), self._exchange.perform, do.Pause(line, False))


class Finger:
    """Who sits at the desk and presses: once, twice, in a rage, by a bouncing contact, or long for the menu."""

    def __init__(self, world: World, desk: Desk, oracle: Oracle, mean_s: float) -> None:
        self._world = world
        self._desk = desk
        self._oracle = oracle
        self._mean_s = mean_s
        self._dice = world.chance(f"finger {desk.name}")
        self._presses = 0
        self.busy = True
        self._next()

    def _next(self) -> None:
        # One finger: a press is over before the next one begins.
        self._world.after(6.0 + self._dice.expovariate(1 / self._mean_s), self._act)

    def _act(self) -> None:
        if self.busy:
            kind = self._dice.random()
            if kind < 0.60:
                self._press(0.0)
            elif kind < 0.82:
                self._press(0.0)
                self._press(self._dice.uniform(0.6, 4.5))
            elif kind < 0.92:
                for place in range(self._dice.randrange(4, 12)):
                    self._touch(place * 0.17, self._dice.uniform(0.04, 0.12))
            else:
                held_s = self._dice.uniform(0.9, 4.0)
                self._oracle.by_hand(self._desk.name, BY_HAND_S)
                self._touch(0.0, held_s)
        self._next()

    def _press(self, after_s: float) -> None:
        self._touch(after_s, self._dice.uniform(0.04, 0.3))

    def _touch(self, after_s: float, for_s: float) -> None:
        """Down and up, with bounce at both."""
        at = self._world.now + after_s
        self._presses += 1
        # A wall clock reading like no other, so that the oracle knows this press again.
        clock = self._desk.wall() + after_s + self._presses * 1e-4
        down = True
        moments = [0.0]
        for begin in (0.0, for_s):
            bounces = 2 * self._dice.randrange(0, 3)
            moments += sorted(begin + self._dice.uniform(0.0005, 0.015) for _ in range(bounces))
            if begin == 0.0:
                moments.append(for_s)
        self._oracle.ledger.pressed(self._desk.name, clock)
        for moment in sorted(moments):
            self._world.at(at + moment, self._edge, down, clock)
            down = not down

    def _edge(self, down: bool, clock: float) -> None:
        self._desk.edge(down=down, clock=clock)


class Clerks:
    """Who ticks notes off on the page, drops them, and erases them."""

    def __init__(self, world: World, host: Host, mean_s: float) -> None:
        self._world = world
        self._host = host
        self._dice = world.chance("clerks")
        self._mean_s = mean_s
        self.busy = True
        self._next()

    def _next(self) -> None:
        self._world.after(self._dice.expovariate(1 / self._mean_s), self._act)

    def _act(self) -> None:
        host = self._host
        notes = [note for note in host.disk.shelf.notes.values() if note.state == "open"]
        if self.busy and host.runs and notes:
            note = self._dice.choice(notes)
            host.inside(self._work, note.id, note.version, self._dice.random())
        self._next()

    def _work(self, note_id: str, version: int, fate: float) -> None:
        host = self._host
        if fate < 0.2:
            host.loop.create_task(self._quietly(self._erase(note_id)))
        else:
            action = Finish("teruggebeld") if fate < 0.7 else Drop("verkeerd verbonden")
            host.loop.create_task(self._quietly(host.inbox.change(note_id, version, action, who="Noor")))

    async def _erase(self, note_id: str) -> None:
        """As retention does: only the id stays."""
        inbox = self._host.inbox
        await inbox._store.ask(lambda store: store.delete(note_id))
        inbox._dirty.set()

    async def _quietly(self, doing: object) -> None:
        from host_agent.errors import StoreFault

        try:
            await doing  # type: ignore[misc]
        except StoreFault:
            self._world.counted["clerk turned away"] += 1
