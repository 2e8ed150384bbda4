"""What waits for a slow line: of what is said whole each time only the newest, of the rest a bounded queue.

A board or a hello that waits is worth nothing once there is a newer one. Notes, receipts and commands wait in turn; one
that is full or too old is dropped, for its sender says it again or it has lost its sense. The two take turns, so that
neither can keep the other off the line.
"""

from dataclasses import dataclass

from broker.topics import Row

MOST_WAITING = 500
WAITS_S = 5.0
"""A note says how long ago the button was pressed: what waited longer would date it wrongly."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    topic: str
    payload: bytes
    until: float


class Outgoing:
    """`now` is in seconds, of any clock that only goes forward."""

    def __init__(self) -> None:
        self._newest: dict[str, _Waiting] = {}
        self._queue: dict[str | bytes, _Waiting] = {}
        self._is_queues_turn = False

    def __len__(self) -> int:
        return len(self._newest) + len(self._queue)

    def put(self, row: Row, topic: str, payload: bytes, now: float, key: str | None = None) -> bool:
        """Let a message wait; one with the same `key` (else: that says the same) gives way to it. False: it is full."""
        waiting = _Waiting(topic, payload, now + WAITS_S)
        if row.qos == 0:
            self._newest[topic] = waiting
            return True
        named = payload if key is None else key
        if named not in self._queue and len(self._queue) >= MOST_WAITING:
            return False
        self._queue[named] = waiting
        return True

    def take(self, now: float) -> tuple[str, bytes] | None:
        """Topic and payload of the next message, or None."""
        while self._newest or self._queue:
            from_queue = bool(self._queue) and (self._is_queues_turn or not self._newest)
            self._is_queues_turn = not from_queue
            waiting = self._first(self._queue if from_queue else self._newest)
            if now < waiting.until:
                return waiting.topic, waiting.payload
        return None

    def clear(self) -> None:
        """Nobody is there to say it to."""
        self._newest.clear()
        self._queue.clear()

    @staticmethod
    def _first(among: "dict[str, _Waiting] | dict[str | bytes, _Waiting]") -> _Waiting:
        return among.pop(next(iter(among)))  # type: ignore[arg-type]  # its own key
