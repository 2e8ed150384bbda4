"""What every page stands on: the configuration, the live office, the inbox and the bus."""

from dataclasses import replace

from host_agent.bus import Bus
from host_agent.config import Config
from host_agent.config_promise import ConfiguredColleagues
from host_agent.core.colleagues import Colleagues
from host_agent.directory.book import Directory
from host_agent.figures import Gauges
from host_agent.inbox import Inbox
from host_agent.keeper import Keeper
from host_agent.link import Link
from host_agent.live import LiveOffice
from host_agent.notify.webhooks import Webhooks
from host_agent.office.provisioning import Office
from host_agent.people import People
from host_agent.promises import LinkMaker, Promises
from host_agent.seen_calls import SeenCalls


class Desk:
    """The living parts that pages show and change."""

    def __init__(self, config: Config, live: LiveOffice, inbox: Inbox, bus: Bus, people: People) -> None:
        self.config = config
        self.live = live
        self.inbox = inbox
        self.bus = bus
        self.people = people
        self.keeper = Keeper(people, config.privacy.keeping, inbox.changes.mark)
        self.colleagues: Colleagues = ConfiguredColleagues(config.promise.colleagues)
        self.directory: Directory | None = None
        self.seen_calls: SeenCalls | None = None
        self.promises: Promises | None = None
        self.links: LinkMaker | None = None
        self.gauges: Gauges | None = None
        self.webhooks: Webhooks | None = None
        self.office: Office | None = None
        self.link: Link | None = None
        self.is_closing = False
        self._revoked: frozenset[str] = frozenset()

    def office_changed(self, fresh: Config, revoked: frozenset[str]) -> None:
        """Serve the units and queues that there are now; whatever else differs waits for the next start."""
        self._revoked = revoked
        self._serve(replace(self.config, units=fresh.units, queues=fresh.queues))

    def take_over(self, config: Config) -> None:
        """Serve a configuration of which all that differs may change while we run."""
        self.keeper.keeping = config.privacy.keeping
        self._serve(config)

    def _serve(self, config: Config) -> None:
        now = {unit.name for unit in config.units}
        gone = {unit.name for unit in self.config.units} - now
        self.config = config
        for each in gone | self._revoked:
            self.live.forget(each)
        self.live.expect(sorted(now))
        if self.link is not None:
            self.link.know(config, self._revoked)
        if self.gauges is not None:
            self.gauges.queues = config.queues

    def know(self, directory: Directory, seen_calls: SeenCalls) -> None:
        """Show whom the directory knows, and the calls that the PBX saw."""
        self.directory = directory
        self.seen_calls = seen_calls
        self.colleagues = directory

    def keep(self, promises: Promises, links: LinkMaker) -> None:
        """Show what was told about a note, and open the links that were given out."""
        self.promises = promises
        self.links = links

    def close(self) -> None:
        """End the live streams: the program stops."""
        self.is_closing = True
        self.inbox.changes.mark()
