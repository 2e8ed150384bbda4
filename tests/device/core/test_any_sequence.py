"""Whatever happens, in any order: no exception, and the promises hold."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.messages import Board, Caller, Identify, LineBoard, OverrideSign, QueueBoard, Receipt, ShowMessage, Update
from broker.messages import Unanswered as Silent
from device.core import effects as do
from device.core import events as was
from device.core import pages
from device.core.deadlines import next_wake
from device.core.notes import KeptNote
from device.core.rules import NoteRules, Rules
from device.core.step import step
from device.core.unit import Unit

callers = st.sampled_from([None, Caller(number="0612345678", name="Jan"), Caller(withheld=True)])
lines = st.one_of(
    st.none(),
    st.builds(
        LineBoard,
        extension=st.just("100"),
        state=st.sampled_from(["idle", "ringing", "in_use", "on_hold", "paused", "unavailable", "unknown"]),
        for_s=st.none() | st.floats(0, 100),
        caller=callers,
        unanswered=st.none() | st.builds(Silent, colleague=st.just("Piet"), ringing_s=st.floats(0, 60), caller=callers),
    ),
)
queues = st.lists(
    st.builds(
        QueueBoard,
        name=st.sampled_from(["a", "b"]),
        label=st.just("A"),
        known=st.booleans(),
        waiting=st.none() | st.integers(0, 99_999),
        longest_wait_s=st.none() | st.floats(0, 1e6),
    ),
    max_size=3,
).map(tuple)
KINDS = "tick edge edge edge up down board board receipt commit commit commit fail puback command storage well panel"
kinds = st.sampled_from(sorted(KINDS.split()))


class World:
    """A unit with a disk and a host that do their part when the script says so."""

    def __init__(self) -> None:
        self.unit = Unit("balie-1", "1.0", Rules(notes=NoteRules(outbox_limit=5)))
        self.asked: list[KeptNote] = []
        self.disk: dict[str, KeptNote] = {}
        self.receipted: dict[str, int] = {}
        self.refused: Counter[tuple[str, int]] = Counter()
        self.sent: list[Any] = []
        self.nonces: list[str] = []
        self.kept_said: set[str] = set()
        self.committed: set[tuple[str, int]] = set()

    def step(self, event: was.Event) -> None:
        self.unit, effects = step(self.unit, event)
        for effect in effects:
            match effect:
                case do.Keep(note):
                    self.asked.append(note)
                case do.Forget(note_id, rev):
                    assert self.receipted.get(note_id, 0) >= self.disk[note_id].rev or self.disk[note_id].rev > rev
                    if self.disk[note_id].rev <= rev:
                        del self.disk[note_id]
                case do.SendNote(note):
                    assert (note.id, note.rev) in self.committed, "sent before it was on the disk"
                    self.sent.append(note)
                case do.SayHello(hello):
                    assert hello.nonce is not None
                    self.nonces.append(hello.nonce)
                case do.Show(page):
                    self.look(page)
                case _:
                    pass

    def look(self, page: pages.Page) -> None:
        if isinstance(page, pages.NoteShown) and page.stage != "saving":
            note = self.unit.note_on_glass
            assert note is not None
            assert (note.note.id, note.note.rev) in self.committed, "kept was said before the commit"
            self.kept_said.add(note.note.id)
        if isinstance(page, pages.CallersWait | pages.Quiet | pages.Ringing | pages.Talking):
            assert self.unit.board is not None
            assert self.unit.now < self.unit.board.true_at + 15.0


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(kinds, st.floats(0, 8), st.booleans(), st.integers(0, 9), lines, queues), max_size=60))
def test_no_sequence_of_events_breaks_a_promise(script: list[tuple[Any, ...]]) -> None:
    world, at = World(), 50.0
    world.step(was.Started(at, "b" * 16, b"s" * 32))
    world.step(was.OutboxLoaded(at, ()))
    for kind, pause, flag, number, line, boards in script:
        until = at + pause
        while (due := next_wake(world.unit)) is not None and due <= until:
            world.step(was.Tick(due))
        at = until
        for event in _events(world, kind, at, flag, number, line, boards):
            world.step(event)
    for note_id in world.kept_said:
        assert note_id in world.disk or note_id in world.receipted, "a note that was shown as kept is gone"


def _events(world: World, kind: str, at: float, flag: bool, number: int, line: Any, boards: Any) -> list[was.Event]:
    match kind:
        case "edge":
            return [was.Edge(at, flag, 0.0)]
        case "up":
            return [was.LinkUp(at)]
        case "down":
            return [was.LinkDown(at)]
        case "board":
            echo = world.nonces[-1 - number % len(world.nonces)] if world.nonces else None
            pbx = "up" if number else "away"
            return [was.BoardArrived(at, Board(echo=echo, pbx=pbx, pbx_age_s=0.5, queues=boards, line=line))]
        case "receipt" if world.sent:
            note = world.sent[number % len(world.sent)]
            world.receipted[note.id] = max(world.receipted.get(note.id, 0), note.rev)
            return [was.ReceiptArrived(at, Receipt(id=note.id, rev=note.rev))]
        case "commit" if world.asked:
            note = world.asked.pop(0)
            if note.id not in world.disk or world.disk[note.id].rev < note.rev:
                world.disk[note.id] = note
            world.committed.add((note.id, note.rev))
            return [was.Committed(at, note.id, note.rev)]
        case "fail" if world.asked:
            note = world.asked.pop(0)
            return [was.CommitFailed(at, note.id, note.rev)]
        case "puback" if world.sent:
            note = world.sent[number % len(world.sent)]
            return [was.NotePublished(at, note.id, note.rev)]
        case "command":
            commands = [Identify(seconds=3), ShowMessage(text="x"), OverrideSign(wish="lit", minutes=0.1), Update()]
            return [was.CommandArrived(at, commands[number % 4])]
        case "storage":
            return [was.StorageFault(at, lasting=flag)]
        case "well":
            return [was.StorageWell(at)]
        case "panel":
            return [was.PanelFault(at) if flag else was.PanelWell(at)]
        case "measured":
            return [was.Measured(at, 40.0 + number, number, -number, flag, number) if flag else was.Measured(at)]
        case _:
            return [was.Tick(at - number)]


def test_the_same_events_make_the_same_effects() -> None:
    def run() -> list[Any]:
        unit, effects = Unit("balie-1", "1.0"), []
        for event in (was.Started(1.0, "b" * 16, b"s" * 32), was.LinkUp(2.0), was.Edge(3.0, True, 0.0),
                      was.Tick(3.01), was.Edge(3.2, False, 0.0), was.Tick(9.0)):  # fmt: skip
            unit, done = step(unit, event)
            effects += done
        return effects

    assert run() == run()
