"""The one who knows: every press, every caller, every commit. It watches glass, lamp, cards and wire from outside.

It never asks the code under test. What it compares with is its own list of presses, the PBX's own office, and what
stands on the synced part of each disk. Invariants are named as in docs: I1 no loss, I2 no duplicate, I3 no false tick,
I4 freshness, I5 recovery, I12 bounds.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.messages import Hello, Note
from device.core import pages
from device.core.notes import KeptNote
from device.core.unit import Unit
from tests.simulation.outbox_model import Card
from tests.simulation.store_model import Shelf
from tests.simulation.world import Violation, World

OLD_AFTER_S = 15.0
SLACK_S = 0.5
"""The way from PBX to host, which no echo measures; what is held back there for longer is allowed for as well."""
HISTORY_S = 40.0
LISTED_AGAIN_S = 75.0
LONGEST_PRESS_S = 65.0
"""From touch to release, with a unit that stood still between them."""
MINIMUM_S = {"lit": 10.0, "dark": 5.0, "unsure": 2.0}
FACTS = (pages.Quiet, pages.CallersWait, pages.Ringing, pages.Talking)


class Stamped(bytes):
    """A payload that knows, for the oracle alone, when it was made and how old the PBX's word in it was."""

    born: float
    true_at: float


@dataclass
class Watched:
    """One desk as seen from its chair."""

    name: str
    card: Card
    queues: tuple[str, ...]
    line: str
    outbox_limit: int
    most_entries: int = 0
    page: pages.Page | None = None
    sign: str | None = None
    sign_since: float = float("-inf")
    by_hand_until: float = float("-inf")
    true_at: float = float("-inf")
    told_at: float = float("-inf")
    transit_s: deque[tuple[float, float]] = field(default_factory=deque)
    unmarked: bool = False
    excused: bool = False
    must_refuse: bool = False
    newest: KeptNote | None = None
    before: KeptNote | None = None
    linked_at: float | None = None
    fresh_at: float | None = None
    hellos: deque[float] = field(default_factory=lambda: deque(maxlen=4))


@dataclass(frozen=True)
class Truth:
    """The office from `at` on: by queue how many wait and since when the first does; by line its state."""

    at: float
    queues: Mapping[str, tuple[int, float | None]]
    lines: Mapping[str, str]


