"""Queues as Asterisk tells them: joins, leaves, who gave up, agents, and the snapshot.

The length is always what Asterisk says (`Count`, or the entries of a snapshot). Who waits is kept by Uniqueid, since
the others move up without any event and not always the first in line is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from host_agent.core import events as e
from host_agent.core.agents import Agent, AgentState
from host_agent.core.callers import Party, WaitingCaller
from host_agent.pbx.asterisk.fields import get, listed_party, live_party, need, needle, unescaped, whole
from host_agent.pbx.asterisk.legs import MEMBER_STATES
from host_agent.pbx.asterisk.phones import Phones
from host_agent.pbx.asterisk.protocol import text

GIVES_UP_WITHIN: Final = 2.0
"""Seconds between leaving the queue and the hang-up of one who gave up; who lives longer went on to something else."""

_QUEUE: Final = needle("Queue")
_UID: Final = needle("Uniqueid")
_LINKED: Final = needle("Linkedid")
_NUMBER: Final = needle("CallerIDNum")
_NAME: Final = needle("CallerIDName")
_COUNT: Final = needle("Count")
_POSITION: Final = needle("Position")
_WAIT: Final = needle("Wait")
_CALLS: Final = needle("Calls")
_INTERFACE: Final = needle("Interface")
_LOCATION: Final = needle("Location")
_MEMBER_NAME: Final = needle("MemberName")
_LISTED_NAME: Final = needle("Name")
_STATE_INTERFACE: Final = needle("StateInterface")
_STATUS: Final = needle("Status")
_PAUSED: Final = needle("Paused")
_REASON: Final = needle("PausedReason")
_IN_CALL: Final = needle("InCall")
_WRAP_UP: Final = needle("Wrapuptime")

_AGENT_STATES: Final[dict[bytes, AgentState]] = {
    b"0": "unknown", b"1": "idle", b"2": "in_use", b"3": "busy", b"4": "unavailable", b"5": "unavailable",
    b"6": "ringing", b"7": "in_use", b"8": "on_hold",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _GaveUp:
    at: float
    queue: str
    party: Party
    waited_s: float | None


@dataclass(slots=True)
class ListedQueue:
    """What a QueueStatus list has said of one queue so far."""

    calls: int = 0
    callers: list[tuple[int, WaitingCaller]] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)


@dataclass(slots=True)
class Queues:
    """All queues. `in_queue`: which queue each waiting call (Uniqueid) is in; `queue_of`: by which it came (Linkedid).

    `doubtful`: Asterisk's count and the callers it named disagree, so a new snapshot is wanted.
    """

    out: list[e.PbxEvent]
    phones: Phones
    in_queue: dict[str, str]
    queue_of: dict[str, str]
    doubtful: bool = False
    _members: dict[str, set[str]] = field(default_factory=dict)
    _joined: dict[str, float] = field(default_factory=dict)
    _waited: dict[str, tuple[int, float]] = field(default_factory=dict)
    _lived: dict[str, tuple[int, float]] = field(default_factory=dict)
    _gave_up: dict[str, _GaveUp] = field(default_factory=dict)
    _wrap_up: dict[tuple[str, str], int] = field(default_factory=dict)
    _agents: dict[tuple[str, str], Agent] = field(default_factory=dict)

    def reconnected(self) -> None:
        """A new connection: who waits is unknown; since when they waited is remembered for those still there."""
        self.doubtful = False
        self.in_queue.clear()
        self._members.clear()
        self._gave_up.clear()
        self._lived.clear()
        self._agents.clear()

    def joined(self, raw: bytes, at: float) -> None:
        """QueueCallerJoin."""
        uid, queue, count = text(need(raw, _UID)), text(need(raw, _QUEUE)), whole(raw, _COUNT)
        position = whole(raw, _POSITION) if _POSITION in raw else None
        caller = WaitingCaller(uid, live_party(get(raw, _NUMBER), get(raw, _NAME)), at)
        before = self.in_queue.get(uid)
        if before is not None and before != queue:
            self._members.get(before, set()).discard(uid)
            self.doubtful = True
        elif before == queue and uid in self._joined:
            # Told again, or told late after a snapshot that has the caller already: the first time counts.
            caller = WaitingCaller(uid, caller.party, self._joined[uid])
        self._joined[uid] = at if caller.joined_at is None else caller.joined_at
        self._waited.pop(uid, None)
        self._gave_up.pop(uid, None)
        self.in_queue[uid] = queue
        self.queue_of[text(get(raw, _LINKED) or b"") or uid] = queue
        there = self._members.setdefault(queue, set())
        there.add(uid)
        self._compare(count, there)
        self.out.append(e.CallerJoined(at, queue, caller, count, position))

    def left(self, raw: bytes, at: float) -> None:
        """QueueCallerLeave, for whatever reason."""
        uid, queue, count = text(need(raw, _UID)), text(need(raw, _QUEUE)), whole(raw, _COUNT)
        if self.in_queue.get(uid) == queue:
            del self.in_queue[uid]
            if uid not in self._gave_up:
                self._joined.pop(uid, None)
        there = self._members.setdefault(queue, set())
        there.discard(uid)
        if count == 0:
            there.clear()
        self._compare(count, there)
        self.out.append(e.CallerLeft(at, queue, uid, count))

    def abandoned(self, raw: bytes, at: float) -> None:
        """QueueCallerAbandon: also sent for a queue time-out and for a Redirect, so it waits for the hang-up."""
        uid, queue = text(need(raw, _UID)), text(need(raw, _QUEUE))
        since = self._joined.get(uid)
        party = live_party(get(raw, _NUMBER), get(raw, _NAME))
        self._gave_up[uid] = _GaveUp(at, queue, party, None if since is None else max(0.0, at - since))

    def went_on(self, uid: str) -> None:
        """The call `uid` lives on after the queue."""
        self._gave_up.pop(uid, None)

    def hung_up(self, uid: str, at: float) -> None:
        """The channel `uid` is gone."""
        gave_up = self._gave_up.pop(uid, None)
        self._joined.pop(uid, None)
        self._waited.pop(uid, None)
        self.queue_of.pop(uid, None)
        if gave_up is not None and at - gave_up.at <= GIVES_UP_WITHIN:
            self.out.append(e.CallerAbandoned(at, gave_up.queue, uid, gave_up.party, gave_up.waited_s))

    def member(self, raw: bytes, at: float) -> None:
        """QueueMemberStatus, QueueMemberPause, QueueMemberAdded and the like: the whole member each time."""
        queue = text(need(raw, _QUEUE))
        agent = self._agent(queue, raw, need(raw, _INTERFACE), get(raw, _MEMBER_NAME), at)
        before = self._agents.get((queue, agent.agent))
        self._agents[queue, agent.agent] = agent
        if agent != before:
            self.out.append(e.AgentChanged(at, queue, agent))

    def member_removed(self, raw: bytes, at: float) -> None:
        """QueueMemberRemoved."""
        queue, interface = text(need(raw, _QUEUE)), text(need(raw, _INTERFACE))
        self._agents.pop((queue, interface), None)
        self.out.append(e.AgentRemoved(at, queue, interface))

    def completed(self, raw: bytes, at: float) -> None:
        """AgentComplete: the wrap-up begins, if this member has one."""
        queue, interface = text(need(raw, _QUEUE)), get(raw, _INTERFACE)
        key = (queue, text(interface or b""))
        agent, seconds = self._agents.get(key), self._wrap_up.get(key, 0)
        if agent is not None and seconds > 0:
            agent = Agent(
                agent.agent, agent.name, agent.extension, agent.state, agent.paused, agent.reason, agent.in_call,
                wrap_up_until=at + seconds,
            )  # fmt: skip
            self._agents[key] = agent
            self.out.append(e.AgentChanged(at, queue, agent))

    def listed(self, kind: bytes, raw: bytes, found: dict[str, ListedQueue], at: float) -> None:
        """An item of a QueueStatus list goes into `found`."""
        name = text(need(raw, _QUEUE))
        queue = found.setdefault(name, ListedQueue())
        if kind == b"QueueParams":
            queue.calls = whole(raw, _CALLS)
        elif kind == b"QueueMember":
            queue.agents.append(self._agent(name, raw, need(raw, _LOCATION), get(raw, _LISTED_NAME), at))
        else:
            uid = text(need(raw, _UID))
            party = listed_party(get(raw, _NUMBER), get(raw, _NAME))
            queue.callers.append((whole(raw, _POSITION), WaitingCaller(uid, party, self._since(uid, raw, at))))

    def snapshot(self, found: dict[str, ListedQueue], at: float, *, all_of_them: bool) -> None:
        """A QueueStatus list is complete."""
        seen = []
        if all_of_them:
            self.in_queue.clear()
            self._members.clear()
            self._agents.clear()
        for name, queue in found.items():
            callers = tuple(caller for _, caller in sorted(queue.callers, key=lambda entry: entry[0]))
            for uid in self._members.get(name, ()):
                self.in_queue.pop(uid, None)
            self._members[name] = {caller.call for caller in callers}
            for caller in callers:
                self.in_queue[caller.call] = name
                self.queue_of.setdefault(caller.call, name)
                if caller.joined_at is not None:
                    self._joined[caller.call] = caller.joined_at
            for agent in queue.agents:
                self._agents[name, agent.agent] = agent
            seen.append(e.QueueSeen(name, max(queue.calls, len(callers)), callers, tuple(queue.agents)))
        if all_of_them:
            self._joined = {uid: at for uid, at in self._joined.items() if uid in self.in_queue}
            self._waited = {uid: told for uid, told in self._waited.items() if uid in self.in_queue}
        self.doubtful = any(len(queue.callers) != queue.calls for queue in found.values())
        self.out.append(e.SnapshotTaken(at, tuple(seen), all_of_them))

    def lived(self, uid: str, seconds: int, at: float) -> None:
        """A channel list says how long the channel `uid` is there (whole seconds, rounded down)."""
        self._lived[uid] = (seconds, at)

    def channels_listed(self, calls: set[str], at: float) -> None:
        """The channel list is complete, `calls` are all there are: waits in whole seconds can be told better."""
        self._lived = {uid: told for uid, told in self._lived.items() if uid in calls}
        for gone in self.queue_of.keys() - calls - self.in_queue.keys():
            del self.queue_of[gone]
        for uid, queue in self.in_queue.items():
            waited = self._waited.get(uid)
            better = None if waited is None else waited[1] - _real_wait(waited, self._lived.get(uid))
            if better is not None and better != self._joined.get(uid):
                self._joined[uid] = better
                self.out.append(e.CallerDated(at, queue, uid, better))

    def _since(self, uid: str, raw: bytes, at: float) -> float | None:
        """When a listed caller joined: a moment that was seen goes before the list's whole seconds.

        An entry broken in two by a line break in the name has lost its `Wait`, or has a forged one: none is believed.
        """
        known = self._joined.get(uid)
        if raw.count(_WAIT) != 1 or raw.count(_UID) != 1:
            return known
        wait = whole(raw, _WAIT)
        if known is not None and uid not in self._waited and abs(at - known - wait) <= 2.0:
            return known
        if known is not None and uid in self._waited and abs(at - known - wait) <= 1.0:
            return known
        self._waited[uid] = (wait, at)
        return at - _real_wait((wait, at), self._lived.get(uid))

    def _agent(self, queue: str, raw: bytes, interface: bytes, name: bytes | None, at: float) -> Agent:
        key = text(interface)
        status = get(raw, _STATUS) or b"0"
        device = text(get(raw, _STATE_INTERFACE) or interface)
        self._wrap_up[queue, key] = whole(raw, _WRAP_UP) if _WRAP_UP in raw else 0
        before = self._agents.get((queue, key))
        return Agent(
            agent=key,
            name=unescaped(name or interface),
            extension=self.phones.member(device, MEMBER_STATES.get(status), at),
            state=_AGENT_STATES.get(status, "unknown"),
            paused=get(raw, _PAUSED) == b"1",
            reason=unescaped(get(raw, _REASON) or b"") or None,
            in_call=get(raw, _IN_CALL) == b"1",
            wrap_up_until=None if before is None else before.wrap_up_until,
        )

    def _compare(self, count: int, there: set[str]) -> None:
        if count != len(there):
            self.doubtful = True


def _real_wait(waited: tuple[int, float], lived: tuple[int, float] | None) -> float:
    """The best guess at a wait told as `waited` (whole seconds, when).

    Asterisk subtracts two clock readings without their fractions, so the real wait lies within a second around it.
    How long the channel lives is rounded down; of one that went straight into the queue it tells which side.
    """
    wait = float(waited[0])
    if lived is None or abs(lived[1] - waited[1]) > 0.5:
        return wait
    if lived[0] < waited[0]:
        return max(0.0, wait - 1 / 3)
    return wait + 1 / 3 if lived[0] == waited[0] else wait


LIVE: Final[dict[bytes, Callable[[Queues, bytes, float], None]]] = {
    b"AgentComplete": Queues.completed,
    b"QueueCallerAbandon": Queues.abandoned,
    b"QueueCallerJoin": Queues.joined,
    b"QueueCallerLeave": Queues.left,
    b"QueueMemberAdded": Queues.member,
    b"QueueMemberPause": Queues.member,
    b"QueueMemberPenalty": Queues.member,
    b"QueueMemberRemoved": Queues.member_removed,
    b"QueueMemberRinginuse": Queues.member,
    b"QueueMemberStatus": Queues.member,
}
"""What to do with the live events about queues and agents."""
