"""Delivers what waits for webhooks: to each one after the other, in a thread of its own, again until it is taken.

A call is settled after its delivery: a power cut between the two delivers it twice under one id, and never not at all.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar, get_args

from host_agent.core.webhooks import Fate, Tried, Webhook, body, headers, settled
from host_agent.errors import StoreFault
from host_agent.inbox import Inbox
from host_agent.store.thread import StoreThread
from host_agent.store.webhooks import SqlWebhooks

log = logging.getLogger(__name__)

Post = Callable[[str, Mapping[str, str], bytes], Tried]
Answer = TypeVar("Answer")
AT_ONCE = 50
REST_S = 5.0
TAKES_AT_MOST_S = 60.0


@dataclass(frozen=True)
class WebhookGlance:
    """How one webhook is: where it is, and how many calls were delivered, wait, and were given up."""

    hook: Webhook
    delivered: int
    waiting: int
    failed: int
    fault: str | None


class Webhooks:
    """Delivers until cancelled. `undelivered`: how many tries failed since the start."""

    def __init__(
        self, hooks: Sequence[Webhook], store: SqlWebhooks, thread: StoreThread, inbox: Inbox, post: Post
    ) -> None:
        self._hooks = tuple(hooks)
        self._store = store
        self._thread = thread
        self._inbox = inbox
        self._post = post
        self.undelivered = 0
        self._threads = {hook.digest: ThreadPoolExecutor(1, f"webhook-{hook.digest[:4]}") for hook in hooks}

    async def run(self) -> None:
        """Deliver what waits, and look again after each change and every few seconds; no webhook waits for another."""
        try:
            with suppress(StoreFault):
                known = [hook.digest for hook in self._hooks]
                given_up = await self._ask(lambda store: store.give_up_strangers(known, self._inbox.clock()))
                if given_up:
                    log.warning("webhooks: %d calls given up: their webhook is no longer configured", given_up)
            async with asyncio.TaskGroup() as tasks:
                for hook in self._hooks:
                    tasks.create_task(self._serve(hook), name="webhook")
        finally:
            for thread in self._threads.values():
                thread.shutdown(wait=False, cancel_futures=True)

    async def deliver(self, hook: Webhook) -> int:
        """Try what is due for one webhook until a try fails; how many were tried. Raises StoreFault."""
        now = self._inbox.clock()
        due = await self._ask(lambda store: store.due(hook.digest, now, AT_ONCE))
        tried = 0
        for call, note in due:
            content = body(call, note, hook.caller)
            came = await self._try(hook, headers(hook, call.id, self._inbox.clock(), content), content)
            tried += 1
            after = settled(call, came, self._inbox.clock())
            await self._ask(lambda store, after=after: store.settle(after))  # type: ignore[misc]  # bound now
            if came.fault is not None:
                self.undelivered += 1
                level = logging.ERROR if after.fate == "failed" else logging.WARNING
                rest = "given up" if after.fate == "failed" else "it is tried again"
                log.log(level, "webhook %s: %s; %s", hook.place, came.fault, rest)
                # Whoever is down is not asked for every other call as well.
                break
        return tried

    async def glances(self) -> list[WebhookGlance]:
        """How each webhook is. Raises StoreFault."""
        counts = await self._ask(lambda store: store.counts())
        found = []
        for hook in self._hooks:
            fault = await self._ask(lambda store, hook=hook: store.last_fault(hook.digest))  # type: ignore[misc]
            delivered, waiting, failed = (counts.get((hook.digest, fate), 0) for fate in get_args(Fate))
            found.append(WebhookGlance(hook, delivered, waiting, failed, fault))
        return found

    async def counts(self) -> dict[str, int]:
        """How many calls there are by fate, of all webhooks. Raises StoreFault."""
        found = {"delivered": 0, "waiting": 0, "failed": 0}
        for (_, fate), count in (await self._ask(lambda store: store.counts())).items():
            found[fate] += count
        return found

    async def try_again(self, digest: str) -> int:
        """Have what one webhook missed delivered after all; how much that is. Raises StoreFault."""
        again = await self._ask(lambda store: store.try_again(digest, self._inbox.clock()))
        self._inbox.changes.mark()
        return again

    async def _serve(self, hook: Webhook) -> None:
        seen = -1
        while True:
            with suppress(StoreFault):
                if await self.deliver(hook) == AT_ONCE:
                    continue
            with suppress(TimeoutError):
                async with asyncio.timeout(REST_S):
                    seen = await self._inbox.changes.after(seen)

    async def _try(self, hook: Webhook, signed: Mapping[str, str], content: bytes) -> Tried:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(TAKES_AT_MOST_S):
                return await loop.run_in_executor(self._threads[hook.digest], self._post, hook.url, signed, content)
        except Exception as fault:
            # Whatever it is, the call stays; of what we did not foresee only the kind is told.
            return Tried(type(fault).__name__)

    async def _ask(self, call: Callable[[SqlWebhooks], Answer]) -> Answer:
        return await self._thread.run(lambda: call(self._store))
