"""The directory as it lives: people made by hand go before people in files."""

import asyncio
from collections.abc import Callable, Sequence

from broker.messages import Board, Caller
from host_agent.changes import Changes
from host_agent.config import Config
from host_agent.core.colleagues import Colleague
from host_agent.core.contacts import Contact, People, Refusal, gathered, search, whose
from host_agent.core.naming import named_board
from host_agent.directory.folder import Folder
from host_agent.directory.rules import DirectoryRules
from host_agent.ports_directory import DirectoryStore, KeptColleague
from host_agent.store.thread import StoreThread


class Directory:
    """Who people are. Reading is from memory: it neither waits nor raises. Changing raises StoreFault.

    `on_change` is called when a name may have become another one. It is a `core.colleagues.Colleagues`.
    """

    def __init__(
        self, rules: DirectoryRules, store: DirectoryStore, thread: StoreThread, others: Sequence[Colleague] = ()
    ) -> None:
        self.rules = rules
        self._store = store
        self._thread = thread
        self._others = tuple(others)
        self._folder = None if rules.folder is None else Folder(rules.folder, rules.country, self._changed)
        self._by_hand = People()
        self.kept_colleagues: tuple[KeptColleague, ...] = ()
        self._everyone: tuple[Colleague, ...] = self._others
        self.changes = Changes()
        self.on_change: Callable[[], None] | None = None

    def take_over(self, config: Config) -> None:
        """Name people by these rules, with the colleagues of host.toml as they are now."""
        self.rules = config.directory
        self._others = config.promise.colleagues
        self._changed()

    async def load(self) -> None:
        """Read what was made by hand."""
        contacts = await self._thread.run(self._store.contacts)
        self.kept_colleagues = tuple(await self._thread.run(self._store.colleagues))
        self._by_hand = gathered(contacts, [each.colleague for each in self.kept_colleagues])
        self._changed()

    async def run(self) -> None:
        """Watch the folder, until cancelled."""
        if self._folder is None:
            await asyncio.Event().wait()
        else:
            await self._folder.run()

    async def look(self) -> None:
        """Look in the folder once, now."""
        if self._folder is not None:
            await self._folder.look()

    @property
    def sources(self) -> list[People]:
        """All people, those made by hand first."""
        return [self._by_hand, *([] if self._folder is None else self._folder.people.values())]

    @property
    def refusals(self) -> list[Refusal]:
        """The lines of files that were not taken in."""
        return [refusal for people in self.sources for refusal in people.refusals]

    @property
    def refused(self) -> int:
        """How many lines of files were not taken in."""
        return sum(people.refused for people in self.sources)

    @property
    def size(self) -> int:
        """How many contacts there are."""
        return sum(len(people.contacts) for people in self.sources)

    def whose(self, number: str | None) -> Contact | None:
        """The contact with this number, in any notation."""
        return whose(self.sources, number, self.rules.country)

    def search(self, words: str, most: int) -> list[Contact]:
        """Contacts by name, organisation or number."""
        return search(self.sources, words, self.rules.country, most)

    def everyone(self) -> Sequence[Colleague]:
        """All colleagues, by name; of two with one name the one made by hand, then the one in host.toml."""
        return self._everyone

    def name_callers(self, board: Board) -> Board:
        """The board with the directory's names for the numbers on it."""
        return named_board(board, self.whose, prefer=self.rules.prefer)

    def described(self, caller: Caller) -> tuple[str | None, str | None]:
        """The name and organisation that the directory has for a caller."""
        found = None if caller.number is None or caller.withheld else self.whose(caller.number)
        return (None, None) if found is None else (found.name, found.organisation)

    async def keep_contact(self, contact: Contact) -> None:
        """Keep a contact made by hand."""
        await self._thread.run(lambda: self._store.keep_contact(contact))
        await self.load()

    async def drop_contact(self, contact_id: str) -> bool:
        """Erase a contact made by hand; False when there is none."""
        dropped = await self._thread.run(lambda: self._store.drop_contact(contact_id))
        await self.load()
        return dropped

    async def keep_colleague(self, kept: KeptColleague) -> None:
        """Keep a colleague made by hand."""
        await self._thread.run(lambda: self._store.keep_colleague(kept))
        await self.load()

    async def drop_colleague(self, colleague_id: str) -> bool:
        """Erase a colleague made by hand; False when there is none."""
        dropped = await self._thread.run(lambda: self._store.drop_colleague(colleague_id))
        await self.load()
        return dropped

    def kept_contact(self, contact_id: str) -> Contact | None:
        """A contact made by hand."""
        return next((each for each in self._by_hand.contacts if each.id == contact_id), None)

    def _changed(self) -> None:
        by_name: dict[str, Colleague] = {}
        by_hand, *files = self.sources
        for one in (*by_hand.colleagues, *self._others, *(one for people in files for one in people.colleagues)):
            by_name.setdefault(one.name.casefold(), one)
        self._everyone = tuple(sorted(by_name.values(), key=lambda one: one.name.casefold()))
        self.changes.mark()
        if self.on_change is not None:
            self.on_change()
