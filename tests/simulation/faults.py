"""What goes wrong, when: drawn from the seed. Each run has its own kinds of trouble, so that rare mixtures come up."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.desk import Desk
from tests.simulation.exchange import Exchange
from tests.simulation.host import Host
from tests.simulation.mosquitto_model import MosquittoModel
from tests.simulation.oracle import Oracle
from tests.simulation.watched import Stamped
from tests.simulation.world import World

REMEMBERED = 400
RECOUNTED_WITHIN_S = 30.0
"""The host counts again every 20 s, after what its disk still has to do."""


@dataclass(frozen=True)
class Trouble:
    """One kind: how it begins, and what mends it (None: it mends itself)."""

    name: str
    begin: Callable[[random.Random], Callable[[], None] | None]
    lasts_s: tuple[float, float] = (1.0, 60.0)


class Faults:
    """Begins troubles until `heal`."""

    def __init__(
        self,
        world: World,
        desks: list[Desk],
        host: Host,
        broker: MosquittoModel,
        exchange: Exchange,
        oracle: Oracle,
    ) -> None:
        self._world = world
        self._desks = desks
        self._host = host
        self._broker = broker
        self._exchange = exchange
        self._oracle = oracle
        self._dice = world.chance("faults")
        self._crash_dice = world.chance("crashes")
        self._mending: list[Callable[[], None]] = []
        self._heard: deque[tuple[str, bytes]] = deque(maxlen=REMEMBERED)
        self._at_boundary = 0.0
        self.active = True
        broker.heard = self._hear
        broker.boundary = self._broker_boundary

    def start(self, mean_s: float) -> None:
        kinds = self._kinds()
        some = self._dice.randrange(3, len(kinds) + 1)
        self._chosen = self._dice.sample(kinds, some)
        self._mean_s = mean_s
        # At commit boundaries the worst bugs live, and chance alone hardly ever hits one.
        self._at_boundary = self._dice.choice((0.0, 0.02, 0.08))
        self._next()

    def _next(self) -> None:
        self._world.after(self._dice.expovariate(1 / self._mean_s), self._begin)

    def _begin(self) -> None:
        if not self.active:
            return
        trouble = self._dice.choice(self._chosen)
        self._world.counted[trouble.name] += 1
        self._world.note(f"fault {trouble.name}")
        mend = trouble.begin(self._dice)
        if mend is not None:
            self._mending.append(mend)
            low, high = trouble.lasts_s
            self._world.after(low * (high / low) ** self._dice.random(), self._mend, mend)
        self._next()

    def _mend(self, mend: Callable[[], None]) -> None:
        if mend in self._mending:
            self._mending.remove(mend)
            mend()

    def heal(self) -> None:
        """All is mended, and nothing more goes wrong."""
        self.active = False
        for mend in list(self._mending):
            self._mend(mend)
        self._broker.late_will_s = 0.0

    def boundary(self, place: str) -> bool:
        """Whether a process dies here and now."""
        if not self.active or self._crash_dice.random() >= self._at_boundary:
            return False
        self._world.counted[f"crash {place}"] += 1
        self._world.note(f"crash {place}")
        return True

    def _broker_boundary(self, place: str) -> bool:
        if not self.boundary(place):
            return False
        self._kill_broker(self._crash_dice)
        return True

    def _hear(self, topic: str, payload: bytes) -> None:
        self._heard.append((topic, payload))

    def _kinds(self) -> list[Trouble]:
        return [
            Trouble("the unit's network is away", self._cut("up", "down"), (1.0, 300.0)),
            Trouble("only the way up is dead", self._cut("up")),
            Trouble("only the way down is dead", self._cut("down")),
            Trouble("the host's network is away", self._cut_host),
            Trouble("packets are lost", self._lossy),
            Trouble("the network is slow", self._slow),
            Trouble("connections are reset", self._reset),
            Trouble("the broker is killed", self._kill_broker_for_long, (0.5, 40.0)),
            Trouble("the broker delivers nothing", self._wedge),
            Trouble("wills come late", self._late_will, (20.0, 200.0)),
            Trouble("the host's process dies", self._host_dies),
            Trouble("a unit's process dies", self._unit_dies),
            Trouble("a unit stands still", self._pause),
            Trouble("the PBX closes the connection", self._pbx_closes),
            Trouble("the PBX freezes", self._pbx_freezes),
            Trouble("the PBX restarts", self._pbx_restarts),
            Trouble("a card fails", self._card("failing"), (1.0, 120.0)),
            Trouble("a card is slow", self._card("slow"), (5.0, 60.0)),
            Trouble("the host's disk fails", self._disk("failing"), (1.0, 120.0)),
            Trouble("the host's disk is slow", self._disk("slow"), (5.0, 60.0)),
            Trouble("a wall clock jumps", self._jump),
            Trouble("old messages come again", self._replay),
            Trouble("nonsense is sent", self._nonsense),
        ]

    def _desk(self, dice: random.Random) -> Desk:
        return dice.choice(self._desks)

    def _cut(self, *directions: str) -> Callable[[random.Random], Callable[[], None]]:
        def begin(dice: random.Random) -> Callable[[], None]:
            path = self._desk(dice).path
            path.cut |= set(directions)
            return lambda: [path.mend(direction) for direction in directions] and None

        return begin

    def _cut_host(self, dice: random.Random) -> Callable[[], None]:
        path = self._host.path
        directions = dice.choice((("up",), ("down",), ("up", "down")))
        path.cut |= set(directions)
        return lambda: [path.mend(direction) for direction in directions] and None

    def _lossy(self, dice: random.Random) -> Callable[[], None]:
        paths = [self._host.path, *(desk.path for desk in self._desks)]
        for path in paths:
            path.lossy = 0.3
        return lambda: [setattr(path, "lossy", 0.0) for path in paths] and None

    def _slow(self, dice: random.Random) -> Callable[[], None]:
        path = self._desk(dice).path
        path.slow_s = dice.choice((0.5, 2.0, 5.0))
        return lambda: setattr(path, "slow_s", 0.0)

    def _reset(self, dice: random.Random) -> None:
        dice.choice([self._host.path, *(desk.path for desk in self._desks)]).reset()

    def _kill_broker(self, dice: random.Random) -> None:
        self._broker.kill()
        self._world.after(dice.uniform(0.3, 6.0), self._broker.start)

    def _kill_broker_for_long(self, dice: random.Random) -> Callable[[], None]:
        self._broker.kill()
        return self._broker.start

    def _wedge(self, dice: random.Random) -> Callable[[], None]:
        self._broker.wedged = True
        return lambda: setattr(self._broker, "wedged", False)

    def _late_will(self, dice: random.Random) -> Callable[[], None]:
        self._broker.late_will_s = dice.uniform(0.5, 20.0)
        return lambda: setattr(self._broker, "late_will_s", 0.0)

    def _host_dies(self, dice: random.Random) -> None:
        self._host.crash(power=dice.random() < 0.5)

    def _unit_dies(self, dice: random.Random) -> None:
        self._desk(dice).crash(power=dice.random() < 0.5)

    def _pause(self, dice: random.Random) -> Callable[[], None]:
        desk = self._desk(dice)
        desk.pause()
        return desk.resume

    def _pbx_closes(self, dice: random.Random) -> None:
        self._exchange.close()

    def _pbx_freezes(self, dice: random.Random) -> Callable[[], None]:
        self._exchange.frozen = True
        return self._exchange.thaw

    def _pbx_restarts(self, dice: random.Random) -> None:
        if self._exchange.up:
            self._exchange.restart()

    def _card(self, state: str) -> Callable[[random.Random], Callable[[], None]]:
        def begin(dice: random.Random) -> Callable[[], None]:
            card = self._desk(dice).card
            card.state = state
            return lambda: setattr(card, "state", "good")

        return begin

    def _disk(self, state: str) -> Callable[[random.Random], Callable[[], None]]:
        def begin(dice: random.Random) -> Callable[[], None]:
            self._host.disk.state = state
            self._oracle.past.uncounted_until = float("inf")
            return self._disk_is_good

        return begin

    def _disk_is_good(self) -> None:
        self._host.disk.state = "good"
        self._oracle.past.uncounted_until = self._world.now + RECOUNTED_WITHIN_S

    def _jump(self, dice: random.Random) -> None:
        seconds = dice.choice((-3600.0, 3600.0, 86_400.0, -86_400.0, 90 * 86_400.0, -3 * 365 * 86_400.0))
        if dice.random() < 0.3:
            self._host.wall_off += max(-86_400.0, min(86_400.0, seconds))
        else:
            self._desk(dice).wall_off += seconds

    def _replay(self, dice: random.Random) -> None:
        for topic, payload in dice.sample(list(self._heard), min(5, len(self._heard))):
            if self._broker.up and not self._broker.wedged:
                self._broker.publish(topic, payload, dice.choice((0, 1)), retained=dice.random() < 0.3)

    def _nonsense(self, dice: random.Random) -> None:
        desk = self._desk(dice).name
        for _ in range(5):
            what = dice.choice(("board", "receipt", "command", "note", "hello"))
            payload = dice.choice((b"", b"{}", b"\xff\xfe", b'{"v":1,"waiting":NaN}', b"[" * 900, b'{"v":2}'))
            if self._heard and dice.random() < 0.5:
                whole = dice.choice(self._heard)[1]
                # Cut off or with one byte changed: whole JSON hardly ever comes of it.
                payload = bytes(whole[: dice.randrange(len(whole) or 1)])
            assert not isinstance(payload, Stamped)
            self._broker.publish(f"belbord/unit/{desk}/{what}", payload, dice.choice((0, 1)))
