"""A desk unit in made-up time: the real core and the real `perform` of its loop, on modelled drivers."""

from collections.abc import Callable
from dataclasses import dataclass

from broker.messages import SignState
from device.core import events as was
from device.core.deadlines import next_wake
from device.core.effects import Effect
from device.core.pages import Page
from device.core.rules import Rules
from device.core.step import act, appear
from device.core.unit import Unit
from device.loop import Drivers, perform
from tests.simulation.desk_link import DeskLink
from tests.simulation.mosquitto_model import MosquittoModel
from tests.simulation.network import Path
from tests.simulation.oracle import Oracle
from tests.simulation.outbox_model import Card, OutboxModel
from tests.simulation.world import Timer, World

BOOTS_IN_S = (2.0, 12.0)
RESTARTS_IN_S = (0.3, 2.0)
WALL_AT_START = 1_795_000_000.0


@dataclass
class _Glass:
    """Screen and lamp: what a person at the counter sees."""

    desk: "Desk"

    def show(self, page: Page) -> None:
        self.desk.oracle.page_shown(self.desk.name, page)

    def set(self, state: SignState, *, glowing: bool) -> None:
        self.desk.oracle.sign_set(self.desk.name, state)


class _NoWatchdog:
    interval_s = None

    def ready(self) -> None: ...
    def beat(self) -> None: ...
    def stopping(self) -> None: ...


