"""Delivers the notices that wait in the store, one after another in a thread of their own, again until they are taken.

A notice is settled after its delivery: a power cut between the two delivers it twice, and never not at all.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from typing import Protocol

from host_agent.core.colleagues import Colleague, Colleagues, named
from host_agent.core.notes import is_live
from host_agent.core.notices import Address, Notice, addresses, after_failure
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.notify.apprise_channel import Undelivered
from host_agent.notify.letters import Item, Letter, letter
from host_agent.ports_promise import PromiseStore
from host_agent.promises import LinkMaker, Promises

log = logging.getLogger(__name__)

AT_ONCE = 50
REST_S = 5.0
TAKES_AT_MOST_S = 60.0


class Channel(Protocol):
    """Delivers a letter; blocks, and raises Undelivered."""

    def send(self, address: Address, letter: Letter) -> None:
        """Deliver."""
        ...


class Notifier:
    """Delivers until cancelled. `undelivered`: how many tries failed."""

    def __init__(self, promises: Promises, inbox: Inbox, colleagues: Colleagues, links: LinkMaker, channel: Channel):
        self._promises = promises
        self._inbox = inbox
        self._colleagues = colleagues
        self._links = links
        self._channel = channel
        self.undelivered = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="notices")

    async def run(self) -> None:
        """Deliver what waits, and look again after each change and every few seconds."""
        seen = -1
        try:
            while True:
                with suppress(StoreFault):
                    await self.deliver()
                with suppress(TimeoutError):
                    async with asyncio.timeout(REST_S):
                        seen = await self._promises.news.after(seen)
        finally:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def deliver(self) -> int:
        """Try everything that is due now; how many notices were tried."""
        now = self._inbox.clock()
        due = await self._promises.ask(lambda store: store.waiting(now, AT_ONCE))
        for _, together in groupby(sorted(due, key=_letter_of), key=_letter_of):
            await self._try(tuple(together), now)
        if due:
            self._inbox.changes.mark()
        return len(due)

    async def _try(self, notices: Sequence[Notice], now: float) -> None:
        first = notices[0]
        to = named(self._colleagues.everyone(), first.recipient)
        address = next((each for each in addresses(to) if each.digest == first.address), None) if to else None
        if to is None or address is None:
            await self._settle(notices, now, fault="the address is no longer there", may_retry=False)
            return
        chased = await self._promises.ask(lambda store: store.chased([notice.note_id for notice in notices]))
        live = {each.note.id: each.note for each in chased if is_live(each.note)}
        await self._settle([each for each in notices if each.note_id not in live], now, fate="needless")
        wanted = [each for each in notices if each.note_id in live]
        if not wanted:
            return
        items = [Item(live[each.note_id], await self._links.address(each.note_id, to.name, now)) for each in wanted]
        text = self._letter(first, to, items, now)
        try:
            async with asyncio.timeout(TAKES_AT_MOST_S):
                await asyncio.get_running_loop().run_in_executor(self._thread, self._channel.send, address, text)
        except Exception as fault:
            # Whatever it is, the notice stays; of what we did not foresee only the kind is told.
            if not isinstance(fault, Undelivered):
                fault = Undelivered(f"{address.channel}: {type(fault).__name__}")
            self.undelivered += 1
            log.warning("a notice was not delivered (%s); it is tried again", address.channel)
            await self._settle(wanted, self._inbox.clock(), fault=str(fault), may_retry=True)
        else:
            await self._settle(wanted, self._inbox.clock(), fate="delivered")

    def _letter(self, first: Notice, to: Colleague, items: Sequence[Item], now: float) -> Letter:
        return letter(first.kind, to, items, allowed=self._promises.rules.notices.caller, now=now)

    async def _settle(
        self,
        notices: Sequence[Notice],
        now: float,
        *,
        fate: str = "",
        fault: str | None = None,
        may_retry: bool = False,
    ) -> None:
        settled = [_settled(notice, now, fate, fault, may_retry) for notice in notices]

        def keep(store: PromiseStore) -> None:
            for each in settled:
                store.settle(each)

        await self._promises.ask(keep)


def _settled(notice: Notice, now: float, fate: str, fault: str | None, may_retry: bool) -> Notice:
    tries = notice.tries + 1
    if fault is None:
        return replace(notice, fate=fate, tries=tries, fault=None, settled_at=now)  # type: ignore[arg-type]
    again = after_failure(tries, notice.made_at, now) if may_retry else None
    if again is None:
        return replace(notice, fate="failed", tries=tries, fault=fault, settled_at=now)
    return replace(notice, tries=tries, fault=fault, next_try_at=again)


def _letter_of(notice: Notice) -> tuple[str, str, str]:
    """Notices that go in one letter: to one address, for one reason."""
    return notice.recipient, notice.address, notice.kind
