"""What a link hears becomes an event for the core, or a counted refusal: the same over the network and over a cable."""

import logging
from collections.abc import Callable
from typing import Any

from broker import codec, topics
from device.clock import boottime
from device.core.events import BoardArrived, CommandArrived, Event, ReceiptArrived
from device.ports import Inbox

log = logging.getLogger(__name__)

REASONS_LOGGED = 50
INBOX_LIMIT = 500
"""A loop that is this far behind is not helped by more boards: the next one says all."""
_EVENTS: dict[topics.Row, Callable[[float, Any], Event]] = {
    topics.BOARD: BoardArrived,
    topics.RECEIPT: ReceiptArrived,
    topics.COMMAND: CommandArrived,
}
HEARD: tuple[topics.Row, ...] = tuple(_EVENTS)
"""What is listened to."""


class TakingIn:
    """Hands on to `inbox` what came by `way`, which is a word for the log. Called from the link's own thread."""

    def __init__(self, way: str, inbox: Inbox) -> None:
        self._way = way
        self._inbox = inbox
        self._refusals: dict[str, int] = {}

    @property
    def refusals(self) -> dict[str, int]:
        """How often something was refused, by reason."""
        return dict(self._refusals)

    def take(self, row: topics.Row, payload: bytes) -> None:
        """One message of a row in `HEARD`."""
        try:
            event = _EVENTS[row](boottime(), codec.decode(row, payload))
        except codec.RefusedPayload as refused:
            self.refuse(str(refused))
            return
        if self._inbox.qsize() > INBOX_LIMIT:
            self.refuse("more than the unit can take in")
            return
        self._inbox.put(event)

    def refuse(self, reason: str) -> None:
        """Count, and log each reason once, as far as there is room to remember reasons."""
        if reason not in self._refusals:
            if len(self._refusals) >= REASONS_LOGGED:
                reason = "other reasons"
            if reason not in self._refusals:
                log.warning("%s: refused: %s", self._way, reason)
        self._refusals[reason] = self._refusals.get(reason, 0) + 1