class Desk:
    """The machine on the desk: its card and its clocks outlive the process; the process may die at any boundary."""

    def __init__(
        self, world: World, name: str, rules: Rules, broker: MosquittoModel, oracle: Oracle,
        boundary: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self.world = world
        self.name = name
        self.rules = rules
        self.oracle = oracle
        self.path = Path(world, name)
        self.card = Card()
        self.wall_off = 0.0
        self.dice = world.chance(f"desk {name}")
        self.unit: Unit | None = None
        self.down = False
        self.paused = False
        self.crashes = 0
        self._broker = broker
        self._boundary = boundary
        self._boots = 0
        self._booted_at = 0.0
        self._wake: Timer | None = None
        self._wake_at = float("inf")
        self._due: float | None = None
        self._waiting: list[Callable[[float], was.Event]] = []
        self._serial = 0

    @property
    def runs(self) -> bool:
        return self.unit is not None

    def clock(self) -> float:
        """CLOCK_BOOTTIME of this machine."""
        return self.world.now - self._booted_at + 3.0

    def wall(self) -> float:
        return WALL_AT_START + self.world.now + self.wall_off

    def boot(self) -> None:
        """Power comes."""
        self._boots += 1
        self._booted_at = self.world.now
        self.begin()

    def begin(self) -> None:
        """The process starts."""
        if self.unit is not None:
            return
        self._waiting.clear()
        self._serial += 1
        boundary = self._at_boundary
        self.unit = Unit(self.name, "1.0", self.rules)
        outbox = OutboxModel(self.world, self.card, self.dice, self.tell, boundary)
        link = DeskLink(self.world, self._broker, self.path, self.name, self.dice, self.oracle, self.tell, boundary)
        glass = _Glass(self)
        self._outbox, self._link = outbox, link
        self._watching = _WatchedOutbox(self.oracle, self.name, outbox)
        self._drivers = Drivers(glass, glass, self._watching, link, _NoWatchdog())
        self.oracle.unit_started(self.name)
        boot, seed = f"{self._boots:016x}", self.dice.randbytes(32)
        self.tell(lambda at: was.Started(at, boot, seed))
        outbox.start()
        link.start()

    def crash(self, *, power: bool) -> None:
        """kill -9, or the power goes; it comes back by itself after a while."""
        if self.unit is None:
            return
        if self.paused:
            self._run_on()
        self.crashes += 1
        self.unit = None
        self._outbox.end()
        self._link.end(politely=False, without_power=power)
        if self._wake is not None:
            self._wake.cancel()
        self._wake_at = float("inf")
        self.oracle.unit_died(self.name)
        again = self.boot if power else self.begin
        self.world.after(self.dice.uniform(*(BOOTS_IN_S if power else RESTARTS_IN_S)), again)

    def pause(self) -> None:
        """SIGSTOP, or a card that has the whole machine waiting: nothing runs; what comes in waits."""
        if self.unit is not None:
            self.paused = True
            self.path.cut |= {"up", "down"}
            self.oracle.unit_paused(self.name)
            if self.down:
                # The release will be late: it may pass for a walk through the menu.
                self.oracle.by_hand(self.name, 20 * 60.0)

    def resume(self) -> None:
        if not self.paused:
            return
        self._run_on()
        waiting, self._waiting = self._waiting, []
        for make in waiting:
            self.tell(make)
        if self.unit is not None:
            self._take(was.Tick(self.clock()))
        self.oracle.unit_resumed(self.name)

    def _run_on(self) -> None:
        self.paused = False
        self.path.mend("up")
        self.path.mend("down")

    def edge(self, *, down: bool, clock: float) -> None:
        """The contact closes or opens."""
        self.down = down
        self.tell(lambda at: was.Edge(at, down, clock))

    def tell(self, make: Callable[[float], was.Event]) -> None:
        """An event for the loop, stamped with this machine's clock."""
        if self.paused:
            self._waiting.append(make)
        elif self.unit is not None:
            self._take(make(self.clock()))

    def _at_boundary(self, place: str) -> bool:
        if self._boundary(place):
            self.crash(power=self.dice.random() < 0.5)
            return True
        return False

    def _tick(self) -> None:
        self._wake, self._wake_at = None, float("inf")
        if self.unit is not None and not self.paused:
            due, now = self._due, self.clock()
            # A deadline on this machine's clock is a sum of floats: what is due within a microsecond is due.
            self._take(was.Tick(due if due is not None and abs(due - now) < 1e-6 else now))

    def _take(self, event: was.Event) -> None:
        assert self.unit is not None
        serial = self._serial
        self.oracle.before_step(self.name)
        if isinstance(event, was.CommitFailed):
            self.oracle.refused(self.name, event.id, event.rev)
        if isinstance(event, was.OutboxLoaded):
            self.oracle.outbox_loaded(self.name, len(event.notes))
        # The two halves of a step, each performed before the next is thought out, as the real loop does.
        self.unit, effects = act(self.unit, event)
        self.world.note(f"{self.name} {type(event).__name__} {len(effects)}")
        if not self._perform(effects, serial):
            return
        self.unit, effects = appear(self.unit)
        if not self._perform(effects, serial):
            return
        self.oracle.after_step(self.name, self.unit)
        due = self._due = next_wake(self.unit)
        wake_at = float("inf") if due is None else due + self._booted_at - 3.0
        if wake_at != self._wake_at:
            if self._wake is not None:
                self._wake.cancel()
            self._wake_at = wake_at
            self._wake = None if due is None else self.world.at(wake_at, self._tick)

    def _perform(self, effects: tuple[Effect, ...], serial: int) -> bool:
        """Hand the effects to the drivers; False when the process died of it."""
        for effect in effects:
            perform(effect, self._drivers)
            if self.unit is None or self._serial != serial:
                return False
        return True


@dataclass
class _WatchedOutbox:
    """The outbox, with somebody who writes down what it was asked."""

    oracle: Oracle
    name: str
    outbox: OutboxModel

    def keep(self, note: object) -> None:
        self.oracle.ledger.keep_asked(self.oracle.desks[self.name], note)  # type: ignore[arg-type]
        self.outbox.keep(note)  # type: ignore[arg-type]

    def forget(self, note_id: str, rev: int) -> None:
        self.oracle.ledger.forget_asked(self.name, note_id, rev)
        self.outbox.forget(note_id, rev)
