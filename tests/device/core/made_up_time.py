"""A unit in made-up time: its ticks come exactly when it asked for them."""

from dataclasses import dataclass, field
from typing import Any

from broker.messages import Board, LineBoard, QueueBoard, Receipt
from device.core import effects as do
from device.core import events as was
from device.core.deadlines import next_wake
from device.core.pages import Page
from device.core.rules import Rules
from device.core.step import step
from device.core.unit import Unit

BOOT = "b" * 16


@dataclass
class Desk:
    """One unit and all it did, with times. The disk is as good as `disk`; the host echoes when told to."""

    rules: Rules = field(default_factory=Rules)
    disk: str = "good"  # good, bad, or slow: then commits wait in `uncommitted`

    def __post_init__(self) -> None:
        self.unit = Unit("balie-1", "1.0", self.rules)
        self.did: list[tuple[float, do.Effect]] = []
        self.kept: dict[str, Any] = {}
        self.uncommitted: list[Any] = []
        self.now = 0.0

    def start(self, at: float = 100.0) -> "Desk":
        self.take(was.Started(at, BOOT, b"s" * 32))
        self.take(was.OutboxLoaded(at, ()))
        self.take(was.LinkUp(at))
        return self

    def take(self, event: was.Event) -> tuple[do.Effect, ...]:
        """Let time pass to the event, then the event. -> what the event itself had done."""
        self.pass_to(event.at)
        return self._step(event)

    def pass_to(self, at: float) -> None:
        turns = 0
        while (due := next_wake(self.unit)) is not None and due <= at and self.unit.started_at is not None:
            self._step(was.Tick(due))
            turns += 1
            assert turns < 100_000, "the unit spins"
        self.now = at

    def _step(self, event: was.Event) -> tuple[do.Effect, ...]:
        self.unit, effects = step(self.unit, event)
        self.now = event.at
        asked = []
        for effect in effects:
            self.did.append((event.at, effect))
            match effect:
                case do.Keep(note):
                    asked.append(note)
                case do.Forget(note_id, rev):
                    if note_id in self.kept and self.kept[note_id].rev <= rev:
                        del self.kept[note_id]
                case _:
                    pass

        for note in asked:
            self._keep(note)
        return effects

    def _keep(self, note: Any) -> None:
        if self.disk == "slow":
            self.uncommitted.append(note)
        elif self.disk == "good":
            self.kept[note.id] = note
            self._step(was.Committed(self.now, note.id, note.rev))
        else:
            self._step(was.CommitFailed(self.now, note.id, note.rev))

    @property
    def page(self) -> Page:
        shown = [effect.page for _, effect in self.did if isinstance(effect, do.Show)]
        return shown[-1]

    @property
    def sign(self) -> str:
        return [effect.state for _, effect in self.did if isinstance(effect, do.SetSign)][-1]

    @property
    def nonce(self) -> str:
        nonce = [effect.hello.nonce for _, effect in self.did if isinstance(effect, do.SayHello)][-1]
        assert nonce is not None
        return nonce

    @property
    def sent(self) -> list[Any]:
        return [effect.note for _, effect in self.did if isinstance(effect, do.SendNote)]

    def board(self, at: float, **fields: Any) -> None:
        """A board that answers the newest hello."""
        self.pass_to(at)
        self.take(was.BoardArrived(at, board(self.nonce, **fields)))

    def press(self, at: float, for_s: float = 0.1) -> None:
        self.take(was.Edge(at, True, 1_700_000_000.0 + at))
        self.take(was.Edge(at + for_s, False, 1_700_000_000.0 + at + for_s))

    def receipt(self, at: float, note_id: str, rev: int = 1) -> None:
        self.take(was.ReceiptArrived(at, Receipt(id=note_id, rev=rev)))


def board(echo: str | None, *, waiting: int | None = 0, longest: float | None = None, state: str = "idle",
          pbx: str = "up", pbx_age: float | None = 0.0, **fields: Any) -> Board:  # fmt: skip
    """A board in few words: one queue, line 100. `caller`, `unanswered`, `for_s`, `queue`: of the line."""
    line = {key: fields.pop(key) for key in ("caller", "unanswered", "for_s", "queue", "dialled") if key in fields}
    queue = QueueBoard(
        name="receptie", label="Receptie", known=waiting is not None, waiting=waiting, longest_wait_s=longest
    )
    return Board(echo=echo, pbx=pbx, pbx_age_s=pbx_age, queues=(queue,),
                 line=LineBoard(extension="100", state=state, **line), **fields)  # fmt: skip
