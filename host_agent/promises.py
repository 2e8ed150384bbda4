"""Keeping promises, as it lives: the rules, their part of the store, and the links for colleagues."""

from collections.abc import Callable
from typing import TypeVar

from host_agent.changes import Changes
from host_agent.config import Config
from host_agent.config_promise import PromiseRules
from host_agent.link_key import LinkKey
from host_agent.ports_promise import Link, PromiseStore
from host_agent.store.thread import StoreThread

Answer = TypeVar("Answer")
_DAY_S = 86_400.0


class Promises:
    """What reminders, notices and links share. `news` tells that notices were made."""

    def __init__(self, rules: PromiseRules, store: PromiseStore, thread: StoreThread) -> None:
        self.rules = rules
        self.news = Changes()
        self._store = store
        self._thread = thread

    def take_over(self, config: Config) -> None:
        """Keep these rules from now on."""
        self.rules = config.promise

    async def ask(self, call: Callable[[PromiseStore], Answer]) -> Answer:
        """The answer of `call`, made in the store's thread; raises StoreFault."""
        return await self._thread.run(lambda: call(self._store))


class LinkMaker:
    """Gives out addresses that open one note, and knows them again. `pages`: how browsers reach the pages."""

    def __init__(self, promises: Promises, key: LinkKey, pages: str) -> None:
        self._promises = promises
        self._key = key
        self._pages = pages

    @property
    def _lasts_s(self) -> float:
        return self._promises.rules.notices.link_days * _DAY_S

    async def address(self, note_id: str, who: str, now: float) -> str:
        """Where `who` opens the note. A link past half its life is not given out again."""
        link = await self._promises.ask(lambda store: store.link(note_id, who, now, now - self._lasts_s / 2))
        return f"{self._pages}/c/{self._key.word(link)}"

    async def opened(self, word: str, now: float) -> Link | None:
        """The link behind the word of an address, None when it is forged, too old or revoked."""
        link_id = self._key.link_id(word, now, self._lasts_s)
        if link_id is None:
            return None
        link = await self._promises.ask(lambda store: store.link_of(link_id))
        return link if link is not None and link.revoked_at is None else None