class Oracle:
    """Raises Violation at the first broken promise."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self._world = world
        self._shelf = shelf
        self.desks: dict[str, Watched] = {}
        self.truths: deque[Truth] = deque()
        self.open_counts: dict[str, deque[tuple[float, int]]] = {}
        self.presses: dict[float, str] = {}
        self.ids: dict[str, tuple[str, float]] = {}
        self.shown_kept: dict[str, int] = {}
        self._id_of_press: dict[float, str] = {}
        self.uncounted_until = float("-inf")
        self._late: deque[tuple[float, float]] = deque()
        self.samples = 0
        self.fresh_samples = 0

    def broken(self, invariant: str, what: str) -> None:
        if self._world.broken is None:
            self._world.broken = Violation(f"{invariant}: {what} (at {self._world.now:.3f} s)")
        raise self._world.broken

    # What people and machines do

    def pressed(self, desk: str, clock: float) -> None:
        self.presses[clock] = desk
        self._world.counted["press"] += 1

    def by_hand(self, desk: str, for_s: float) -> None:
        watched = self.desks[desk]
        watched.by_hand_until = max(watched.by_hand_until, self._world.now + for_s)

    def unit_started(self, desk: str) -> None:
        self._blank(self.desks[desk])

    def unit_died(self, desk: str) -> None:
        self._blank(self.desks[desk])
        self._world.note(f"{desk} died")

    def _blank(self, watched: Watched) -> None:
        """Nothing stands on the glass, and the lamp is out."""
        watched.page = watched.sign = watched.newest = watched.linked_at = None
        watched.unmarked = watched.excused = watched.must_refuse = False
        watched.true_at = watched.told_at = float("-inf")
        watched.by_hand_until = float("-inf")
        watched.hellos.clear()
        watched.most_entries = watched.outbox_limit

    def unit_paused(self, desk: str) -> None:
        self.desks[desk].excused = True

    def unit_resumed(self, desk: str) -> None:
        self.desks[desk].excused = False

    def link_up(self, desk: str) -> None:
        self.desks[desk].linked_at = self._world.now

    def truth_changed(self, truth: Truth) -> None:
        self.truths.append(truth)
        while len(self.truths) > 1 and self.truths[1].at < self._world.now - HISTORY_S:
            self.truths.popleft()

    def hello_said(self, desk: str, hello: Hello) -> None:
        hellos = self.desks[desk].hellos
        hellos.append(self._world.now)
        if len(hellos) == 4 and hellos[-1] - hellos[0] < 0.5:
            self.broken("I12", f"{desk} said hello four times in half a second")

    def board_came(self, desk: str, payload: bytes) -> None:
        watched = self.desks[desk]
        if isinstance(payload, Stamped):
            now = self._world.now
            watched.true_at = max(watched.true_at, payload.true_at)
            watched.told_at = max(watched.told_at, payload.born)
            watched.transit_s.append((now, now - payload.born))
            while watched.transit_s[0][0] < now - OLD_AFTER_S - 1:
                watched.transit_s.popleft()

    # Notes

    def keep_asked(self, desk: str, note: KeptNote) -> None:
        watched = self.desks[desk]
        watched.before, watched.newest = watched.newest, note
        if note.rev == 1:
            if self.presses.get(note.pressed_clock) != desk:
                self.broken("I2", f"{desk} keeps a note that nobody pressed")
            if note.pressed_clock in self._id_of_press:
                self.broken("I2", f"{desk} makes a second note of one press")
            if note.id in self.ids:
                self.broken("I2", f"{desk} uses the id {note.id} again")
            self._id_of_press[note.pressed_clock] = note.id
            self.ids[note.id] = (desk, self._world.now)
        elif self.ids.get(note.id, ("", 0))[0] != desk:
            self.broken("I2", f"{desk} changes a note that is not its own")

    def refused(self, desk: str, note_id: str, rev: int) -> None:
        """The outbox told the unit that this is not kept."""
        watched = self.desks[desk]
        watched.must_refuse = True
        if watched.newest is not None and (watched.newest.id, watched.newest.rev) == (note_id, rev):
            watched.newest = watched.before if watched.before is not None and watched.before.id == note_id else None

    def outbox_loaded(self, desk: str, found: int) -> None:
        """What was pressed while the card was slow to open stands beside what it held: no note is dropped for it."""
        watched = self.desks[desk]
        watched.most_entries += found

    def note_sent(self, desk: str, note: Note) -> None:
        made = self.ids.get(note.id)
        if made is not None and note.pressed_s_ago is not None:
            age_s = self._world.now - made[1]
            if not age_s - 0.5 <= note.pressed_s_ago <= age_s + LONGEST_PRESS_S:
                self.broken("F4", f"{desk} says a press of {age_s:.1f} s ago was {note.pressed_s_ago:.1f} s ago")
        kept = self.desks[desk].card.durable.get(note.id)
        if (kept is None or kept.rev < note.rev) and not self._at_host(note.id, note.rev):
            self.broken("I3", f"{desk} sends a note that is not on its disk")

    def forget_asked(self, desk: str, note_id: str, rev: int) -> None:
        if not self._at_host(note_id, rev):
            self.broken("I1", f"{desk} forgets note {note_id} rev {rev}, which the host has not committed")

    def receipt_sent(self, note_id: str, rev: int) -> None:
        if not self._at_host(note_id, rev):
            self.broken("I1", f"the host receipts note {note_id} rev {rev} before it is committed")

    def committed_at_host(self, unit: str | None, note_id: str, age_s: float, *, exact: bool) -> None:
        made = self.ids.get(note_id)
        if made is None or made[0] != unit:
            self.broken("I2", f"the host keeps a note {note_id} of {unit} that no press made")
            return
        if exact and age_s > self._world.now - made[1] + 5.0:
            self.broken("F4", f"the host dates the press {age_s:.1f} s back, it was {self._world.now - made[1]:.1f} s")

    def _at_host(self, note_id: str, rev: int) -> bool:
        note = self._shelf.notes.get(note_id)
        return (note is not None and note.rev >= rev) or note_id in self._shelf.tombstones

    # The glass

    def before_step(self, desk: str) -> None:
        watched = self.desks[desk]
        if self._world.now > watched.true_at + OLD_AFTER_S + self._slack_s() and not watched.excused:
            age = self._world.now - watched.true_at
            if watched.unmarked:
                self.broken("I4", f"{desk} shows {type(watched.page).__name__} unmarked on news of {age:.1f} s ago")
            if watched.sign == "lit" and self._world.now > watched.by_hand_until:
                self.broken("I4", f"{desk} has its sign lit on news of {age:.1f} s ago")

    def after_step(self, desk: str, unit: Unit) -> None:
        watched = self.desks[desk]
        watched.excused = False
        if watched.must_refuse:
            watched.must_refuse = False
            page = watched.page
            # Only what a hand on the button must see comes before it.
            if not isinstance(page, (pages.NoteRefused, pages.HoldMenu, pages.Identifying)) and not (
                isinstance(page, pages.NoteShown) and page.stage == "saving"
            ):
                self.broken("I3", f"{desk} could not keep a note and shows {type(page).__name__}")
        many = len(unit.entries)
        if many > watched.most_entries or len(unit.nonces) > 8:
            self.broken("I12", f"{desk} remembers {many} notes and {len(unit.nonces)} nonces")
        watched.most_entries = max(watched.outbox_limit, min(watched.most_entries, many))

    def page_shown(self, desk: str, page: pages.Page) -> None:
        watched = self.desks[desk]
        watched.page = page
        self._world.note(f"{desk} {type(page).__name__}")
        margin = getattr(page, "margin", None)
        facts = isinstance(page, FACTS)
        watched.unmarked = facts or (margin is not None and margin.line != "unknown")
        counted = margin is not None and margin.open > 0
        if counted and self._world.now > watched.told_at + OLD_AFTER_S + self._slack_s():
            self.broken("I4", f"{desk} shows {margin.open} open notes, its news is old")
        if watched.unmarked or counted:
            if watched.unmarked and self._world.now > watched.true_at + OLD_AFTER_S + self._slack_s():
                self.broken("I4", f"{desk} shows {type(page).__name__} unmarked, its news is old")
            self._agrees(watched, page, margin)
        match page:
            case pages.NoteShown(stage=stage) if stage != "saving":
                self._stage_is_true(watched, stage)
            case pages.NoteRefused(reason="full") if len(watched.card.durable) < watched.outbox_limit:
                # What is not yet committed counts too, and what was just forgotten may still stand on the card.
                self._world.counted["refused a little early"] += 1
            case _:
                pass

    def _stage_is_true(self, watched: Watched, stage: str) -> None:
        note = watched.newest
        if note is None:
            self.broken("I3", f"{watched.name} says {stage} and was asked nothing")
            return
        if stage == "received":
            if not self._at_host(note.id, note.rev):
                self.broken("I3", f"{watched.name} says received, the host has not committed it")
            return
        on_card = watched.card.durable.get(note.id)
        wanted = note.rev if stage == "withdrawn" else 1
        if (on_card is None or on_card.rev < wanted) and not self._at_host(note.id, wanted):
            self.broken("I3", f"{watched.name} says {stage}, it is not on the disk")
        self.shown_kept[note.id] = max(wanted, self.shown_kept.get(note.id, 0))

    def _agrees(self, watched: Watched, page: Any, margin: pages.Margin) -> None:
        now = self._world.now
        since = now - OLD_AFTER_S - self._slack_s()
        window = [truth for truth, after in zip(self.truths, [*list(self.truths)[1:], None], strict=True)
                  if after is None or after.at >= since]  # fmt: skip
        if margin.line != "unknown" and all(truth.lines.get(watched.line) != margin.line for truth in window):
            self.broken("I4", f"{watched.name} shows its line {margin.line}, it was not for 15 s")
        counts = self.open_counts.get(watched.name)
        # No number is drawn for none or unknown; and a disk that does not answer cannot be counted.
        counted = margin.open > 0 and now > self.uncounted_until
        if counts and counted and margin.open not in self._counts_since(counts, since):
            self.broken("I2", f"{watched.name} shows {margin.open} open notes, they are {counts[-1][1]}")
        if not isinstance(page, FACTS) or page.tally.waiting is None:
            return
        many, longest = page.tally.waiting, page.tally.longest_wait_s
        sums = [(sum(truth.queues[name][0] for name in watched.queues), truth) for truth in window]
        fitting = [truth for count, truth in sums if count == many]
        if not fitting:
            self.broken("I4", f"{watched.name} shows {many} waiting, truly {[count for count, _ in sums]}")
        if many and longest is not None:
            began = self._world.now - longest
            late = max((late for _, late in watched.transit_s), default=0.0) + self._pbx_was_late(now)
            firsts = [min(at for at in (truth.queues[name][1] for name in watched.queues) if at is not None)
                      for truth in fitting]  # fmt: skip
            if not any(-2.0 <= began - first <= 2.5 + late for first in firsts):
                off = [round(began - first, 1) for first in firsts]
                self.broken("I4", f"{watched.name} shows a longest wait of {longest} s, off by {off}")

    def pbx_word_came(self, late_s: float) -> None:
        """The host dates a caller when it reads of it: what TCP held back makes waits too short until the next list."""
        if late_s > 0.1:
            self._late.append((self._world.now, late_s))

    def _pbx_was_late(self, now: float) -> float:
        while self._late and self._late[0][0] < now - LISTED_AGAIN_S:
            self._late.popleft()
        return max((late for _, late in self._late), default=0.0)

    def _slack_s(self) -> float:
        """How much older than it seems the PBX's word may be: what its connection held back counts from the reading."""
        if not self._late:
            return SLACK_S
        since = self._world.now - 2 * OLD_AFTER_S
        return SLACK_S + max((late for at, late in self._late if at >= since), default=0.0)

    @staticmethod
    def _counts_since(counts: deque[tuple[float, int]], since: float) -> set[int]:
        found = {count for at, count in counts if at >= since}
        before = [count for at, count in counts if at < since]
        return found | set(before[-1:])

    def open_notes(self, desk: str, count: int) -> None:
        counts = self.open_counts.setdefault(desk, deque([(0.0, 0)]))
        if counts[-1][1] != count:
            counts.append((self._world.now, count))
            while len(counts) > 2 and counts[1][0] < self._world.now - 2 * HISTORY_S:
                counts.popleft()

    # The sign

    def sign_set(self, desk: str, state: str) -> None:
        watched, now = self.desks[desk], self._world.now
        if state == watched.sign:
            return
        before, stood_s = watched.sign, now - watched.sign_since
        by_hand = now <= watched.by_hand_until
        if state == "lit" and not by_hand and now > watched.true_at + OLD_AFTER_S + self._slack_s():
            self.broken("I4", f"{desk} lights its sign on old news")
        if before is not None and state != "unsure" and not by_hand and stood_s < MINIMUM_S[before] - 0.01:
            self.broken("I4", f"{desk}: the sign was {before} for {stood_s:.1f} s and is {state} now")
        # The first sign of a process does not wait: it was unsure all along.
        watched.sign_since = now if before is not None else float("-inf")
        watched.sign = state
        self._world.note(f"{desk} sign {state}")

    # In the end

    def sample(self) -> None:
        for watched in self.desks.values():
            if watched.page is not None:
                self.samples += 1
                self.fresh_samples += self.is_fresh(watched)

    def is_fresh(self, watched: Watched) -> bool:
        margin = getattr(watched.page, "margin", None)
        return margin is not None and margin.line != "unknown"

    def all_is_well(self) -> None:
        """What must hold once everything was mended for long enough."""
        for watched in self.desks.values():
            card = watched.card
            owed = card.durable if card.stands is None else card.stands
            if owed:
                self.broken("I5", f"{watched.name} still has {len(owed)} notes in its outbox")
            if not self.is_fresh(watched):
                self.broken("I5", f"{watched.name} is not fresh: {type(watched.page).__name__}")
        for note_id, rev in self.shown_kept.items():
            if not self._at_host(note_id, rev):
                self.broken("I1", f"note {note_id} rev {rev} of {self.ids[note_id][0]} was shown as kept and is lost")
