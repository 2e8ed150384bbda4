"""The one who knows: every press, every caller, every commit. It watches glass, lamp, cards and wire from outside.

It never asks the code under test. What it compares with is its own list of presses, the PBX's own office, and what
stands on the synced part of each disk. Invariants are named as in docs: I1 no loss, I2 no duplicate, I3 no false tick,
I4 freshness, I5 recovery, I12 bounds.
"""

from broker.messages import Hello
from device.core import pages
from device.core.unit import Unit
from tests.simulation.ledger import Ledger
from tests.simulation.past import FACTS, Past
from tests.simulation.store_model import Shelf
from tests.simulation.watched import OLD_AFTER_S, Judge, Stamped, Watched
from tests.simulation.world import World

MINIMUM_S = {"lit": 10.0, "dark": 5.0, "unsure": 2.0}


class Oracle(Judge):
    """Raises Violation at the first broken promise."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        super().__init__(world)
        self.desks: dict[str, Watched] = {}
        self.ledger = Ledger(world, self, shelf)
        self.past = Past(world, self)
        self.samples = 0
        self.fresh_samples = 0

    # What people and machines do

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
        watched.page = watched.sign = watched.newest = None
        watched.unmarked = watched.excused = watched.must_refuse = False
        watched.true_at = watched.told_at = float("-inf")
        watched.by_hand_until = float("-inf")
        watched.hellos.clear()
        watched.most_entries = watched.outbox_limit

    def unit_paused(self, desk: str) -> None:
        self.desks[desk].excused = True

    def unit_resumed(self, desk: str) -> None:
        self.desks[desk].excused = False

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

    # The glass

    def before_step(self, desk: str) -> None:
        watched = self.desks[desk]
        if self._world.now > watched.true_at + OLD_AFTER_S + self.past.slack_s() and not watched.excused:
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
        if counted and self._world.now > watched.told_at + OLD_AFTER_S + self.past.slack_s():
            self.broken("I4", f"{desk} shows {margin.open} open notes, its news is old")
        if watched.unmarked or counted:
            if watched.unmarked and self._world.now > watched.true_at + OLD_AFTER_S + self.past.slack_s():
                self.broken("I4", f"{desk} shows {type(page).__name__} unmarked, its news is old")
            self.past.agrees(watched, page, margin)
        match page:
            case pages.NoteShown(stage=stage) if stage != "saving":
                self.ledger.stage_is_true(watched, stage)
            case pages.NoteRefused(reason="full") if len(watched.card.durable) < watched.outbox_limit:
                # What is not yet committed counts too, and what was just forgotten may still stand on the card.
                self._world.counted["refused a little early"] += 1
            case _:
                pass

    # The sign

    def sign_set(self, desk: str, state: str) -> None:
        watched, now = self.desks[desk], self._world.now
        if state == watched.sign:
            return
        before, stood_s = watched.sign, now - watched.sign_since
        by_hand = now <= watched.by_hand_until
        if state == "lit" and not by_hand and now > watched.true_at + OLD_AFTER_S + self.past.slack_s():
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
        self.ledger.nothing_is_lost()
