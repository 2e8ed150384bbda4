"""Tells each unit what the office looks like, and anyone the queues' counts: at once, then paced."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from broker import topics
from broker.codec import encode
from broker.messages import Board, QueueCounts
from host_agent.config import Config, Unit
from host_agent.core.board import OfficeBoard
from host_agent.core.news import concerns, is_news
from host_agent.core.units import QueueSetting, board_for_unit, queue_counts
from host_agent.inbox import Inbox
from host_agent.live import LiveOffice
from host_agent.ways import Sender

BOARD_GAP_S = 0.1
"""A unit gets at most ten boards a second, however fast the PBX talks (C11); the first goes out at once."""
COUNTS_GAP_S = 0.5


@dataclass(kw_only=True)
class Reader:
    """One who is told: what it shows, how its message is made, and what it was told last."""

    topic: str
    row: topics.Row
    queues: tuple[str, ...]
    extension: str | None
    gap_s: float
    compose: Callable[[OfficeBoard, float], Board | QueueCounts]
    told: Board | QueueCounts | None = None
    told_at: float = float("-inf")
    news_at: float = float("-inf")
    """When it was last told something new: an answer to a hello that says nothing new delays no change after it."""
    told_office: OfficeBoard | None = None
    later: asyncio.TimerHandle | None = None


class Boards:
    """Every reader of the office, told by every way there is. `sent`: how many messages went out."""

    def __init__(self, config: Config, live: LiveOffice, inbox: Inbox, out: Sender) -> None:
        self._root = config.mqtt.root
        self._live = live
        self._inbox = inbox
        self._out = out
        self.sent = 0
        self.name_callers: Callable[[Board], Board] = lambda board: board
        self._units = {unit.name: self._unit(unit) for unit in config.units}
        self._queues = [self._queue(queue) for queue in config.queues]

    def know(self, config: Config) -> None:
        """Tell the units and queues of `config` from now on; who is as before keeps what it was told."""
        before = {reader.topic: reader for reader in (*self._units.values(), *self._queues)}
        self._units = {unit.name: self._as_before(self._unit(unit), before) for unit in config.units}
        self._queues = [self._as_before(self._queue(queue), before) for queue in config.queues]
        kept = {id(each) for each in (*self._units.values(), *self._queues)}
        for reader in before.values():
            if id(reader) not in kept and reader.later is not None:
                reader.later.cancel()
        self.office_changed()
        # A label is no news of the office.
        self.inbox_changed()
        self.refresh()

    def office_changed(self) -> None:
        """Tell those whom the change concerns: at once, or a moment later when they were told just now."""
        office = self._live.office
        if not self._out.is_up:
            return
        for reader in (*self._units.values(), *self._queues):
            if reader.later is None and (
                reader.told_office is None
                or concerns(reader.told_office, office, queues=reader.queues, extension=reader.extension)
            ):
                self._soon(reader)

    def inbox_changed(self) -> None:
        """Tell the units for which something differs that is not the PBX's: their counts of notes, a caller's name."""
        for reader in self._units.values():
            if reader.later is None:
                self._soon(reader)

    def answer(self, unit: Unit) -> None:
        """Tell one unit everything now, with the nonce of the hello it just sent."""
        reader = self._units.get(unit.name)
        self._tell(reader if reader is not None else self._unit(unit), asked=True)

    def refresh(self) -> None:
        """Tell the queues' counts again, before the broker forgets them or because it lost them."""
        for reader in self._queues:
            self._tell(reader, asked=True)

    def _as_before(self, reader: Reader, before: dict[str, Reader]) -> Reader:
        old = before.get(reader.topic)
        alike = old is not None and (old.queues, old.extension) == (reader.queues, reader.extension)
        if old is None or not alike:
            return reader
        # What people call a queue may be another now.
        old.compose = reader.compose
        return old

    def _soon(self, reader: Reader) -> None:
        wait_s = reader.news_at + reader.gap_s - self._live.clock()
        if wait_s <= 0:
            self._tell(reader)
        else:
            reader.later = asyncio.get_running_loop().call_later(wait_s, self._tell, reader)

    def _tell(self, reader: Reader, *, asked: bool = False) -> None:
        """Send what is true now, unless the reader already knows it and did not ask."""
        if reader.later is not None:
            reader.later.cancel()
            reader.later = None
        now, office = self._live.clock(), self._live.office
        message = reader.compose(office, now)
        new = reader.told is None or is_news(reader.told, message, now - reader.told_at)
        if new or asked:
            if not self._out.send(reader.row, reader.topic, encode(message)):
                return
            self.sent += 1
            reader.told, reader.told_at = message, now
            reader.news_at = now if new else reader.news_at
        reader.told_office = office

    def _unit(self, unit: Unit) -> Reader:
        def compose(office: OfficeBoard, now: float) -> Board:
            presence = self._live.presences.get(unit.name)
            board = board_for_unit(
                office,
                queues=unit.queues,
                extension=unit.extension,
                now=now,
                echo=None if presence is None else presence.nonce,
                inbox=self._inbox.counts(unit),
                capabilities=self._live.capabilities,
            )
            return self.name_callers(board)

        return Reader(
            topic=topics.unit_topic(self._root, topics.BOARD, unit.name),
            row=topics.BOARD,
            queues=tuple(queue.name for queue in unit.queues),
            extension=unit.extension,
            gap_s=BOARD_GAP_S,
            compose=compose,
        )

    def _queue(self, queue: QueueSetting) -> Reader:
        def compose(office: OfficeBoard, now: float) -> QueueCounts:
            return queue_counts(office, queue, now)

        return Reader(
            topic=topics.queue_topic(self._root, queue.name),
            row=topics.QUEUE,
            queues=(queue.name,),
            extension=None,
            gap_s=COUNTS_GAP_S,
            compose=compose,
        )
