"""The PBX in made-up time: the simulated office and its AMI talk, read by the host's real AMI connection.

The host's side is the real `Connection`, session, parser and translator; only the socket and the retries are modelled.
"""

import random
from collections.abc import Callable

from host_agent.pbx.asterisk.adapter import Connection as AmiConnection
from host_agent.pbx.asterisk.adapter import retry_after
from host_agent.pbx.asterisk.session import LoginRefused
from host_agent.pbx.asterisk.session import Session as HostSession
from host_agent.pbx.asterisk.settings import AsteriskSettings
from host_agent.pbx.asterisk.translate import Translator
from host_agent.pbx.simulated import actions as do
from host_agent.pbx.simulated.facts import Office, phone_state
from host_agent.pbx.simulated.office import Step, restarted, step
from host_agent.pbx.simulated.packets import Live, encode_live
from host_agent.pbx.simulated.pbx import BOOT_S
from host_agent.pbx.simulated.session import BANNER, Moment, Session, fully_booted, parse_request, respond, wanted
from host_agent.pbx.simulated.temper import TRANSFER_RING_S
from tests.simulation.host import Host
from tests.simulation.oracle import Oracle
from tests.simulation.watched import Truth
from tests.simulation.world import Timer, World

SETTINGS = AsteriskSettings("pbx", "belbord", "s3cret")
LOOK_EVERY_S = 1.0
"""The real adapter looks four times as often."""


class Exchange:
    """The office, and at most one manager connection: the host's."""

    def __init__(self, world: World, office: Office, host: Host, oracle: Oracle) -> None:
        self.world = world
        self.office = office
        self.up = True
        self.booted = True
        self.frozen = False
        """Neither side hears the other, and nobody is told (C2)."""
        self.dice: random.Random = world.chance("exchange")
        self._host = host
        self.oracle = oracle
        self._wire: _Wire | None = None
        self._due: Timer | None = None
        self._translator = Translator()
        self._attempt = 0
        self._retry: Timer | None = None
        self.said_at = float("-inf")
        self.changed: Callable[[], None] = lambda: None
        host.pbx_said_at = lambda: self.said_at
        host.started = self._host_started
        host.died = self._host_died
        self._tell_oracle()

    # The office

    def perform(self, action: do.Action) -> None:
        if self.up:
            self._take(step(self.office, action, self.world.now))

    def restart(self) -> None:
        """`core restart now`: every call ends, and the new PBX needs a while before it knows its queues."""
        self._take(restarted(self.office, self.world.now))
        self.close()
        self.up = self.booted = False
        self.world.after(self.dice.uniform(1.0, 5.0), self._back)

    def _back(self) -> None:
        self.up = True
        self.world.after(BOOT_S, self._boot)

    def _boot(self) -> None:
        self.booted = True
        if self._wire is not None and self._wire.session.logged_in:
            self._wire.to_host(fully_booted(self._moment()))

    def _moment(self) -> Moment:
        return Moment(self.office, self.world.now, self.booted)

    def _take(self, taken: Step) -> None:
        changed = taken.office is not self.office
        self.office = taken.office
        if changed:
            self._tell_oracle()
            self.changed()
        if taken.told and self._wire is not None:
            self._wire.tell(taken.told)
        if self._due is not None:
            self._due.cancel()
        moment = self._next_moment()
        self._due = None if moment is None else self.world.at(moment + 0.001, self.perform, do.TimePasses())

    def _next_moment(self) -> float | None:
        """When something happens in the office by itself."""
        office, found = self.office, []
        for ring in office.rings:
            phone = office.phone(ring.extension)
            if phone is not None and phone.answers_after_s is not None:
                found.append(ring.since + phone.answers_after_s)
            found.append(ring.since + (office.setup(ring.queue).ring_s if ring.queue else TRANSFER_RING_S))
        talking = {talk.call: talk for talk in office.talks}
        for call, temper in office.tempers.items():
            if call in talking:
                if temper.talks_s is not None:
                    found.append(talking[call].since + temper.talks_s)
            elif temper.gives_up_at is not None:
                found.append(temper.gives_up_at)
        found += [until for until in office.silent_until.values() if until > self.world.now]
        return min(found, default=None)

    def _tell_oracle(self) -> None:
        office = self.office
        queues = {}
        for setup in office.queues:
            joined = [waiting.joined_at for waiting in office.waiting if waiting.queue == setup.name]
            queues[setup.name] = (len(joined), min(joined, default=None))
        lines = {}
        for phone in office.phones:
            state = phone_state(office, phone.extension)
            paused = [member.paused for member in office.members if member.extension == phone.extension]
            lines[phone.extension] = "paused" if state == "idle" and paused and all(paused) else state
        self.oracle.past.truth_changed(Truth(self.world.now, queues, lines))
        self.world.note(f"office {sorted(queues.items())}")

    # The manager connection

    def thaw(self) -> None:
        """Both sides hear each other again."""
        self.frozen = False
        if self._wire is not None:
            self._wire.thaw()

    def close(self) -> None:
        """The TCP connection ends, and the host hears of it."""
        if self._wire is not None:
            self._wire.end()

    def _host_started(self) -> None:
        self._translator = Translator()
        self._attempt = 0
        self._try()

    def _try(self) -> None:
        self._retry = None
        self._host.inside(self._connect)

    def _host_died(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        if self._wire is not None:
            self._wire.dead = True
            self._wire = None

    def _connect(self) -> None:
        if not self._host.runs:
            return
        if not self.up or self.frozen:
            self._lost(OSError("cannot be reached"), was_up=False)
            return
        self._wire = _Wire(self, self._host, self._translator)

    def _lost(self, fault: Exception, *, was_up: bool) -> None:
        self._wire = None
        self._host.live.deliver(self._translator.away(str(fault), self.world.now))
        self._attempt = 0 if was_up else self._attempt + 1
        at_most = SETTINGS.refused_at_most_s if isinstance(fault, LoginRefused) else SETTINGS.retry_at_most_s
        wait_s = retry_after(self._attempt, SETTINGS.retry_first_s, at_most, self.dice.random())
        self._retry = self.world.after(wait_s, self._try)


class _Wire:
    """One manager connection; also the transport that the real `Connection` writes to."""

    def __init__(self, exchange: Exchange, host: Host, translator: Translator) -> None:
        self._exchange = exchange
        self._world = exchange.world
        self._host = host
        self.session = Session(SETTINGS.username, SETTINGS.secret)
        self.dead = False
        self._was_up = False
        self._last = self._world.now
        self._held: list[tuple[bytes, float]] = []
        token = f"{exchange.dice.getrandbits(64):016x}"
        world = self._world
        self._ami = AmiConnection(HostSession(SETTINGS, token), translator, lambda: world.now, self._deliver)
        self._ami._transport = self  # type: ignore[assignment]  # `write` is all it needs
        self.to_host(BANNER)
        world.after(LOOK_EVERY_S, self._look)

    def _deliver(self, events: object) -> None:
        self._host.live.deliver(events)  # type: ignore[arg-type]
        self._was_up = self._was_up or self._host.live.office.link == "up"

    def _look(self) -> None:
        if self.dead:
            return
        self._host.inside(self._look_inside)
        self._world.after(LOOK_EVERY_S, self._look)

    def _look_inside(self) -> None:
        if not self.dead:
            self._ami.look()
            self._ended()

    def write(self, outgoing: bytes) -> None:
        """The host asks something."""
        self._world.after(0.001, self._asked, outgoing)

    def _asked(self, outgoing: bytes) -> None:
        if self.dead or self._exchange.frozen:
            return
        for block in outgoing.split(b"\r\n\r\n"):
            if block:
                answer = respond(self.session, parse_request(block), self._exchange._moment())
                self.session = answer.session
                self.to_host(answer.sent)

    def tell(self, told: tuple[Live, ...]) -> None:
        message = b"".join(encode_live(live) for live in told if wanted(self.session, live))
        if message:
            self.to_host(message)

    def to_host(self, message: bytes) -> None:
        at = max(self._last, self._world.now + self._exchange.dice.uniform(0.0005, 0.02))
        self._last = at
        self._world.at(at, self._arrive, message, self._world.now)

    def _arrive(self, message: bytes, said_at: float) -> None:
        if self.dead:
            return
        if self._exchange.frozen or self._held:
            self._held.append((message, said_at))
            return
        self._host.inside(self._read, message, said_at)

    def thaw(self) -> None:
        held, self._held = self._held, []
        for message, said_at in held:
            self._arrive(message, said_at)

    def _read(self, message: bytes, said_at: float) -> None:
        if not self.dead:
            self._exchange.said_at = said_at
            self._exchange.oracle.past.pbx_word_came(self._world.now - said_at)
            self._ami.data_received(message)
            self._ended()

    def end(self) -> None:
        if not self.dead:
            self._ami.connection_lost(None)
            self._host.inside(self._ended)

    def _ended(self) -> None:
        if self._ami.fault is not None and not self.dead:
            self.dead = True
            self._exchange._lost(self._ami.fault, was_up=self._was_up)


def small_office(epoch: float, desks: int, ringall: bool) -> Office:
    """Two queues and a line for each desk; nobody picks up by herself but the last colleague."""
    from host_agent.pbx.simulated.facts import Member, Phone, QueueSetup

    phones = tuple(Phone(str(100 + number), f"Balie {number}") for number in range(1, desks + 1))
    queues = (QueueSetup("receptie", "0201112200", "*98100", ringall=ringall),
              QueueSetup("service", "0201112201", "*98200", ringall=False, ring_s=10.0, retry_s=3.0))  # fmt: skip
    members = tuple(Member("receptie", phone.extension) for phone in phones)
    members += (Member("service", "201"), *(Member("service", phone.extension) for phone in phones[1::2]))
    return Office(epoch, (*phones, Phone("201", "Anouk Bakker", answers_after_s=6.0), Phone("202", "Sanne Visser")),
                  queues, members)  # fmt: skip
